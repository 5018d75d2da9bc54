'use strict';

// What typed arrays are, by the getters of the language: a property of the array itself may say anything.

const { types } = require('node:util');

const TypedArray = Object.getPrototypeOf(Int8Array.prototype);
const bufferOf = Object.getOwnPropertyDescriptor(TypedArray, 'buffer').get;
const offsetOf = Object.getOwnPropertyDescriptor(TypedArray, 'byteOffset').get;
const lengthOf = Object.getOwnPropertyDescriptor(TypedArray, 'length').get;

/** Returns the number of elements. */
function countOf(values) {
  return lengthOf.call(values);
}

/** Returns whether the memory was taken away, as a transfer to another thread does. */
function isDetached(values) {
  if (countOf(values) > 0) return false;
  try {
    return new Uint8Array(bufferOf.call(values)).length < 0;
  } catch {
    return true;
  }
}

/** Returns the same array, or a copy where another thread could change it or a resize could take it away. */
function owned(values, Kind) {
  const buffer = bufferOf.call(values);
  return types.isSharedArrayBuffer(buffer) || buffer.resizable === true ? new Kind(values) : values;
}

/** Returns the memory of a BigUint64Array as integers with a sign. */
function bitsOf(values) {
  return new BigInt64Array(bufferOf.call(values), offsetOf.call(values), countOf(values));
}

module.exports = { bitsOf, countOf, isDetached, owned };
