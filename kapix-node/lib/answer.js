'use strict';

const { inspect } = require('node:util');
const operations = require('./operations.js');

const DECISIONS = Object.freeze([null, 'decline', 'refer', 'approve']);

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

/** The scores of many applicants: the answer, and one typed array for each result. */
class BatchScores extends answers['credit.score_batch'] {
  constructor(reply, statuses) {
    super(reply.json);
    this.points = reply.points;
    this.score = reply.score;
    this.pd = reply.pd;
    this.decision = reply.decision;
    this.risk_band = reply.risk_band;
    this.status = reply.row_status;
    this.decision_names = DECISIONS;
    this.status_names = statuses;
    Object.freeze(this);
  }
}

module.exports = { Answer, BatchScores, answers };
