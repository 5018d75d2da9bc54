// Policies that take long to look at: the form of a call that leaves the event loop alone, progress, a signal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../index.mjs';

const provenance = { limitations: 'none', owner: 'me', population: 'all', purpose: 'to test', status: 'draft' };

/** Returns a policy whose rows all overlap: each is compared with each. */
function overlapping(version, rows) {
  const rules = Array.from({ length: rows }, (_, row) => ({ when: [`>= ${row}`, `< ${row + rows}`], then: { outcome: 'approve' } }));
  const body = {
    inputs: { a: { type: 'integer' }, b: { type: 'integer' } },
    reasons: {},
    steps: [{ table: { name: 't', hit: 'any', columns: ['a', 'b'], rules } }],
  };
  return { kapix: 1, kind: 'policy', id: 'p', version, provenance, body };
}

const engine = Engine.load([overlapping('1', 3), overlapping('2', 4)], { envelope: false });

test('a check, a page and a difference are the same on another thread', async () => {
  const told = [];
  const onProgress = (...it) => told.push(it);
  const checked = await engine.policy.checkAsync({ policy: 'p@1' }, { onProgress });
  assert.equal(checked.json, engine.policy.check({ policy: 'p@1' }).json);
  assert.ok(Object.isFrozen(checked) && told.at(-1)[0] === told.at(-1)[1], told);
  const asked = { policy: 'p@1', against: 'p@2' };
  assert.equal((await engine.policy.explainAsync(asked)).json, engine.policy.explain(asked).json);
  const versions = { policy: 'p@1', other: 'p@2', as_of: '2026-01-01T00:00:00Z' };
  assert.equal((await engine.policy.diffAsync(null, versions)).json, engine.policy.diff(null, versions).json);
});

test('a signal and what onProgress throws end a check', async () => {
  const request = { artefact: overlapping('3', 20_000) };
  await assert.rejects(engine.policy.checkAsync(request, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  const controller = new AbortController();
  const running = engine.policy.checkAsync(request, { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(running, { name: 'AbortError' });
  const thrown = new Error('no');
  await assert.rejects(engine.policy.checkAsync({ policy: 'p@1' }, { onProgress: () => { throw thrown; } }), thrown);
});

test('errors of another thread are errors of the promise, and short operations have no such form', async () => {
  await assert.rejects(engine.policy.checkAsync({ policy: 'none' }), { cause: 'artefact.not_found' });
  await assert.rejects(engine.policy.checkAsync(), { cause: 'json.shape' });
  await assert.rejects(engine.policy.explainAsync({ policy: 'p@1' }, { thread: 1 }), TypeError);
  assert.ok(!('runAsync' in engine.policy) && !('scoreAsync' in engine.credit));
});
