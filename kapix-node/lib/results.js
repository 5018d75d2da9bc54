'use strict';

const DAY_MS = 86_400_000;

/** What the value of a row is, by the type of its column. */
const DECODE = {
  bool: (value) => value === 1,
  date: (days) => new Date(days * DAY_MS).toISOString().slice(0, 10),
  instant: (microseconds) => new Date(Number(microseconds / 1000n) - (microseconds % 1000n < 0n ? 1 : 0)),
  dictionary: (code, names) => names[code],
};

const ARRAYS = { BigInt64Array, Float64Array, Int8Array, Int32Array, Uint8Array };

/** Returns an array of this realm: under a vm context, as in Jest, the native half makes those of another one. */
function own(array) {
  const Kind = ARRAYS[array[Symbol.toStringTag]];
  if (Kind === undefined) return Object.freeze(Array.from(array));
  return array instanceof Kind ? array : new Kind(array.buffer, array.byteOffset, array.length);
}

/** A result column: typed values, the rows that hold one, and the names of codes. */
class ResultColumn {
  constructor(found) {
    const { type, numbers, integers, integers32, integers8, truths, texts, names, valid } = { __proto__: null, ...found };
    this.type = type;
    this.values = own(numbers ?? integers ?? integers32 ?? integers8 ?? truths ?? texts);
    this.names = names ? own(names) : null;
    this.valid = valid ? own(valid) : null;
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
    if (!(row >= 0 && row < this.length) || this.isNull(row)) return null;
    return DECODE[this.type]?.(this.values[row], this.names) ?? this.values[row];
  }

  /** Returns the values as the JSON door writes them. */
  toJSON() {
    return Array.from(this, (value) => (typeof value === 'bigint' ? Number(value) : value));
  }

  toArray() {
    return [...this];
  }

  *[Symbol.iterator]() {
    for (let row = 0; row < this.length; row += 1) yield this.get(row);
  }
}

module.exports = { ResultColumn };
