'use strict';

const { readFileSync } = require('node:fs');
const { fileURLToPath } = require('node:url');
const { types } = require('node:util');
const native = require('./native.js');
const { answerOf, columnarOf } = require('./answer.js');
const { columnsOf } = require('./columns.js');
const { Refused, encode, tooLong, wellFormed } = require('./encode.js');
const { calling, classes, fromReply, thrown } = require('./errors.js');
const { owned } = require('./memory.js');
const operations = require('./operations.js');
const { Progress } = require('./progress.js');

const { KapixError } = classes;
const LIMITS = JSON.parse(native.limits());
/** The reply of a call whose signal was aborted: it has none. */
const ABORTED = { status: 499 };
/** Makes the constructor of Engine its own. */
const OWN = Symbol('Engine.load');

/** Returns what `work` returns; what it refuses becomes the error of `refuse`. */
function judged(refuse, work) {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return calling(() => refuse(...error.refusal));
  }
}

function documentOf(artefact, limit) {
  if (artefact === undefined) {
    const message = 'an artefact must be JSON as text or bytes, or an object; got `undefined`';
    throw new Refused('json.shape', `${message}, which a development of stage \`binning\` has for its artefact`, '');
  }
  if (typeof artefact === 'string') return bounded(artefact, limit);
  if (types.isUint8Array(artefact)) return owned(artefact, Uint8Array);
  return encode(artefact, limit);
}

function documentsOf(artefacts, limit) {
  const list = Array.isArray(artefacts) ? artefacts : [artefacts];
  return judged(native.refuse, () => list.map((artefact) => documentOf(artefact, limit)));
}

/** Returns a text of at most so many bytes; a longer one is refused before it is copied. */
function bounded(text, limit) {
  if (text.length > limit) throw tooLong(limit);
  return wellFormed(text);
}

/** Returns options that are an object, by default one without any; what stands on its prototype is none. */
function optionsOf(options = {}) {
  if (typeof options === 'object' && options !== null) return { __proto__: null, ...options };
  throw new TypeError(`options must be an object; got ${options === null ? 'null' : `a ${typeof options}`}`);
}

/** Returns whether an object is a signal, of this realm or another. */
function isSignal(signal) {
  const methods = ['throwIfAborted', 'addEventListener', 'removeEventListener'];
  return typeof signal?.aborted === 'boolean' && methods.every((name) => typeof signal[name] === 'function');
}

function expectString(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return wellFormed(value);
}

/** Returns the options of a columnar call. */
function asked(given, names) {
  const options = optionsOf(given);
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`this call has no option ${name}`);
  }
  const { onProgress, signal, threads = 0, transactions } = options;
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError('onProgress must be a function');
  }
  if (signal !== undefined && !isSignal(signal)) throw new TypeError('signal must be an AbortSignal');
  if (!Number.isInteger(threads) || threads < 0 || threads > 0xffff_ffff) {
    throw new TypeError('threads must be an integer in 0..=4294967295');
  }
  return { onProgress, signal, threads, transactions };
}

/** Returns a record in JSON: the text as it came, or that of what JSON.parse made of one. */
function recordText(record) {
  if (types.isUint8Array(record)) return owned(record, Uint8Array);
  return expectString(typeof record === 'string' ? record : JSON.stringify(record), 'a record in JSON');
}

/** The record of a call. */
class AuditRecord {
  #json;

  constructor(record) {
    const { found = null, json, leaf, parts, request = null, response = null } = calling(() => native.record(recordText(record)));
    const { audit_id, operation, recorded_at, refused = null, request_id, seq } = JSON.parse(leaf);
    this.#json = json;
    Object.assign(this, { audit_id, request_id, operation, recorded_at, seq, refused, leaf, request, response, found });
    this.parts = Object.freeze([...parts]);
    Object.freeze(this);
  }

  /** Returns the record that was written as JSON. */
  static fromJSON(text) {
    return new AuditRecord(text);
  }

  /** The record as the engine writes it. */
  get json() {
    return this.#json;
  }

  toJSON() {
    return JSON.parse(this.#json);
  }

  /** Proves that no part of the record was changed alone. */
  verify() {
    calling(() => native.verify(this.#json));
    return true;
  }
}

/** The operations whose columns are inputs of a card, which reads whatever a category is as its text. */
const OF_CARDS = new Set(['credit.score_batch', 'scorecard.develop', 'scorecard.evaluate']);

/** Artefacts, proved once, and the operations on them. */
class Engine {
  #deepFreeze;
  #desk;
  #limit;

  constructor(own, desk, deepFreeze) {
    if (own !== OWN) throw new TypeError('an engine is made by Engine.load or Engine.open');
    this.#deepFreeze = deepFreeze;
    this.#desk = desk;
    this.#limit = desk.requestBytes;
    for (const operation of Object.keys(operations)) this.#offer(operation);
    for (const area of Object.values(this)) Object.freeze(area);
  }

  /** Returns an engine that keeps its state in bounded memory. */
  static load(artefacts, options) {
    const own = optionsOf(options);
    if (own.store !== undefined) throw new TypeError('Engine.load keeps its state in memory; Engine.open(path, artefacts) opens a store');
    return made(this, artefacts, own);
  }

  /** Returns an engine that keeps its state in a file, which is made if there is none. */
  static open(path, artefacts, options) {
    const store = typeof path === 'string' ? path : fileURLToPath(path);
    return made(this, artefacts, { ...optionsOf(options), store });
  }

  /** Returns the engine of artefacts in files. */
  static loadFile(paths, options) {
    const list = Array.isArray(paths) ? paths : [paths];
    return this.load(list.map((path) => readFileSync(path)), options);
  }

  /** Puts other artefacts in place; calls under way end with those that they began with. */
  swap(artefacts) {
    const documents = documentsOf(artefacts, this.#limit);
    calling(() => this.#desk.swap(documents));
  }

  /** Answers a request in JSON with JSON, errors too. */
  call(operation, json) {
    const name = expectString(operation, 'the operation');
    if (types.isUint8Array(json)) return calling(() => this.#desk.call(name, owned(json, Uint8Array)));
    if (typeof json !== 'string') throw new TypeError('the request must be a string or a Uint8Array');
    try {
      const request = this.#judge(() => bounded(json, this.#limit));
      return calling(() => this.#desk.call(name, request));
    } catch (error) {
      if (error instanceof KapixError && json.length > this.#limit) return error.json;
      throw error;
    }
  }

  /** Answers a request given as an object. */
  run(operation, request) {
    return this.#run(expectString(operation, 'the operation'), request);
  }

  /** Answers a request to an operation whose name has a UTF-8 form. */
  #run(operation, request) {
    const text = this.#encode(operation, request);
    let json;
    try {
      json = this.#desk.run(operation, text);
    } catch (error) {
      throw thrown(error);
    }
    return answerOf(json, this.#deepFreeze);
  }

  /** Returns the record of a call. */
  record(id) {
    return new AuditRecord(calling(() => this.#desk.record(expectString(id, 'the audit id'))));
  }

  /** Lets the engine go; calls under way end on it. */
  close() {
    this.#desk.close();
  }

  #encode(operation, request) {
    try {
      if (request === undefined) throw absent(operation);
      return encode(request, this.#limit);
    } catch (error) {
      throw this.#refused(error);
    }
  }

  #judge(work) {
    try {
      return work();
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /** Returns the error of what was refused before the call; any other as it is. */
  #refused(error) {
    if (!(error instanceof Refused)) return error;
    try {
      return this.#desk.refuse(...error.refusal);
    } catch (refusal) {
      return thrown(refusal);
    }
  }

  /** Gives an operation `area.verb` its method. */
  #offer(operation) {
    const [area, verb] = operation.split('.');
    const name = verb.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
    if (area === 'engine') {
      const value = (request = {}) => this.#run(operation, request);
      Object.defineProperty(this, name, { value });
      return;
    }
    this[area] ??= {};
    if (operations[operation].columnar) {
      this[area][name] = (...given) => this.#columns(operation, ...given);
      this[area][`${name}Async`] = (...given) => this.#columnsAsync(operation, ...given);
    } else {
      this[area][name] = (request, options) => this.#single(operation, request, options);
      if (operations[operation].long) {
        this[area][`${name}Async`] = (...given) => this.#columnsAsync(operation, null, ...given);
      }
    }
  }

  /** Answers a request; columns of transactions may come beside it. */
  #single(operation, request, options) {
    if (options === undefined) return this.#run(operation, request);
    const { transactions } = asked(options, ['transactions']);
    return this.#columns(operation, transactions ?? null, request);
  }

  #columns(operation, columns, request, options) {
    const { threads } = asked(options, ['threads']);
    if (columns === null) return this.#run(operation, request);
    const text = this.#encode(operation, request);
    const given = this.#judge(() => columnsOf(rowsOf(operation, columns), OF_CARDS.has(operation)));
    return this.#answer(calling(() => this.#desk.runColumns([operation, text], given, threads)));
  }

  async #columnsAsync(operation, columns, request, options) {
    const { onProgress, signal, threads } = asked(options, ['onProgress', 'signal', 'threads']);
    signal?.throwIfAborted();
    const text = this.#encode(operation, request);
    // What takes long without columns needs none.
    const isAlone = columns === null && operations[operation].long === true;
    const given = isAlone ? undefined : this.#judge(() => columnsOf(rowsOf(operation, columns), OF_CARDS.has(operation)));
    const job = new native.Job(threads);
    let stop;
    // A call that still waits for others is left behind; it ends when its turn comes.
    const aborted = new Promise((resolve) => {
      stop = () => {
        job.cancel();
        resolve(ABORTED);
      };
    });
    const running = calling(() => this.#desk.runColumnsAsync([operation, text], given, job));
    const progress = new Progress(onProgress, job);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const reply = await Promise.race([running, aborted]);
      await progress.end(reply.status === 0, signal);
      signal?.throwIfAborted();
      const ended = reply === ABORTED ? await running : reply;
      return isAlone && ended.status === 0 ? answerOf(ended.json, this.#deepFreeze) : this.#answer(ended);
    } finally {
      progress.close();
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Returns the answer of a columnar call. */
  #answer(reply) {
    if (reply.status !== 0) throw fromReply(reply.status, reply.json);
    return columnarOf(reply, this.#deepFreeze);
  }
}

/** Returns the engine of these artefacts, with options in an object of its own. */
function made(Kind, artefacts, { deepFreeze = false, limits, ...rest }) {
  if (typeof deepFreeze !== 'boolean') throw new TypeError('deepFreeze must be a boolean');
  if (limits !== undefined) rest.limits = limits;
  const limit = Number(limits?.request_bytes ?? LIMITS.request_bytes);
  const documents = documentsOf(artefacts, limit);
  const text = judged(native.refuse, () => encode(rest, LIMITS.request_bytes));
  return calling(() => new Kind(OWN, new native.Desk(documents, text), deepFreeze));
}

/** Returns the columns of a call; the bytes of a document alone are its only row. */
function rowsOf(operation, columns) {
  if (operation !== 'transactions.read' || columns === null || typeof columns !== 'object') return columns;
  if (types.isUint8Array(columns)) return { document: [columns] };
  return types.isUint8Array(columns.document) ? { ...columns, document: [columns.document] } : columns;
}

/** Returns the error of a call without a request. */
function absent(operation) {
  const { required } = operations[operation] ?? { required: [] };
  const fields = required.map((name) => `\`${name}\``).join(' and ');
  const message = `${operation} needs a request, an object${fields && ` with ${fields}`}; got \`undefined\``;
  return new Refused('json.shape', message, '');
}

module.exports = {
  AuditRecord,
  EXAMPLE_POLICIES: native.EXAMPLE_POLICIES,
  EXPERT_CARDS: native.EXPERT_CARDS,
  Engine,
  VERSION: native.VERSION,
  ...classes,
};
