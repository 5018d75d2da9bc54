'use strict';

const operations = require('./operations.js');
const { ResultColumn } = require('./results.js');

/** Freezes a parsed document, with everything in it. */
function freeze(value) {
  if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) freeze(value[name]);
    Object.freeze(value);
  }
  return value;
}

/** An answer: its fields are its own, and frozen, so that it is spread, cloned and compared as what it says. */
class Answer {
  #json;

  constructor(json, columns) {
    this.#json = json;
    Object.assign(this, freeze(JSON.parse(json)), columns);
    Object.freeze(this);
  }

  /** The answer in canonical JSON, byte for byte. */
  get json() {
    return this.#json;
  }

  toJSON() {
    return JSON.parse(this.#json);
  }
}

/** The class of each operation's answer, which names it where it is printed. */
const answers = Object.fromEntries(
  Object.entries(operations).map(([name, { answer }]) => [name, { [answer]: class extends Answer {} }[answer]]),
);

/** Returns the answer of a columnar call: `columns` are its result columns by name, none where it returns none. */
function columnar(operation, reply) {
  const columns = Object.create(null);
  for (const found of reply.columns) columns[found.name] = new ResultColumn(found);
  return new answers[operation](reply.json, { columns: Object.freeze(columns) });
}

module.exports = { Answer, answers, columnar };
