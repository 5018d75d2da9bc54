'use strict';

// Writes JavaScript values as JSON text. JSON.stringify turns NaN, infinities, and undefined, functions and symbols
// inside arrays into null, and a Map into {}: here a value would become a missing input without a word. So what has no
// JSON form is refused with its place; everything else is for the core to judge. NaN is missing in inputs and rows, as
// it is in columns, and refused everywhere else.

const { types } = require('node:util');

// The members of a request that hold inputs and rows.
const MAY_BE_MISSING = new Set(['akiba', 'columns', 'data', 'features']);
// Deeper objects, and those that contain themselves, are refused here; the limit `json_depth` lies below.
const DEPTH_MAX = 200;
// An integer beyond these bits is written as another one that the core refuses for the same reason.
const BIGINT_BITS_MAX = 1024n;
const TOO_WIDE = `1${'0'.repeat(400)}`;

/** Says that a value has no JSON form. */
class Refused extends Error {
  constructor(cause, message, field) {
    super(message);
    this.refusal = [cause, message, field];
  }
}

/** Returns the JSON pointer (RFC 6901) of a path. */
function pointerOf(path) {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Returns whether an object is one of `{...}` or without prototype, of this realm or another. */
function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

/** Returns a string as JSON; short ones without escapes need no call. */
function quote(text) {
  return text.length < 64 && /^[ !#-[\]-~]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

class Writer {
  constructor(limit) {
    this.limit = limit;
    this.path = [];
    this.text = '';
  }

  refuse(cause, message) {
    throw new Refused(cause, message, pointerOf(this.path));
  }

  write(value) {
    switch (typeof value) {
      case 'string':
        this.text += quote(value);
        break;
      case 'number':
        if (Number.isFinite(value)) this.text += value;
        else if (Number.isNaN(value) && MAY_BE_MISSING.has(this.path[0])) this.text += 'null';
        else this.refuse('json.number_not_finite', 'a number must be finite');
        break;
      case 'boolean':
        this.text += value;
        break;
      case 'bigint':
        this.text += BigInt.asIntN(Number(BIGINT_BITS_MAX), value) === value ? value : TOO_WIDE;
        break;
      case 'object':
        if (value === null) this.text += 'null';
        else this.writeObject(value);
        break;
      default:
        this.refuse('json.shape', `a value must have a JSON form; got \`${typeof value}\``);
    }
  }

  writeObject(given) {
    if (this.path.length >= DEPTH_MAX) {
      throw new Refused('limit.exceeded', `json_depth must be at most \`${DEPTH_MAX}\``);
    }
    if (types.isDate(given)) {
      const instant = Date.prototype.getTime.call(given);
      if (Number.isNaN(instant)) this.refuse('json.shape', 'a date must be valid');
      this.text += JSON.stringify(new Date(instant));
      return;
    }
    const { toJSON } = given;
    const value = typeof toJSON === 'function' ? toJSON.call(given, String(this.path.at(-1) ?? '')) : given;
    if (typeof value !== 'object' || value === null) this.write(value);
    else if (Array.isArray(value)) this.writeItems(value);
    else if (isPlain(value)) this.writeMembers(value);
    else this.refuse('json.shape', 'a value must be a plain object, an array, a date, or have toJSON');
  }

  writeItems(items) {
    this.text += '[';
    for (let index = 0; index < items.length; index += 1) {
      if (index > 0) this.text += ',';
      this.path.push(index);
      this.write(items[index]);
      this.path.pop();
      this.measure();
    }
    this.text += ']';
  }

  writeMembers(members) {
    let separator = '{';
    for (const name of Object.keys(members)) {
      const value = members[name];
      if (value === undefined) continue;
      this.text += `${separator}${quote(name)}:`;
      separator = ',';
      this.path.push(name);
      this.write(value);
      this.path.pop();
      this.measure();
    }
    this.text += separator === '{' ? '{}' : '}';
  }

  measure() {
    if (this.text.length > this.limit) {
      throw new Refused('limit.exceeded', `request_bytes must be at most \`${this.limit}\`; the request has more`);
    }
  }
}

/** Returns the JSON text of a value. */
function encode(value, limit) {
  const writer = new Writer(limit);
  writer.write(value);
  return writer.text;
}

/** Returns JSON text that has a UTF-8 form: an unpaired surrogate becomes an escape, which the core then refuses. */
function wellFormed(text) {
  if (text.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text)) return text;
  return text.replace(/\p{Surrogate}/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

module.exports = { Refused, encode, pointerOf, wellFormed };
