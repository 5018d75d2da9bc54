'use strict';

// Columns in the three layouts that the engine borrows: Float64Array, BigInt64Array, and Int32Array as the codes of a
// dictionary. Whatever else holds the same numbers is copied into one of them.

const { types } = require('node:util');
const { Refused, pointerOf } = require('./encode.js');
const { countOf, isDetached, owned } = require('./memory.js');

/** Returns the columns of an object, as the native half takes them. */
function columnsOf(columns) {
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns) || ArrayBuffer.isView(columns)) {
    throw new Refused('frame.shape', 'columns must be an object with one column a name', '/columns');
  }
  return Object.keys(columns).map((name) => columnOf(name, columns[name]));
}

/** Returns the number of rows of columns. */
function rowsOf([first]) {
  return first === undefined ? 0 : countOf(first.numbers ?? first.integers ?? first.codes);
}

/** Returns whether columns still have the memory that a call borrowed. */
function areAttached(columns, rows) {
  return columns.every((column) => rowsOf([column]) === rows);
}

function columnOf(name, values) {
  const place = ['columns', name];
  if (types.isFloat64Array(values)) return { name, numbers: owned(attached(values, place), Float64Array) };
  if (types.isBigInt64Array(values)) return { name, integers: owned(attached(values, place), BigInt64Array) };
  if (isNarrow(values)) return { name, numbers: new Float64Array(attached(values, place)) };
  if (Array.isArray(values)) return { name, ...listed(values, place) };
  if (typeof values === 'object' && values !== null && !ArrayBuffer.isView(values)) {
    const { codes, categories } = values;
    if (types.isInt32Array(codes) && Array.isArray(categories) && categories.every(isText)) {
      return { name, codes: owned(attached(codes, place), Int32Array), categories: categories.map((it) => text(it, place)) };
    }
  }
  throw wrongType(place);
}

function isText(value) {
  return typeof value === 'string';
}

/** Returns whether every number of a typed array is a double. */
function isNarrow(values) {
  return types.isTypedArray(values) && !types.isBigInt64Array(values) && !types.isBigUint64Array(values);
}

function wrongType(place) {
  return new Refused('frame.column_type', 'a column must hold numbers, booleans or text', pointerOf(place));
}

/** Returns the same array, unless its memory was taken away. */
function attached(values, place) {
  if (!isDetached(values)) return values;
  throw new Refused('frame.shape', 'the memory of a column was transferred', pointerOf(place));
}

/** Returns a string that has a UTF-8 form. */
function text(value, place) {
  if (value.isWellFormed?.() ?? !/\p{Surrogate}/u.test(value)) return value;
  throw new Refused('json.unpaired_surrogate', 'a string holds an unpaired surrogate', pointerOf(place));
}

/** Returns the column of a list: numbers, or text and booleans, with null and NaN for missing. */
function listed(list, place) {
  const first = list.find((value) => value !== null && !Number.isNaN(value));
  const refuse = (row, message) => {
    throw new Refused('frame.column_type', message, pointerOf([...place, row]));
  };
  const judge = (value, row) => {
    if (value === undefined) refuse(row, 'undefined is no value; write null for missing');
    if (!['number', 'bigint', 'string', 'boolean'].includes(typeof value)) throw wrongType([...place, row]);
    refuse(row, 'a column holds numbers or text, not both');
  };
  if (first === undefined || typeof first === 'number' || typeof first === 'bigint') {
    const numbers = new Float64Array(list.length);
    for (let row = 0; row < list.length; row += 1) {
      const value = list[row];
      if (value === null) numbers[row] = NaN;
      else if (typeof value === 'number') numbers[row] = value;
      else if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) numbers[row] = Number(value);
      else judge(value, row);
    }
    return { numbers };
  }
  const codes = new Int32Array(list.length);
  const index = new Map();
  for (let row = 0; row < list.length; row += 1) {
    const value = list[row];
    if (value === null || Number.isNaN(value)) {
      codes[row] = -1;
    } else if (typeof value === 'string' || typeof value === 'boolean') {
      const label = String(value);
      if (!index.has(label)) index.set(text(label, [...place, row]), index.size);
      codes[row] = index.get(label);
    } else {
      judge(value, row);
    }
  }
  return { codes, categories: [...index.keys()] };
}

module.exports = { areAttached, columnsOf, rowsOf };
