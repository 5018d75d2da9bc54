'use strict';

const DAY_MS = 86_400_000;

/** What the value of a row is, by the type of its column. */
const DECODE = {
  bool: (value) => value === 1,
  date: (days) => new Date(days * DAY_MS).toISOString().slice(0, 10),
  instant: (microseconds) => new Date(Number(microseconds / 1000n) - (microseconds % 1000n < 0n ? 1 : 0)),
  dictionary: (code, names) => names[code],
};

/** A result column: typed values, the rows that hold one, and the names of codes. */
class ResultColumn {
  constructor({ type, numbers, integers, integers32, integers8, truths, texts, names, valid }) {
    this.type = type;
    this.values = numbers ?? integers ?? integers32 ?? integers8 ?? truths ?? Object.freeze(texts);
    this.names = names ? Object.freeze(names) : null;
    this.valid = valid ?? null;
    Object.freeze(this);
  }

  get length() {
    return this.values.length;
  }

  /** Returns whether a row holds no value. */
  isNull(row) {
    return this.valid !== null && ((this.valid[row >> 3] >> (row & 7)) & 1) === 0;
  }

  /** Returns the value of a row as JavaScript has it, null where there is none. */
  get(row) {
    if (row < 0 || row >= this.length || this.isNull(row)) return null;
    return DECODE[this.type]?.(this.values[row], this.names) ?? this.values[row];
  }

  toArray() {
    return [...this];
  }

  *[Symbol.iterator]() {
    for (let row = 0; row < this.length; row += 1) yield this.get(row);
  }
}

module.exports = { ResultColumn };
