// Columns: what they may hold, and the form of a call that leaves the event loop alone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Engine, KapixError } from '../index.mjs';
import { BATCH, EXPECTED, columnsOf, loadLoan } from './support.mjs';

const engine = loadLoan();
/** Enough rows for several blocks, and for time to stop the call. */
const MANY = 400_000;
const WORDS = `
kapix: 1
kind: policy
id: words
version: "1"
provenance: {limitations: none, owner: me, population: all, purpose: to test, status: draft}
body:
  inputs: {word: {type: text}}
  reasons: {}
  steps:
    - table: {name: t, hit: first, columns: [word], rules: [{when: ['"true"'], then: {outcome: approve}}]}
`;
const VECTORS = new URL('../../kapix-core/tests/vectors/', import.meta.url);

function score(change, options) {
  return engine.credit.scoreBatch({ ...columnsOf(2), ...change }, BATCH, options);
}

function refuses(work, cause, ...fields) {
  assert.throws(work, (error) => {
    assert.ok(error instanceof KapixError, error);
    assert.deepEqual([error.cause, error.fields], [cause, fields], error.message);
    return true;
  });
}

test('results are named columns beside the answer', () => {
  const scores = score({ repayment_consistency: Float64Array.of(0.97, NaN) });
  const { columns } = scores;
  assert.deepEqual(Object.keys(columns), ['points', 'pd', 'score', 'decision', 'risk_band', 'status']);
  assert.ok(columns.points.values instanceof Int32Array && columns.points.type === 'i32' && columns.points.valid === null);
  assert.equal(columns.points.get(0), EXPECTED.points);
  assert.equal(columns.score.values[0], EXPECTED.score);
  assert.deepEqual(columns.pd.toArray(), [null, null]);
  assert.ok(columns.pd.valid instanceof Uint8Array && columns.pd.isNull(1) && columns.pd.names === null);
  assert.deepEqual([...columns.decision], ['approve', 'refer']);
  assert.deepEqual(columns.decision.names, ['decline', 'refer', 'approve']);
  assert.deepEqual(columns.status.toArray(), ['scored', 'scored']);
  assert.equal(columns.risk_band.get(0), EXPECTED.risk_band);
  assert.deepEqual([columns.points.get(-1), columns.points.get(2), columns.points.length], [null, null, 2]);
  assert.equal(scores.rows, 2);
  assert.ok(Object.isFrozen(scores) && Object.isFrozen(columns) && Object.isFrozen(columns.points));
});

test('a request may ask for more columns, which are null where a row is not scored', () => {
  const include = ['reasons', 'referral_causes', 'completeness', 'points_by_characteristic'];
  const { columns } = engine.credit.scoreBatch({ ...columnsOf(2), age_years: [40, Infinity] }, { ...BATCH, include });
  assert.equal(Object.keys(columns).length, 6 + 4 + 4 + 1 + 7);
  assert.deepEqual(columns['referral.NO_CUTOFFS'].toArray(), [false, null]);
  assert.deepEqual(columns.data_completeness.toArray(), [1, null]);
  const points = Object.entries(columns).filter(([name]) => name.startsWith('points.'));
  assert.equal(points.reduce((sum, [, column]) => sum + column.get(0), 0), EXPECTED.points);
  assert.ok(points.every(([, column]) => column.get(1) === null) && columns.reason_1.isNull(1));
});

test('an operation whose findings stand in its answer returns no columns', () => {
  const bad = Float64Array.from({ length: 400 }, (_, row) => Number(row % 97 < 30 ? row % 2 === 0 : row % 11 === 0));
  const x = Float64Array.from(bad, (_, row) => row % 97);
  const developed = engine.scorecard.develop({ x, bad }, { target: 'bad', as_of: BATCH.as_of });
  assert.deepEqual(Object.keys(developed.columns), []);
});

test('dates, bytes and the results of another call are columns too', () => {
  const points = (change) => score(change).columns.points.toArray();
  const before = score({});
  const extra = {
    at: [new Date(0), null],
    day: { type: 'date', values: Int32Array.of(0, 1) },
    instant: { type: 'instant', values: BigInt64Array.of(0n, 1n), valid: Uint8Array.of(1) },
    bytes: [Uint8Array.of(1), null],
  };
  assert.deepEqual(score(extra).unused, Object.keys(extra));
  assert.deepEqual(points({ ...extra, ...before.columns }), before.columns.points.toArray());
  const residence = score({ residence: before.columns.status });
  assert.deepEqual(residence.columns.points.toArray(), points({ residence: ['scored', 'scored'] }));
  refuses(() => score({ age_years: extra.at }), 'frame.column_type', '/columns/age_years');
  const nulls = { values: Int32Array.of(40, 40), valid: Uint8Array.of(0b01) };
  assert.deepEqual(points({ age_years: nulls }), points({ age_years: [40, null] }));
  const truth = { type: 'bool', values: Uint8Array.of(1, 0) };
  assert.deepEqual(points({ guarantor: truth }), points({ guarantor: [true, false] }));
});

test('each kind of column gives the same numbers', () => {
  const column = (values) => score({ age_years: values }).columns.points.toArray();
  const expected = column(Float64Array.of(40, 25));
  const shared = new Float64Array(new SharedArrayBuffer(16));
  shared.set([40, 25]);
  const shadowed = Object.defineProperty(Float64Array.of(40, 25), 'length', { value: 1e9 });
  const wide = Float64Array.of(0, 40, 25, 0).subarray(1, 3);
  const lists = [[40, 25], [40n, 25n]];
  const arrays = [Int8Array, Int16Array, Int32Array, Uint8Array, Uint16Array, Uint32Array, Float32Array];
  for (const values of [BigInt64Array.of(40n, 25n), shared, shadowed, wide, ...lists, ...arrays.map((it) => it.of(40, 25))]) {
    assert.deepEqual(column(values), expected, values.constructor.name);
  }
  if (ArrayBuffer.prototype.resize) {
    const resizable = new Float64Array(new ArrayBuffer(16, { maxByteLength: 64 }));
    resizable.set([40, 25]);
    assert.deepEqual(column(resizable), expected);
  }
});

test('text comes as a list or as codes, with booleans and missing values', () => {
  const points = (residence) => score({ residence }).columns.points.toArray();
  const coded = points({ codes: Int32Array.of(1, 0), categories: ['renter', 'owner'] });
  assert.deepEqual(points(['owner', 'renter']), coded);
  assert.deepEqual(points(['owner', null]), points({ codes: Int32Array.of(0, -1), categories: ['owner'] }));
  const guarantor = (values) => score({ guarantor: values }).columns.points.toArray();
  assert.deepEqual(guarantor([true, false]), guarantor(['true', 'false']));
});

test('a column that is no column is refused with its place', () => {
  for (const values of [7, 'text', null, undefined, {}, new DataView(new ArrayBuffer(16)), new Map()]) {
    refuses(() => score({ age_years: values }), 'frame.column_type', '/columns/age_years');
  }
  refuses(() => score({ residence: { codes: [0, 0], categories: ['a'] } }), 'frame.column_type', '/columns/residence');
  refuses(() => score({ residence: { codes: Int32Array.of(0), categories: [1] } }), 'frame.column_type', '/columns/residence');
  refuses(() => score({ residence: ['a', '\ud800'] }), 'json.unpaired_surrogate', '/columns/residence/1');
  // A card reads booleans as categories; to a policy they are no text.
  const policy = Engine.load(WORDS);
  for (const mixed of [['a', true], [true, 'a'], [null, true, 'a', null]]) {
    const replay = () => policy.policy.replay({ word: mixed }, { policy: 'words', as_of: '2026-01-01T00:00:00Z' });
    refuses(replay, 'frame.column_type', '/columns/word');
    assert.equal(score({ guarantor: mixed.slice(-2) }).rows, 2);
  }
  refuses(() => score({ age_years: [1] }), 'frame.shape', '/columns/age_years');
  const inherited = Object.create({ age_years: [40] });
  for (const columns of [7, undefined, [], new Float64Array(2), new Map([['age_years', [40]]]), new Date(0), inherited]) {
    refuses(() => engine.credit.scoreBatch(columns, BATCH), 'frame.shape', '/columns');
  }
  const gone = Float64Array.of(40, 25);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  refuses(() => score({ age_years: gone }), 'frame.shape', '/columns/age_years');
  const missing = ['repayment_consistency', 'mobile_money_velocity', 'bureau_derogatory', 'residence', 'months_at_employer', 'guarantor'];
  const absent = missing.map((name) => `/columns/${name}`);
  refuses(() => engine.credit.scoreBatch({ age_years: [1] }, BATCH), 'frame.column_missing', ...absent);
});

test('an object of a column is read by its own members alone, and each is of its kind', () => {
  const values = Float64Array.of(40, 25);
  const wrong = [
    { values, valid: Uint8Array.of(1).buffer },
    { values, valid: [1] },
    { values, valid: [true, false] },
    { values, valid: { 0: 1 } },
    { values, valid: new Uint8Array(2) },
    { values, valid: new Uint8Array(0) },
    { values: [40, 25], valid: [1] },
    { values, validity: Uint8Array.of(1) },
    { values, codes: Int32Array.of(0, 0), categories: ['a'] },
    { codes: Int32Array.of(0, 0), categories: ['a'], type: 'date' },
    { type: 'date', values: BigInt64Array.of(1n, 2n) },
    { type: 'date', values: ['2025-01-01', '2025-01-02'] },
    { type: 'instant', values: Int32Array.of(1, 2) },
    { type: 'instant', values },
    { type: 'bool', values },
    { type: 'f64', values: Int32Array.of(1, 2) },
    { type: 'f64', values, names: ['a'] },
    { type: 'number', values },
    { type: 'toString', values },
  ];
  for (const column of wrong) {
    assert.throws(() => score({ age_years: column }), { name: 'TypeError', message: /^the column "age_years" / });
  }
  for (const codes of [Int8Array.of(0, 0), Int32Array.of(0, 0), Int16Array.of(0, 0)]) {
    refuses(() => score({ residence: { type: 'dictionary', values: codes } }), 'frame.column_type', '/columns/residence');
  }
  refuses(() => score({ residence: { values: Int16Array.of(0, 0), names: ['a'] } }), 'frame.column_type', '/columns/residence');

  const points = (column) => score({ age_years: column }).columns.points.toArray();
  const [plain, half] = [points(values), points({ values, valid: Uint8Array.of(1) })];
  assert.notDeepEqual(plain, half);
  assert.deepEqual(points({ type: 'f64', values, names: null, valid: undefined }), plain);
  const shared = new Uint8Array(new SharedArrayBuffer(1));
  shared[0] = 1;
  assert.deepEqual(points({ values, valid: shared }), half);
  const polluted = { valid: Uint8Array.of(0), meaning: 'time', type: 'date', names: ['a'], codes: Int32Array.of(0, 0), integers: values, threads: 7 };
  for (const [name, value] of Object.entries(polluted)) {
    Object.prototype[name] = value;
    try {
      assert.deepEqual(points(values), plain, name);
      assert.deepEqual(points({ values }), plain, name);
    } finally {
      delete Object.prototype[name];
    }
  }
});

test('a bad row has its status and never fails the others', () => {
  const { columns } = score({ age_years: [40, Infinity] });
  assert.deepEqual(columns.status.toArray(), ['scored', 'frame.infinity']);
  assert.deepEqual(columns.points.toArray(), [EXPECTED.points, null]);
  assert.deepEqual(columns.decision.toArray(), ['approve', null]);
});

test('no rows give no results', () => {
  const scores = engine.credit.scoreBatch(columnsOf(0), BATCH);
  assert.deepEqual([scores.rows, scores.columns.points.length, scores.columns.status.length], [0, 0, 0]);
});

test('options that are none are refused', async () => {
  for (const options of [{ thread: 1 }, { threads: -1 }, { threads: 1.5 }, { onProgress() {} }, { signal: AbortSignal.abort() }]) {
    assert.throws(() => score({}, options), TypeError);
  }
  for (const options of [null, 7, 'threads']) {
    assert.throws(() => score({}, options), { name: 'TypeError', message: /^options must be an object; got / });
    assert.throws(() => Engine.load('{}', options), { name: 'TypeError', message: /^options must be an object; got / });
  }
  for (const options of [null, { onProgress: 7 }, { signal: {} }, { threads: '2' }]) {
    await assert.rejects(engine.credit.scoreBatchAsync(columnsOf(2), BATCH, options), TypeError);
  }
});

test('another thread gives the same results while the event loop turns', async () => {
  const columns = columnsOf(MANY);
  columns.age_years.forEach((_, row) => { columns.age_years[row] = 18 + (row % 60); });
  let turns = 0;
  const timer = setInterval(() => { turns += 1; }, 1);
  const there = await engine.credit.scoreBatchAsync(columns, BATCH, { threads: 1 });
  clearInterval(timer);
  assert.ok(turns > 0);
  const here = engine.credit.scoreBatch(columns, BATCH, { threads: 2 });
  for (const name of ['points', 'score', 'pd', 'decision', 'risk_band', 'status']) {
    const [left, right] = [there, here].map(({ columns }) => Buffer.from(columns[name].values.buffer));
    assert.deepEqual(left, right, name);
  }
  assert.deepEqual(there.statuses, { scored: MANY });
});

test('progress rises to the number of rows', async () => {
  const told = [];
  await engine.credit.scoreBatchAsync(columnsOf(MANY), BATCH, { threads: 1, onProgress: (...it) => told.push(it) });
  assert.ok(told.every(([done, total], index) => total === MANY && (index === 0 || done > told[index - 1][0])));
  assert.deepEqual(told.at(-1), [MANY, MANY]);
});

test('what onProgress throws ends the call', async () => {
  const thrown = new Error('no');
  const onProgress = () => { throw thrown; };
  await assert.rejects(engine.credit.scoreBatchAsync(columnsOf(MANY), BATCH, { threads: 1, onProgress }), thrown);
  await assert.rejects(engine.credit.scoreBatchAsync(columnsOf(1), BATCH, { onProgress }), thrown);
});

test('a signal ends the call with its reason', async () => {
  const call = (signal) => engine.credit.scoreBatchAsync(columnsOf(MANY), BATCH, { threads: 1, signal });
  await assert.rejects(call(AbortSignal.abort()), { name: 'AbortError' });
  await assert.rejects(call(AbortSignal.abort('mine')), (reason) => reason === 'mine');
  const controller = new AbortController();
  const running = call(controller.signal);
  setImmediate(() => controller.abort());
  await assert.rejects(running, { name: 'AbortError' });
  await assert.rejects(call(AbortSignal.timeout(1)), { name: 'TimeoutError' });
  const calm = new AbortController();
  const done = await engine.credit.scoreBatchAsync(columnsOf(3), BATCH, { signal: calm.signal });
  calm.abort();
  assert.equal(done.rows, 3);
});

test('errors of another thread are errors of the promise', async () => {
  await assert.rejects(engine.credit.scoreBatchAsync({ age_years: [1] }, BATCH), { cause: 'frame.column_missing' });
  await assert.rejects(engine.credit.scoreBatchAsync(columnsOf(1), { entity_type: 'other' }), { cause: 'json.shape' });
  await assert.rejects(engine.credit.scoreBatchAsync(columnsOf(1), { ...BATCH, columns: {} }), { cause: 'data.features_and_data' });
  await assert.rejects(engine.credit.scoreBatchAsync(null, BATCH), { cause: 'frame.shape' });
});

test('an engine that is closed while a call runs ends it well', async () => {
  const own = loadLoan();
  const running = own.credit.scoreBatchAsync(columnsOf(MANY), BATCH);
  own.close();
  assert.equal((await running).columns.points.get(MANY - 1), EXPECTED.points);
  assert.throws(() => own.credit.scoreBatch(columnsOf(1), BATCH), { cause: 'engine.closed' });
});

test('a column that is written, transferred or resized while a call runs stays what it was', async () => {
  const rows = 50_000;
  const columns = columnsOf(rows);
  const expected = engine.credit.scoreBatch(columns, BATCH).columns.points;
  const running = engine.credit.scoreBatchAsync(columns, BATCH);
  columns.repayment_consistency.fill(NaN);
  const kept = structuredClone(columns.age_years.buffer, { transfer: [columns.age_years.buffer] });
  assert.deepStrictEqual((await running).columns.points, expected);
  assert.equal(kept.byteLength, 8 * rows);
  assert.equal(columns.age_years.length, 0);
});

test('a list that nobody reads may hold anything, and what reads it is told of the row', () => {
  const lists = [
    [[1, 'a'], 'numbers, and text in row `1`'],
    [[1, undefined], 'numbers, and undefined in row `1`'],
    [[1, 2n ** 60n], 'numbers, and an integer beyond +-(2^53 - 1), which a BigInt64Array may hold, in row `1`'],
    [['a', 7n], 'text, and an integer in row `1`'],
    [['a', 7], 'text, and a number in row `1`'],
    [['a', ['b']], 'text, and a list in row `1`'],
    [[new Date(0), Symbol('s')], 'dates, and symbol in row `1`'],
    [[new Date(0), 1], 'dates, and a number in row `1`'],
    [[Uint8Array.of(1), 'a'], 'bytes, and text in row `1`'],
    [[null, new Map()], 'an object in row `1`'],
    [[() => 1, 2], 'function in row `0`'],
  ];
  for (const [list, kind] of lists) {
    const beside = score({ odd: list });
    assert.deepEqual(beside.unused, ['odd']);
    assert.deepEqual(beside.columns.points, score({}).columns.points);
    const read = () => score({ age_years: list });
    refuses(read, 'frame.column_type', '/columns/age_years');
    assert.throws(read, ({ message }) => message.endsWith(`got ${kind}`));
  }
});

test('names of columns have a UTF-8 form and a limit', async () => {
  refuses(() => score({ 'a\ud800': [1, 2] }), 'json.unpaired_surrogate', '/columns');
  const long = 'x'.repeat(70_000);
  refuses(() => score({ [long]: [1, 2] }), 'limit.exceeded', `/columns/${'x'.repeat(64)}`);
  await assert.rejects(engine.credit.scoreBatchAsync({ ...columnsOf(1), [long]: [1] }, BATCH), { cause: 'limit.exceeded' });
});

test('integers of 64 bits are integers up to those with a sign', () => {
  const points = (age_years) => score({ age_years }).columns.points.toArray();
  assert.deepEqual(points(BigUint64Array.of(40n, 25n)), points([40, 25]));
  assert.deepEqual(points(BigUint64Array.of(0n, 40n, 25n).subarray(1)), points([40, 25]));
  const beyond = BigUint64Array.of(40n, 2n ** 63n);
  refuses(() => points(beyond), 'frame.column_type', '/columns/age_years');
  assert.throws(() => points(beyond), { message: /uint64 with `9223372036854775808` in row `1`/ });
  // A missing row holds nothing, and a column that is not read may hold anything.
  assert.deepEqual(points({ values: beyond, valid: Uint8Array.of(1) }), points([40, null]));
  assert.deepEqual(score({ age_years: [40, 25], id: beyond }).columns.points, score({ age_years: [40, 25] }).columns.points);
  assert.throws(() => points([40, 2n ** 60n]), { message: /an integer beyond \+-\(2\^53 - 1\), which a BigInt64Array may hold, in row `1`/ });
});

test('truth values are no texts where a policy tells them apart, and a list is the text of an array', () => {
  const { artefacts, request } = JSON.parse(readFileSync(new URL('policy.replay/lists.json', VECTORS), 'utf8'));
  const lists = Engine.load(artefacts.map((it) => JSON.stringify(it)));
  const { late, verified } = request.columns;
  const stated = { policy: request.policy, as_of: request.as_of };
  const outcomes = (given) => [...lists.policy.replay({ late, verified: given }, stated).columns.outcome];
  const expected = ['approve', 'decline', 'refer', null, null, null, 'refer', 'refer', null, 'refer'];
  assert.deepEqual(outcomes(verified), expected);
  assert.deepEqual(outcomes({ type: 'bool', values: Uint8Array.from(verified, Number) }), expected);
  assert.deepEqual(outcomes([null, ...verified.slice(1)]), ['refer', ...expected.slice(1)]);
  refuses(() => outcomes(verified.map(String)), 'frame.column_type', '/columns/verified');
  refuses(() => outcomes([true, 'true', ...verified.slice(2)]), 'frame.column_type', '/columns/verified');
});
