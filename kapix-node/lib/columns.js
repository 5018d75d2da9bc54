'use strict';

// Columns in the layouts that the engine reads: Float64Array, BigInt64Array, and Int32Array as integers or as the codes
// of a dictionary; with a type, as instants and dates. Whatever else holds the same values is copied into one of them. A
// list that holds anything else may stand among them as long as nothing reads it: the core gets its rows and their kind.

const { types } = require('node:util');
const { Refused, isPlain, isWellFormed, pointerOf } = require('./encode.js');
const { bitsOf, countOf, isDetached, owned } = require('./memory.js');

/**
 * Returns the columns of an object, as the native half takes them. Booleans among text are categories of a card, and no text
 * of anything else, which then does not read the column.
 */
function columnsOf(columns, isOfCard) {
  if (typeof columns !== 'object' || columns === null || !isPlain(Object.getPrototypeOf(columns))) {
    throw new Refused('frame.shape', 'columns must be a plain object with one column a name', '/columns');
  }
  return Object.keys(columns).map((name) => columnOf(name, columns[name], isOfCard));
}

function columnOf(name, values, isOfCard) {
  const place = ['columns', name];
  if (!isWellFormed(name)) {
    throw new Refused('json.unpaired_surrogate', 'the name of a column holds an unpaired surrogate', '/columns');
  }
  // Without a prototype: the native half asks for members that a column may not have.
  const { mixed, ...layout } = layoutOf(name, values, place);
  return { __proto__: null, name, ...(mixed !== undefined && !isOfCard ? mixed : layout) };
}

/** Returns what a column holds, as the native half takes it. */
function layoutOf(name, values, place) {
  if (types.isTypedArray(values)) return typed(values, place);
  if (Array.isArray(values)) return listed(values, place);
  if (typeof values !== 'object' || values === null || ArrayBuffer.isView(values)) throw wrongType(place);
  // Own members only: what others put on Object.prototype is no part of a column.
  const own = { __proto__: null, ...values };
  const isCoded = own.codes !== undefined;
  for (const member of Object.keys(own)) {
    if (!(isCoded ? CODED : TYPED).includes(member)) throw malformed(name, `has no member \`${member}\` that is read`);
  }
  const { codes, categories, type = isCoded ? 'dictionary' : undefined, values: given = codes, names = categories } = own;
  if (!Array.isArray(given) && !types.isTypedArray(given)) throw wrongType(place);
  const isNamed = names !== undefined && names !== null;
  if (type === undefined ? isNamed : type === 'dictionary') expectNames(given, names, place);
  else if (isNamed) throw malformed(name, `of type \`${String(type)}\` takes no names`);
  else if (type !== undefined) expectType(name, type, given);
  const valid = validOf(name, own.valid, given, place);
  if (Array.isArray(given)) {
    return listed(valid === undefined ? given : given.map((it, row) => (isValid(valid, row) ? it : null)), place);
  }
  const column = { ...(type === 'bool' ? truths(attached(given, place)) : typed(given, place)), ...(valid && { valid }) };
  if (type === 'instant' || type === 'date') return { ...column, meaning: 'time' };
  if (!isNamed) return column;
  const { numbers: narrow, ...rest } = column;
  const integers32 = narrow ? Int32Array.from(narrow) : rest.integers32;
  return { ...rest, integers32, categories: names.map((it) => text(it, place)) };
}

/** The members of a column of codes, and of one with values. */
const CODED = ['codes', 'categories', 'valid'];
const TYPED = ['type', 'values', 'names', 'valid'];
/** Whether values are those of a type, and what they must be. */
const VALUES = {
  __proto__: null,
  bool: [types.isUint8Array, 'a Uint8Array'],
  date: [types.isInt32Array, 'an Int32Array of days since 1970'],
  f64: [types.isFloat64Array, 'a Float64Array'],
  i32: [types.isInt32Array, 'an Int32Array'],
  i64: [types.isBigInt64Array, 'a BigInt64Array'],
  instant: [types.isBigInt64Array, 'a BigInt64Array of microseconds since 1970'],
  utf8: [Array.isArray, 'a list of text'],
};

function isCodes(values) {
  return types.isInt32Array(values) || types.isInt8Array(values);
}

/** Returns the error of a column whose members do not go together; it names the column. */
function malformed(name, message) {
  return new TypeError(`the column ${JSON.stringify(name)} ${message}`);
}

function expectType(name, type, values) {
  const [isOne, kind] = VALUES[type] ?? [];
  if (isOne === undefined) {
    throw malformed(name, `must have one of the types dictionary, ${Object.keys(VALUES).join(', ')}; got ${String(type)}`);
  }
  if (!isOne(values)) throw malformed(name, `of type \`${type}\` must hold ${kind}`);
}

function expectNames(values, names, place) {
  if (isCodes(values) && Array.isArray(names) && names.every(isText)) return;
  const message = 'codes must be an Int32Array or an Int8Array, and need their names, a list of text';
  throw new Refused('frame.column_type', message, pointerOf(place));
}

/** Returns which rows hold a value, a bit each. */
function validOf(name, valid, values, place) {
  if (valid === undefined || valid === null) return undefined;
  const rows = Array.isArray(values) ? values.length : countOf(attached(values, place));
  const bytes = Math.ceil(rows / 8);
  if (types.isUint8Array(valid) && countOf(attached(valid, place)) === bytes) return owned(valid, Uint8Array);
  throw malformed(name, `must have \`valid\` as a Uint8Array of ${bytes} bytes, a bit for each row`);
}

const WIDE = 'an integer beyond +-(2^53 - 1), which a BigInt64Array may hold,';

function isValid(valid, row) {
  return ((valid[row >> 3] >> (row & 7)) & 1) === 1;
}

/** Returns the column of truth values: 1, 0, and below 0 for missing. */
function truths(values) {
  return { integers32: Int32Array.from(values), meaning: 'boolean' };
}

/** Returns the column of a typed array. */
function typed(values, place) {
  if (types.isFloat64Array(values)) return { numbers: owned(attached(values, place), Float64Array) };
  if (types.isBigInt64Array(values)) return { integers: owned(attached(values, place), BigInt64Array) };
  if (types.isInt32Array(values)) return { integers32: owned(attached(values, place), Int32Array) };
  if (types.isBigUint64Array(values)) {
    return { integers: bitsOf(owned(attached(values, place), BigUint64Array)), meaning: 'unsigned' };
  }
  return { numbers: new Float64Array(attached(values, place)) };
}

function isText(value) {
  return typeof value === 'string';
}

function wrongType(place) {
  return new Refused('frame.column_type', 'a column must hold numbers, booleans, text, dates or bytes', pointerOf(place));
}

/** Returns the same array, unless its memory was taken away. */
function attached(values, place) {
  if (!isDetached(values)) return values;
  throw new Refused('frame.shape', 'the memory of a column was transferred', pointerOf(place));
}

/** Returns a string that has a UTF-8 form. */
function text(value, place) {
  if (isWellFormed(value)) return value;
  throw new Refused('json.unpaired_surrogate', 'a string holds an unpaired surrogate', pointerOf(place));
}

/** Returns what a value is, as messages say it. */
function kindOf(value) {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? 'an integer' : WIDE;
  if (types.isDate(value)) return 'a date';
  if (types.isUint8Array(value)) return 'bytes';
  if (Array.isArray(value)) return 'a list';
  const kinds = { number: 'a number', string: 'text', boolean: 'a boolean', object: 'an object' };
  return kinds[typeof value] ?? typeof value;
}

/** Returns a list that nobody reads: `own` is what it holds up to the first value of another kind. */
function unread(list, own, row) {
  const odd = `${kindOf(list[row])} in row \`${row}\``;
  return { meaning: own === undefined ? odd : `${own}, and ${odd}`, rows: list.length };
}

function isMissing(value) {
  return value === null || Number.isNaN(value);
}

/** Returns the column of a list of dates or of bytes, with null for missing. */
function timed(list, isDate, place) {
  const bytes = [];
  const integers = new BigInt64Array(list.length);
  const valid = new Uint8Array(Math.ceil(list.length / 8));
  for (let row = 0; row < list.length; row += 1) {
    const value = list[row];
    if (!isMissing(value) && !(isDate ? types.isDate(value) : types.isUint8Array(value))) {
      return unread(list, isDate ? 'dates' : 'bytes', row);
    }
    const isThere = !isMissing(value) && !(isDate && Number.isNaN(Number(value)));
    if (isThere) valid[row >> 3] |= 1 << (row & 7);
    if (isDate) integers[row] = isThere ? BigInt(value.getTime()) * 1000n : 0n;
    else bytes.push(isThere ? owned(attached(value, [...place, row]), Uint8Array) : new Uint8Array(0));
  }
  return isDate ? { integers, meaning: 'time', valid } : { bytes, valid };
}

/** Returns the column of a list: numbers, text, booleans, dates, or bytes, with null and NaN for missing. */
function listed(list, place) {
  const start = list.findIndex((value) => !isMissing(value));
  const first = list[start];
  if (types.isDate(first) || types.isUint8Array(first)) return timed(list, types.isDate(first), place);
  if (start === -1 || typeof first === 'number' || typeof first === 'bigint') return numbers(list);
  if (typeof first !== 'string' && typeof first !== 'boolean') return unread(list, undefined, start);
  const odd = list.findIndex((value) => typeof value !== typeof first && !isMissing(value));
  if (typeof first === 'boolean' && odd === -1) return truths(list.map((value) => (isMissing(value) ? -1 : Number(value))));
  if (odd === -1 || !['string', 'boolean'].includes(typeof list[odd])) return texts(list, place);
  return { ...texts(list, place), mixed: unread(list, typeof first === 'boolean' ? 'booleans' : 'text', odd) };
}

function numbers(list) {
  const numbers = new Float64Array(list.length);
  for (let row = 0; row < list.length; row += 1) {
    const value = list[row];
    if (value === null) numbers[row] = NaN;
    else if (typeof value === 'number') numbers[row] = value;
    else if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) numbers[row] = Number(value);
    else return unread(list, 'numbers', row);
  }
  return { numbers };
}

function texts(list, place) {
  const codes = new Int32Array(list.length);
  const index = new Map();
  for (let row = 0; row < list.length; row += 1) {
    const value = list[row];
    if (isMissing(value)) {
      codes[row] = -1;
    } else if (typeof value === 'string' || typeof value === 'boolean') {
      const label = String(value);
      if (!index.has(label)) index.set(text(label, [...place, row]), index.size);
      codes[row] = index.get(label);
    } else {
      return unread(list, 'text', row);
    }
  }
  return { integers32: codes, categories: [...index.keys()] };
}

module.exports = { columnsOf };
