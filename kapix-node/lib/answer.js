'use strict';

const { ResultColumn } = require('./results.js');

/** Freezes a document, with everything in it. */
function freeze(value) {
  if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) freeze(value[name]);
    Object.freeze(value);
  }
  return value;
}

/**
 * Returns an answer: a plain object of the fields of the wire, frozen, deeply where that is asked. Its canonical JSON
 * stands beside them as `json`, which neither copies nor comparisons take for a field.
 */
function answerOf(json, isDeep) {
  const answer = JSON.parse(json);
  if (isDeep) for (const name of Object.keys(answer)) freeze(answer[name]);
  return sealed(answer, json);
}

/** Returns the answer of a columnar call: `columns` are its result columns by name, none where it returns none. */
function columnarOf(reply, isDeep) {
  const answer = JSON.parse(reply.json);
  if (isDeep) freeze(answer);
  const columns = Object.create(null);
  for (const found of reply.columns) columns[found.name] = new ResultColumn(found);
  return sealed({ ...answer, columns: Object.freeze(columns) }, reply.json);
}

function sealed(answer, json) {
  Object.defineProperty(answer, 'json', { value: json });
  return Object.freeze(answer);
}

module.exports = { answerOf, columnarOf };
