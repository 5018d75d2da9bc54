// Answers are plain objects: what copies, compares, writes or sends objects takes them for what they say.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { APPLICANT, BATCH, columnsOf, loadLoan } from './support.mjs';

const engine = loadLoan();
const score = (change) => engine.credit.score({ ...APPLICANT, ...change });

function sent(value) {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(value);
  const { message } = receiveMessageOnPort(port2);
  port1.close();
  return message;
}

test('an answer is its fields, and nothing else', () => {
  const answer = score({});
  const fields = JSON.parse(answer.json);
  assert.equal(Object.getPrototypeOf(answer), Object.prototype);
  assert.deepStrictEqual(answer, fields);
  assert.deepStrictEqual(Object.entries(answer), Object.entries(fields));
  for (const copy of [{ ...answer }, structuredClone(answer), Object.assign({}, answer), sent(answer)]) {
    assert.deepStrictEqual(copy, fields);
    assert.equal(copy.json, undefined);
  }
  assert.equal(JSON.stringify({ answer }), `{"answer":${answer.json}}`);
  assert.equal(inspect(answer), inspect(fields));
});

test('two answers that differ are not equal', () => {
  const [good, bad] = [score({}), score({ features: { ...APPLICANT.features, bureau_derogatory: 9 } })];
  assert.notEqual(good.points, bad.points);
  assert.throws(() => assert.deepStrictEqual(good, bad));
  assert.deepStrictEqual(score({ entity_id: 'a' }).explanation, score({ entity_id: 'a' }).explanation);
});

test('an answer is frozen at the top, and at every depth where that is asked', () => {
  const answer = score({});
  assert.throws(() => { answer.points = 1; }, TypeError);
  assert.throws(() => { answer.json = ''; }, TypeError);
  assert.ok(!Object.isFrozen(answer.explanation));
  const deep = loadLoan({ deepFreeze: true });
  const frozen = deep.credit.score(APPLICANT);
  assert.throws(() => { frozen.card.id = 'x'; }, TypeError);
  assert.throws(() => { frozen.explanation.top_features.push(1); }, TypeError);
  const scores = deep.credit.scoreBatch(columnsOf(1), BATCH);
  assert.throws(() => { scores.card.id = 'x'; }, TypeError);
  assert.throws(() => loadLoan({ deepFreeze: 1 }), { message: 'deepFreeze must be a boolean' });
});

test('the answer of a batch is copied and written with its columns', () => {
  const scores = engine.credit.scoreBatch(columnsOf(2), BATCH);
  assert.ok(Object.isFrozen(scores));
  assert.deepStrictEqual({ ...scores }.columns, scores.columns);
  assert.deepStrictEqual(structuredClone(scores).columns.points.values, scores.columns.points.values);
  assert.notDeepStrictEqual(scores, engine.credit.scoreBatch({ ...columnsOf(2), bureau_derogatory: [9, 9] }, BATCH));
  const written = JSON.parse(JSON.stringify(scores));
  assert.deepEqual(written.columns.points, scores.columns.points.toArray());
  assert.deepEqual({ ...written, columns: undefined }, { ...JSON.parse(scores.json), columns: undefined });
});
