// Calls on other threads: what they leave alone, and what their callbacks may do.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { Engine } from '../index.mjs';
import { APPLICANT, BATCH, EXPECTED, columnsOf, loadLoan } from './support.mjs';

const engine = loadLoan();
const ROWS = 100_000;

/** Enough columns for seconds of development. */
function wide() {
  const bad = Float64Array.from({ length: ROWS }, (_, row) => Number(row % 5 === 0));
  const columns = Array.from({ length: 20 }, (_, place) => [
    `x${place}`,
    Float64Array.from({ length: ROWS }, (_, row) => ((row * (place + 3)) % 1009) + (row % 5 === 0 ? 90 : 0)),
  ]);
  return { bad, ...Object.fromEntries(columns) };
}

test('eight developments at once leave the threads that read files alone', async () => {
  const controller = new AbortController();
  const columns = wide();
  let settled = 0;
  const running = Array.from({ length: 8 }, () =>
    Engine.load([])
      .scorecard.developAsync(columns, { target: 'bad', folds: 20 }, { signal: controller.signal, threads: 1 })
      .finally(() => { settled += 1; }),
  );
  const all = Promise.allSettled(running);
  for (let reads = 0; reads < 20; reads += 1) await readFile(new URL(import.meta.url));
  assert.equal(settled, 0, 'the files were read while every development ran');
  controller.abort();
  assert.ok((await all).every(({ reason }) => reason?.name === 'AbortError'));
});

test('more calls at once than there are threads for all end', async () => {
  const answers = await Promise.all(Array.from({ length: 300 }, () => engine.credit.scoreBatchAsync(columnsOf(2), BATCH)));
  assert.ok(answers.every(({ columns }) => columns.points.get(1) === EXPECTED.points));
});

test('a call that waits for others can be aborted at once, and few calls run at once', async () => {
  const columns = wide();
  const all = new AbortController();
  let settled = 0;
  const ahead = Array.from({ length: 16 }, () =>
    engine.scorecard.developAsync(columns, { target: 'bad', folds: 20 }, { signal: all.signal, threads: 1 }).finally(() => { settled += 1; }),
  );
  const ended = Promise.allSettled(ahead);
  try {
    const own = new AbortController();
    const waiting = engine.credit.scoreBatchAsync(columnsOf(2), BATCH, { signal: own.signal });
    own.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    assert.equal(settled, 0);
    const tasks = readdirSync('/proc/self/task').filter((id) => readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim() === 'kapix');
    assert.ok(tasks.length > 0 && tasks.length <= Math.max(2, availableParallelism()) * 2, `${tasks.length} threads`);
  } finally {
    all.abort();
  }
  assert.ok((await ended).every(({ reason }) => reason?.name === 'AbortError'));
});

test('a promise of onProgress that never settles ends no call', async () => {
  const start = performance.now();
  const { columns } = await engine.credit.scoreBatchAsync(columnsOf(2), BATCH, { onProgress: () => new Promise(() => {}) });
  assert.equal(columns.points.get(1), EXPECTED.points);
  assert.ok(performance.now() - start < 10_000);
});

test('a promise of onProgress that rejects is the error of the call', async () => {
  const thrown = new Error('mine');
  const reject = async () => { throw thrown; };
  const late = () => new Promise((_, no) => { setTimeout(no, 20, thrown); });
  const thenable = () => ({ then: (_, no) => no(thrown) });
  for (const onProgress of [reject, late, thenable]) {
    for (const rows of [1, 400_000]) {
      await assert.rejects(engine.credit.scoreBatchAsync(columnsOf(rows), BATCH, { threads: 1, onProgress }), thrown);
    }
    await assert.rejects(engine.scorecard.developAsync(wide(), { target: 'bad' }, { onProgress }), thrown);
  }
  // A call that fails has its own error, whatever the promise does later.
  await assert.rejects(engine.credit.scoreBatchAsync({ age_years: [1] }, BATCH, { onProgress: late }), { cause: 'frame.column_missing' });
  await new Promise((resolve) => setTimeout(resolve, 40));
});

test('onProgress is told the next step when its promise has settled', async () => {
  let open = 0;
  const told = [];
  const onProgress = async (...it) => {
    open += 1;
    assert.equal(open, 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    told.push(it);
    open -= 1;
  };
  await engine.scorecard.developAsync(wide(), { target: 'bad' }, { onProgress, threads: 1 });
  assert.ok(told.length > 1, `${told}`);
  assert.deepEqual(told.at(-1)[0], told.at(-1)[1]);
  const stuck = engine.credit.scoreBatchAsync(columnsOf(2), BATCH, { onProgress: () => new Promise(() => {}), signal: AbortSignal.timeout(30) });
  const kept = setTimeout(() => {}, 1000);
  await assert.rejects(stuck, { name: 'TimeoutError' });
  clearTimeout(kept);
});

test('onProgress may call in, and close its engine', async () => {
  const own = loadLoan();
  const onProgress = () => {
    assert.equal(engine.credit.score(APPLICANT).points, EXPECTED.points);
    own.close();
  };
  const { columns } = await own.credit.scoreBatchAsync(columnsOf(400_000), BATCH, { onProgress, threads: 1 });
  assert.equal(columns.points.get(0), EXPECTED.points);
  await assert.rejects(own.credit.scoreBatchAsync(columnsOf(1), BATCH), { cause: 'engine.closed' });
});

test('whatever does what an AbortSignal does is a signal', async () => {
  const listeners = new Set();
  const signal = {
    aborted: false,
    throwIfAborted() { if (this.aborted) throw new RangeError('stop'); },
    addEventListener: (_, listener) => listeners.add(listener),
    removeEventListener: (_, listener) => listeners.delete(listener),
  };
  const running = engine.credit.scoreBatchAsync(columnsOf(400_000), BATCH, { signal, threads: 1 });
  signal.aborted = true;
  for (const listener of listeners) listener();
  await assert.rejects(running, RangeError);
  assert.equal(listeners.size, 0);
});
