'use strict';

const { inspect } = require('node:util');
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

/** An answer: JSON, parsed when a field is first read. */
class Answer {
  #json;
  #fields;

  constructor(json) {
    this.#json = json;
  }

  /** The answer in canonical JSON, byte for byte. */
  get json() {
    return this.#json;
  }

  toJSON() {
    this.#fields ??= freeze(JSON.parse(this.#json));
    return this.#fields;
  }

  [inspect.custom](depth, options) {
    return `${this.constructor.name} ${inspect(this.toJSON(), { ...options, depth })}`;
  }
}

/** Returns the class of an operation's answer. */
function classOf({ answer, fields }) {
  const Kind = { [answer]: class extends Answer {} }[answer];
  for (const name of fields) {
    Object.defineProperty(Kind.prototype, name, {
      get() {
        return this.toJSON()[name];
      },
      enumerable: true,
    });
  }
  return Kind;
}

const answers = Object.fromEntries(Object.entries(operations).map(([name, shape]) => [name, classOf(shape)]));

/** Returns the answer of a columnar call: `columns` are its result columns by name, none where it returns none. */
function columnar(operation, reply) {
  const columns = Object.create(null);
  for (const found of reply.columns) columns[found.name] = new ResultColumn(found);
  const answer = new answers[operation](reply.json);
  Object.defineProperty(answer, 'columns', { value: Object.freeze(columns), enumerable: true });
  return Object.freeze(answer);
}

module.exports = { Answer, answers, columnar };
