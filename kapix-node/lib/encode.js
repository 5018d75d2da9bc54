'use strict';

// Writes JavaScript values as JSON text. JSON.stringify turns NaN, infinities, and undefined, functions and symbols
// inside arrays into null, and a Map into {}: here a value would become a missing input without a word. So what has no
// JSON form is refused with its place; everything else is for the core to judge. NaN is missing in inputs and rows, as
// it is in columns, and refused everywhere else.
//
// Objects are written in one pass, in which each member is read once. What stands in an array, such as rows, is copied,
// so that no getter and no proxy is left, and JSON.stringify writes that copy: of thousands of values it is faster. Either
// way what is written is what was checked.

const { types } = require('node:util');

// The members of a request that hold inputs and rows.
const MAY_BE_MISSING = new Set(['akiba', 'applicant', 'columns', 'data', 'features', 'inputs']);
// Deeper objects, and those that contain themselves, are refused here; the limit `json_depth` lies below.
const DEPTH_MAX = 200;
const EMPTY = {};
// What a JSON string does not hold as it is: quotes, backslashes, controls, and surrogates, which may lack their pair.
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;
// The names of members as they are written, with quotes and colon: at most so many, of at most so many characters.
const NAMES_MAX = 4096;
const NAME_LENGTH_MAX = 64;
const NAMES = new Map();

/** Says that a value has no JSON form. */
class Refused extends Error {
  constructor(cause, message, field) {
    super(message);
    this.refusal = [cause, message, field];
  }
}

/** Says that a value is nested deeper than any request. */
class TooDeep extends Refused {}

/** Returns where on a path an object holds itself first; undefined where none does. Getters and proxies are not asked. */
function circleOf(value, path) {
  const above = [];
  for (const [depth, name] of path.entries()) {
    if (above.includes(value)) return path.slice(0, depth);
    if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined;
    above.push(value);
    value = Object.getOwnPropertyDescriptor(value, name)?.value;
  }
  return undefined;
}

/** Returns the JSON pointer (RFC 6901) of a path. */
function pointerOf(path) {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Returns whether a prototype is that of `{...}`, of this realm or another, or none. */
function isPlain(prototype) {
  return (
    prototype === Object.prototype ||
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

/** Returns the error of a request that is longer than so many bytes. */
function tooLong(limit) {
  return new Refused('limit.exceeded', `request_bytes must be at most \`${limit}\`; the request has more`);
}

/** Writes a value as JSON text, or refuses it. */
class Writer {
  constructor(limit) {
    this.limit = limit;
    // Bytes that the text may still have; each value takes as many as it must at least.
    this.left = limit;
    this.isPolluted = false;
    for (const _ in EMPTY) this.isPolluted = true;
    // Names and places of the objects and arrays that are being read; the first, the whole, has none.
    this.path = [];
  }

  refuse(cause, message, name) {
    const [, ...path] = name === undefined ? this.path : [...this.path, name];
    throw new Refused(cause, message, pointerOf(path));
  }

  take(bytes) {
    this.left -= bytes;
    if (this.left < 0) throw tooLong(this.limit);
  }

  /** Returns the text of a value; `name` is its name or place. */
  text(value, name, mayBeMissing) {
    switch (typeof value) {
      case 'number':
        if (value - value === 0) return `${value}`;
        break;
      case 'string':
        this.take(value.length);
        return quoted(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'object':
        if (value === null) return 'null';
        if (isRecord(value)) return this.record(value, name, mayBeMissing);
    }
    const copy = this.value(value, name, mayBeMissing);
    this.take(0);
    return JSON.stringify(copy);
  }

  /** Returns the text of a plain object; what is undefined stays out, and so does what others put on Object.prototype. */
  record(record, name, mayBeMissing) {
    this.enter(name);
    const isWhole = this.path.length === 1;
    let text = '{';
    for (const name in record) {
      if (this.isPolluted && !Object.hasOwn(record, name)) continue;
      const value = record[name];
      if (value === undefined) continue;
      this.take(name.length + 4);
      if (text.length > 1) text += ',';
      text += named(name);
      text += this.text(value, name, mayBeMissing || (isWhole && MAY_BE_MISSING.has(name)));
    }
    this.path.pop();
    return `${text}}`;
  }

  /** Returns the copy of a value; `name` is its name or place. */
  value(value, name, mayBeMissing) {
    switch (typeof value) {
      case 'string':
        this.left -= value.length;
        return value;
      case 'number':
        // Only a finite number differs from itself by nothing.
        if (value - value === 0 || (mayBeMissing && Number.isNaN(value))) return value;
        return this.refuse('json.number_not_finite', 'a number must be finite', name);
      case 'boolean':
        return value;
      case 'bigint':
        return this.integer(value, name);
      case 'object':
        return value === null ? value : this.inside(value, name, mayBeMissing);
      default:
        return this.refuse('json.shape', `a value must have a JSON form; got \`${typeof value}\``, name);
    }
  }

  integer(value, name) {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    const message = `an integer must be within +-(2^53 - 1), \`${Number.MAX_SAFE_INTEGER}\`; got one beyond it`;
    return this.refuse('json.integer_out_of_range', message, name);
  }

  /** Returns the copy of an object, which stands one level deeper. */
  inside(value, name, mayBeMissing) {
    this.enter(name);
    const copy = isRecord(value) ? this.members({ ...value }, mayBeMissing) : this.object(value, mayBeMissing);
    this.path.pop();
    return copy;
  }

  enter(name) {
    if (this.path.length > DEPTH_MAX) {
      throw new TooDeep('limit.exceeded', `json_depth must be at most \`${DEPTH_MAX}\``);
    }
    this.path.push(name);
  }

  object(value, mayBeMissing) {
    if (types.isDate(value)) return this.instant(value);
    const { toJSON } = value;
    const given = typeof toJSON === 'function' ? toJSON.call(value, String(this.path.at(-1) ?? '')) : value;
    if (typeof given !== 'object' || given === null) return this.value(given, undefined, mayBeMissing);
    if (Array.isArray(given)) return this.items(given, mayBeMissing);
    if (isPlain(Object.getPrototypeOf(given))) return this.members({ ...given }, mayBeMissing);
    return this.refuse('json.shape', 'a value must be a plain object, an array, a date, or have toJSON');
  }

  instant(date) {
    const instant = Date.prototype.getTime.call(date);
    if (Number.isNaN(instant)) this.refuse('json.shape', 'a date must be valid');
    return new Date(instant).toISOString();
  }

  items(items, mayBeMissing) {
    const { length } = items;
    this.take(2 * length);
    const copy = new Array(length);
    for (let index = 0; index < length; index += 1) {
      const value = items[index];
      if (isSafe(value)) {
        copy[index] = value;
      } else if (isRecord(value)) {
        // V8 copies objects of a few shapes at one place fast: rows of a list have their own.
        this.enter(index);
        copy[index] = this.members({ ...value }, mayBeMissing);
        this.path.pop();
      } else {
        copy[index] = this.value(value, index, mayBeMissing);
      }
    }
    return copy;
  }

  /** Returns an object, which is a copy of our own, with its members copied too. */
  members(copy, mayBeMissing) {
    let bytes = 0;
    for (const name in copy) {
      const value = copy[name];
      bytes += name.length + 4;
      if (typeof value === 'string') bytes += value.length;
      else if (!isSafe(value)) this.member(copy, name, mayBeMissing);
    }
    this.take(bytes);
    return copy;
  }

  /** Copies a member in place; what is undefined stays out, and so does what others put on Object.prototype. */
  member(copy, name, mayBeMissing) {
    const value = copy[name];
    if (value === undefined || (this.isPolluted && !Object.hasOwn(copy, name))) return;
    const isMissing = mayBeMissing || (this.path.length === 1 && MAY_BE_MISSING.has(name));
    const own = this.value(value, name, isMissing);
    if (own !== value) copy[name] = own;
  }
}

/** Returns whether a value is an object of this realm's `{...}` without a JSON form of its own. */
function isRecord(value) {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return value.toJSON === undefined;
}

/** Returns whether JSON.stringify writes a value as it is, in so many bytes that they need no count. */
function isSafe(value) {
  return typeof value === 'number' ? value - value === 0 : typeof value === 'boolean' || value === null;
}

/** Returns a string in quotes. */
function quoted(text) {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Returns the name of a member in quotes, and a colon. */
function named(name) {
  const known = NAMES.get(name);
  if (known !== undefined) return known;
  const text = `${quoted(name)}:`;
  if (name.length > NAME_LENGTH_MAX) return text;
  if (NAMES.size === NAMES_MAX) NAMES.clear();
  NAMES.set(name, text);
  return text;
}

/** Returns the JSON text of a value. */
function encode(value, limit) {
  if (Object.prototype.toJSON !== undefined || Array.prototype.toJSON !== undefined) {
    throw new TypeError('toJSON of Object.prototype or Array.prototype would change every request; delete it');
  }
  const writer = new Writer(limit);
  let text;
  try {
    text = writer.text(value, undefined, false);
  } catch (error) {
    const place = error instanceof TooDeep ? circleOf(value, writer.path.slice(1)) : undefined;
    if (place === undefined) throw error;
    throw new Refused('limit.exceeded', 'an object holds itself here, and so is nested without end', pointerOf(place));
  }
  writer.take(0);
  if (text.length > limit) throw tooLong(limit);
  return text;
}

/** Returns whether a string holds no surrogate without its pair, and so has a UTF-8 form. */
function isWellFormed(text) {
  return text.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text);
}

/** Returns JSON text that has a UTF-8 form: an unpaired surrogate becomes an escape, which the core then refuses. */
function wellFormed(text) {
  if (isWellFormed(text)) return text;
  return text.replace(/\p{Surrogate}/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

module.exports = { Refused, encode, isPlain, isWellFormed, pointerOf, tooLong, wellFormed };
