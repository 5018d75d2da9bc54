'use strict';

const { readFileSync } = require('node:fs');
const { types } = require('node:util');
const native = require('../native.js');
const { Answer, answers, columnar } = require('./answer.js');
const { areAttached, columnsOf, rowsOf } = require('./columns.js');
const { Refused, encode, wellFormed } = require('./encode.js');
const { calling, classes, fromReply } = require('./errors.js');
const { owned } = require('./memory.js');
const operations = require('./operations.js');

const LIMITS = JSON.parse(native.limits());
/** How often a long call tells its progress, in milliseconds. */
const POLL_MS = 50;

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
  if (typeof artefact === 'string') return wellFormed(artefact);
  if (types.isUint8Array(artefact)) return owned(artefact, Uint8Array);
  return encode(artefact, limit);
}

function documentsOf(artefacts, limit) {
  const list = Array.isArray(artefacts) ? artefacts : [artefacts];
  return judged(native.refuse, () => list.map((artefact) => documentOf(artefact, limit)));
}

function expectString(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return wellFormed(value);
}

/** Returns the options of a columnar call. */
function asked(options, names) {
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`this call has no option ${name}`);
  }
  const { onProgress, signal, threads = 0 } = options;
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError('onProgress must be a function');
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError('signal must be an AbortSignal');
  if (!Number.isInteger(threads) || threads < 0 || threads > 0xffff_ffff) {
    throw new TypeError('threads must be an integer in 0..=4294967295');
  }
  return { onProgress, signal, threads };
}

/** The record of a call. */
class AuditRecord {
  constructor({ leaf, request, response, salt, found }) {
    Object.assign(this, { leaf, request, response, salt }, found === undefined ? {} : { found });
    Object.freeze(this);
  }

  /** Proves that no part of the record was changed alone. */
  verify() {
    for (const name of ['leaf', 'request', 'response']) expectString(this[name], name);
    if (!types.isUint8Array(this.salt)) throw new TypeError('salt must be a Uint8Array');
    const salt = owned(this.salt, Uint8Array);
    calling(() => native.verify(this.leaf, this.request, this.response, salt, this.found));
    return true;
  }
}

/** Artefacts, proved once, and the operations on them. */
class Engine {
  #desk;
  #limit;

  constructor(own, desk) {
    if (own !== OWN) throw new TypeError('an engine is made by Engine.load');
    this.#desk = desk;
    this.#limit = desk.requestBytes;
    for (const operation of Object.keys(operations)) this.#offer(operation);
    for (const area of Object.values(this)) Object.freeze(area);
  }

  /** Returns an engine that keeps its state in bounded memory. */
  static load(artefacts, options = {}) {
    const limit = options?.limits?.request_bytes ?? LIMITS.request_bytes;
    const documents = documentsOf(artefacts, limit);
    const text = judged(native.refuse, () => encode(options, LIMITS.request_bytes));
    return calling(() => new this(OWN, new native.Desk(documents, text)));
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
    const request = types.isUint8Array(json) ? owned(json, Uint8Array) : expectString(json, 'the request');
    return calling(() => this.#desk.call(expectString(operation, 'the operation'), request));
  }

  /** Answers a request given as an object. */
  run(operation, request) {
    const name = expectString(operation, 'the operation');
    const text = this.#encode(request);
    const json = calling(() => this.#desk.run(name, text));
    return new (answers[name] ?? Answer)(json);
  }

  /** Returns the record of a call. */
  record(auditId) {
    return new AuditRecord(calling(() => this.#desk.record(expectString(auditId, 'the audit id'))));
  }

  /** Lets the engine go; calls under way end on it. */
  close() {
    this.#desk.close();
  }

  #encode(request) {
    return this.#judge(() => encode(request, this.#limit));
  }

  #judge(work) {
    return judged((...refusal) => this.#desk.refuse(...refusal), work);
  }

  /** Gives an operation `area.verb` its method. */
  #offer(operation) {
    const [area, verb] = operation.split('.');
    const name = verb.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
    if (area === 'engine') {
      const value = (request = {}) => this.run(operation, request);
      Object.defineProperty(this, name, { value });
      return;
    }
    this[area] ??= {};
    if (operations[operation].columnar) {
      this[area][name] = (...given) => this.#columns(operation, ...given);
      this[area][`${name}Async`] = (...given) => this.#columnsAsync(operation, ...given);
    } else {
      this[area][name] = (request, options) => this.#single(operation, request, options);
    }
  }

  /** Answers a request; columns of transactions may come beside it. */
  #single(operation, request, options = {}) {
    asked(options, ['transactions']);
    return this.#columns(operation, options.transactions ?? null, request);
  }

  #columns(operation, columns, request, options = {}) {
    if (columns === null) return this.run(operation, request);
    const { threads } = asked(options, ['threads']);
    const text = this.#encode(request);
    const given = this.#judge(() => columnsOf(columns));
    const reply = calling(() => this.#desk.runColumns(operation, text, given, new native.Job(threads)));
    return answerOf(operation, reply);
  }

  async #columnsAsync(operation, columns, request, options = {}) {
    const { onProgress, signal, threads } = asked(options, ['onProgress', 'signal', 'threads']);
    signal?.throwIfAborted();
    const text = this.#encode(request);
    const given = this.#judge(() => columnsOf(columns));
    const rows = rowsOf(given);
    const job = new native.Job(threads);
    const stop = () => job.cancel();
    const progress = new Progress(onProgress, stop);
    const running = calling(() => this.#desk.runColumnsAsync(operation, text, given, job));
    signal?.addEventListener('abort', stop, { once: true });
    const timer = onProgress && setInterval(() => progress.tell(job.done, job.total), POLL_MS);
    let reply;
    try {
      reply = await running;
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', stop);
    }
    if (reply.status === 0) progress.end(job.total || rows);
    if (progress.failed) throw progress.error;
    signal?.throwIfAborted();
    this.#judge(() => {
      if (!areAttached(given, rows)) throw new Refused('frame.shape', 'the memory of a column was transferred', '/columns');
    });
    return answerOf(operation, reply);
  }
}

/** Tells a caller how far a call is; what the caller throws stops the call. */
class Progress {
  #last = -1;

  constructor(onProgress, stop) {
    Object.assign(this, { onProgress, stop, failed: false, error: undefined });
  }

  /** Says how many steps are done; nothing is said before the call knows how many there are. */
  tell(done, total) {
    if (total > 0) this.#say(done, total);
  }

  end(total) {
    this.#say(total, total);
  }

  #say(done, total) {
    if (this.onProgress === undefined || this.failed || done <= this.#last) return;
    this.#last = done;
    try {
      this.onProgress(done, total);
    } catch (error) {
      this.failed = true;
      this.error = error;
      this.stop();
    }
  }
}

/** Returns the answer of a columnar call. */
function answerOf(operation, reply) {
  if (reply.status !== 0) throw fromReply(reply.status, reply.json);
  return columnar(operation, reply);
}

module.exports = {
  Answer,
  AuditRecord,
  EXPERT_CARDS: native.EXPERT_CARDS,
  Engine,
  VERSION: native.VERSION,
  ...classes,
};
