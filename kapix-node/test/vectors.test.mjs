// The committed vectors by every path of this package: the JSON door, objects, and columns for batches. All give the
// bytes that DIGEST pins.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EXPERT_CARDS, Engine, KapixError } from '../index.mjs';
import { FOLDER, readDigest, readVectors } from './vector_files.mjs';

const digest = readDigest();

function artefactsOf({ artefacts = [] }) {
  return artefacts.map((artefact) => {
    if (artefact === 'expert') return EXPERT_CARDS;
    if (typeof artefact !== 'string') return artefact;
    return readFileSync(new URL(`artefacts/${artefact}.json`, FOLDER));
  });
}

/** Returns the JSON of what `work` answers or throws. */
function jsonOf(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof KapixError) return error.json;
    throw error;
  }
}

function withEngine(vector, work) {
  return jsonOf(() => {
    const options = { clock: vector.clock ?? 'none', envelope: false, record: false, ...vector.options };
    const engine = Engine.load(artefactsOf(vector), options);
    try {
      return work(engine);
    } finally {
      engine.close();
    }
  });
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** Returns the names of members in canonical order at every depth. */
function canonical(value) {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, canonical(value[name])]));
}

const vectors = readVectors();

test('no vector is lost', () => {
  assert.deepEqual(vectors.map(({ path }) => path).sort(), [...digest.keys()].sort());
});

test('the JSON door gives the bytes of the digest', () => {
  for (const vector of vectors) {
    const text = vector.request_text ?? JSON.stringify(vector.request);
    const reply = withEngine(vector, (engine) => engine.call(vector.operation, text));
    assert.equal(sha256(reply), digest.get(vector.path), `${vector.path}: ${reply}`);
  }
});

test('objects give the bytes of the digest, and answers that write the same JSON', () => {
  const asObjects = vectors.filter(({ request_text }) => request_text === undefined);
  for (const vector of asObjects) {
    const reply = withEngine(vector, (engine) => {
      const answer = engine.run(vector.operation, vector.request);
      assert.equal(JSON.stringify(answer), answer.json, vector.path);
      return answer.json;
    });
    assert.equal(sha256(reply), digest.get(vector.path), `${vector.path}: ${reply}`);
  }
  assert.ok(asObjects.length > 0);
});

test('each operation has its method', () => {
  const methods = {
    'artefact.check': (engine, request) => engine.artefact.check(request),
    'cashflow.analyze': (engine, request) => engine.cashflow.analyze(request),
    'credit.score': (engine, request) => engine.credit.score(request),
    'credit.score_batch': (engine, request) => engine.credit.scoreBatch(null, request),
    'engine.describe': (engine, request) => engine.describe(request),
    'scorecard.develop': (engine, request) => engine.scorecard.develop(null, request),
    'scorecard.evaluate': (engine, request) => engine.scorecard.evaluate(null, request),
  };
  for (const [operation, method] of Object.entries(methods)) {
    const vector = vectors.find((it) => it.operation === operation && it.response && it.request);
    const reply = withEngine(vector, (engine) => method(engine, vector.request).json);
    assert.equal(sha256(reply), digest.get(vector.path), vector.path);
  }
});

test('columns give the bytes of the digest, on this thread and on another', async () => {
  let run = 0;
  for (const vector of vectors) {
    if (vector.operation !== 'credit.score_batch' || !vector.request?.columns || !vector.response) continue;
    const { columns: lists, ...request } = vector.request;
    // A list of nulls has no type of its own; the card says which one its column needs.
    const cards = artefactsOf(vector).map((artefact) => JSON.parse(artefact instanceof Uint8Array ? artefact.toString() : JSON.stringify(artefact)));
    const inputs = cards.flatMap((card) => card.body.characteristics);
    const isText = (name) => inputs.some(({ feature, kind }) => feature === name && kind === 'categorical');
    const typed = (name, list) =>
      isText(name) && list.every((value) => value === null)
        ? { codes: new Int32Array(list.length).fill(-1), categories: [] }
        : list;
    const columns = Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, typed(name, list)]));
    const engine = Engine.load(artefactsOf(vector), { clock: vector.clock ?? 'none', envelope: false, record: false });
    const whole = (scores) => JSON.stringify(canonical(JSON.parse(JSON.stringify(scores))));
    const here = engine.credit.scoreBatch(columns, request);
    const there = await engine.credit.scoreBatchAsync(columns, request);
    assert.equal(sha256(whole(here)), digest.get(vector.path), `${vector.path}: ${whole(here)}`);
    assert.equal(whole(there), whole(here), vector.path);
    run += 1;
  }
  assert.ok(run >= 6, `${run} batches`);
});
