// Input that wants to do harm: an error or a defined no-op, never a crash, never a lost engine.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Engine, KapixError } from '../index.mjs';
import { APPLICANT, BATCH, EXPECTED, LOAN, columnsOf, loadLoan } from './support.mjs';

const engine = loadLoan();

function causeOf(work) {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof KapixError, error);
    return error.cause;
  }
  return undefined;
}

test('a closed engine refuses every call, and closes again', () => {
  const own = loadLoan();
  own.close();
  own.close();
  for (const work of [
    () => own.describe(),
    () => own.credit.score(APPLICANT),
    () => own.credit.score({ seed: NaN }),
    () => own.credit.scoreBatch(columnsOf(1), BATCH),
    () => own.call('credit.score', '{}'),
    () => own.run('credit.score', {}),
    () => own.record('aud_1'),
    () => own.swap(LOAN),
  ]) {
    assert.equal(causeOf(work), 'engine.closed', work);
  }
});

test('only Engine.load makes an engine, and methods want their own', () => {
  assert.throws(() => new Engine(), TypeError);
  assert.throws(() => new Engine(Symbol('Engine.load'), {}), TypeError);
  for (const name of ['call', 'run', 'record', 'swap', 'close']) {
    assert.throws(() => Engine.prototype[name].call({}, 'a', 'b'), TypeError);
  }
  assert.throws(() => engine.call(1, '{}'), TypeError);
  assert.throws(() => engine.call('engine.describe', 1), TypeError);
  assert.throws(() => engine.record(), TypeError);
  const { score } = engine.credit;
  assert.equal(score(APPLICANT).points, EXPECTED.points);
});

test('what getters, proxies and toJSON throw reaches the caller as it is', () => {
  const thrown = new Error('mine');
  const fail = () => { throw thrown; };
  const hostile = [
    { get seed() { return fail(); } },
    { context: { toJSON: fail } },
    new Proxy({}, { ownKeys: fail }),
    new Proxy({ seed: 1 }, { get: fail }),
    new Proxy({}, { getPrototypeOf: fail }),
  ];
  for (const request of hostile) assert.throws(() => engine.credit.score(request), thrown);
  assert.throws(() => engine.credit.scoreBatch(new Proxy(columnsOf(1), { get: fail }), BATCH), thrown);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.throws(() => engine.credit.score(proxy), TypeError);
  assert.equal(engine.credit.score(APPLICANT).points, EXPECTED.points);
});

test('a getter that changes is read once', () => {
  let reads = 0;
  const features = { ...APPLICANT.features };
  Object.defineProperty(features, 'age_years', { enumerable: true, get: () => [40, NaN][reads++] });
  assert.equal(engine.credit.score({ ...APPLICANT, features }).points, EXPECTED.points);
  assert.equal(reads, 1);
});

test('what getters and toJSON call, close or take away in the middle harms nothing', async () => {
  const own = loadLoan();
  const nested = { ...APPLICANT, context: { toJSON: () => ({ tenure_days: own.credit.score(APPLICANT).points }) } };
  assert.equal(own.credit.score(nested).points, EXPECTED.points);
  const columns = columnsOf(8);
  const { buffer } = columns.age_years;
  const taking = Object.defineProperty({ ...columns }, 'zz', {
    enumerable: true,
    get: () => (structuredClone(null, { transfer: [buffer] }), new Float64Array(8)),
  });
  assert.equal(causeOf(() => own.credit.scoreBatch(taking, BATCH)), 'frame.shape');
  await assert.rejects(own.credit.scoreBatchAsync(taking, BATCH), { cause: 'frame.shape' });
  const closing = { ...APPLICANT, get card() { return own.close(); } };
  assert.equal(causeOf(() => own.credit.score(closing)), 'engine.closed');
});

test('what others put on Object.prototype enters no request', () => {
  Object.prototype.points = 9;
  Object.prototype.bank = {};
  try {
    assert.equal(engine.credit.score(APPLICANT).points, EXPECTED.points);
  } finally {
    delete Object.prototype.points;
    delete Object.prototype.bank;
  }
  Array.prototype.toJSON = () => 'all';
  try {
    assert.throws(() => engine.credit.score(APPLICANT), { name: 'TypeError', message: /^toJSON of / });
  } finally {
    delete Array.prototype.toJSON;
  }
});

test('a string too long for any text is refused with the limit', () => {
  const endless = 'x'.repeat(2 ** 29 - 24);
  const work = [
    () => engine.credit.score({ ...APPLICANT, card: endless }),
    () => engine.credit.score({ ...APPLICANT, context: { [endless]: 1 } }),
    () => engine.credit.score({ ...APPLICANT, data_sources: [endless, endless] }),
    () => Engine.load(endless),
  ];
  for (const call of work) assert.equal(causeOf(call), 'limit.exceeded', call);
  assert.match(engine.call('credit.score', endless), /request_bytes must be at most `33554432`/);
});

test('an error in a key stands at the object that holds it', () => {
  const fieldsOf = (text) => JSON.parse(engine.call('credit.score', text)).error.fields;
  for (const key of ['"\\ud800"', `"${'x'.repeat(70_000)}"`, '"\\q"', '"\u0001"', '7']) {
    assert.deepEqual(fieldsOf(`{"features":{"income":1,${key}:1}}`), ['/features'], key.slice(0, 20));
  }
  assert.deepEqual(fieldsOf('{"features":{"income":1,}}'), ['/features']);
  assert.equal(causeOf(() => engine.credit.score({ ...APPLICANT, features: { income: 1, '\ud800': 1 } })), 'json.unpaired_surrogate');
});

test('a proxy of a request is a request', () => {
  assert.equal(engine.credit.score(new Proxy(APPLICANT, {})).points, EXPECTED.points);
});

test('objects without end are refused', () => {
  const circle = { ...APPLICANT };
  circle.context = circle;
  assert.equal(causeOf(() => engine.credit.score(circle)), 'limit.exceeded');
  assert.throws(() => engine.credit.score(circle), { fields: ['/context'], message: /an object holds itself here/ });
  const inner = { ...APPLICANT, data: { bank: { accounts: [] } } };
  inner.data.bank.accounts.push(inner.data);
  assert.throws(() => engine.credit.score(inner), { fields: ['/data/bank/accounts/0'] });
  let nested = [];
  for (let depth = 0; depth < 250; depth += 1) nested = [nested, nested];
  assert.throws(() => engine.credit.score({ data_sources: nested }), { cause: 'limit.exceeded', fields: [], message: /json_depth/ });
  const list = [];
  list.push(list, list);
  assert.equal(causeOf(() => engine.credit.score({ data_sources: list })), 'limit.exceeded');
  let shared = ['x'.repeat(1000)];
  for (let depth = 0; depth < 60; depth += 1) shared = [shared, shared];
  const small = loadLoan({ limits: { request_bytes: 100_000 } });
  assert.equal(causeOf(() => small.credit.score({ data_sources: shared })), 'limit.exceeded');
  const endless = new Proxy([], { get: (_, name) => (name === 'length' ? 2 ** 53 : name === 'toJSON' ? undefined : 'aa') });
  assert.equal(causeOf(() => small.credit.score({ data_sources: endless })), 'limit.exceeded');
  let deep = {};
  for (let depth = 0; depth < 100_000; depth += 1) deep = { deep };
  assert.equal(causeOf(() => engine.credit.score(deep)), 'limit.exceeded');
});

test('requests of 32 MiB and more are refused with the limit', () => {
  const filler = 'x'.repeat(32 * 1024 * 1024);
  assert.equal(causeOf(() => engine.credit.score({ ...APPLICANT, card: filler })), 'limit.exceeded');
  assert.match(engine.call('credit.score', `{"card":"${filler}"}`), /request_bytes must be at most `33554432`/);
  assert.match(engine.call('credit.score', Buffer.alloc(33_554_433, ' ')), /request_bytes/);
  assert.equal(causeOf(() => Engine.load(`"${filler}"`)), 'limit.exceeded');
  assert.match(engine.call('credit.score', `${' '.repeat(33_554_430)}{}`), /json.shape/);
  assert.match(engine.call('x'.repeat(1 << 20), '{}'), /operation.unknown/);
});

test('keys that mean something to JavaScript mean nothing here', () => {
  const polluted = JSON.parse('{"__proto__": {"points": 1}, "constructor": 1}');
  assert.equal(causeOf(() => engine.credit.score({ ...APPLICANT, ...polluted })), 'json.unknown_field');
  const features = JSON.parse('{"__proto__": 1}');
  const { unused } = engine.credit.score({ ...APPLICANT, features: { ...APPLICANT.features, ['__proto__']: 1, ...features } });
  assert.ok(unused.includes('/features/__proto__'));
  const columns = { ...columnsOf(1), ['__proto__']: [1], constructor: [2] };
  const scores = engine.credit.scoreBatch(columns, BATCH);
  assert.deepEqual([...scores.unused].sort(), ['__proto__', 'constructor']);
  assert.equal({}.points, undefined);
  assert.equal(causeOf(() => engine.run('constructor', {})), 'operation.unknown');
  assert.equal(causeOf(() => engine.run('__proto__', {})), 'operation.unknown');
});

test('unpaired surrogates are refused, pairs are kept', () => {
  assert.equal(causeOf(() => engine.credit.score({ ...APPLICANT, entity_id: 'a\ud800' })), 'json.unpaired_surrogate');
  assert.match(engine.call('credit.score', '{"entity_id":"\udc00"}'), /json.unpaired_surrogate/);
  assert.equal(engine.credit.score({ ...APPLICANT, entity_id: 'a\u{1f600}' }).entity_id, 'a\u{1f600}');
  assert.match(engine.call('credit.score', Uint8Array.of(0x7b, 0xff)), /json.syntax/);
});

test('keys of an object that are no text count as the language says', () => {
  const request = { ...APPLICANT, [Symbol('seed')]: NaN };
  assert.equal(engine.credit.score(request).points, EXPECTED.points);
  assert.equal(causeOf(() => engine.credit.score({ ...APPLICANT, 7: 1 })), 'json.unknown_field');
});

test('duplicate keys of text are refused', () => {
  assert.match(engine.call('credit.score', '{"seed":1,"seed":2}'), /json.duplicate_key/);
});

const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { Engine } = require(workerData.index);
  const engine = Engine.load(workerData.card, { clock: workerData.clock });
  const columns = Object.fromEntries(workerData.columns);
  const run = async () => {
    const { points } = engine.credit.score(workerData.request);
    const batch = await engine.credit.scoreBatchAsync(columns, { entity_type: 'individual' });
    parentPort.postMessage([points, batch.columns.points.get(0)]);
    if (workerData.stay) for (;;) await engine.credit.scoreBatchAsync(columns, { entity_type: 'individual' });
    engine.close();
  };
  run();
`;

function startWorker(rows, stay) {
  const workerData = {
    index: new URL('../index.js', import.meta.url).pathname,
    card: LOAN,
    clock: EXPECTED.as_of ?? '2026-04-01T00:00:00Z',
    columns: Object.entries(columnsOf(rows)),
    request: APPLICANT,
    stay,
  };
  return new Worker(WORKER, { eval: true, workerData });
}

test('each worker thread has engines of its own', async () => {
  const answers = await Promise.all([1, 2, 3, 4].map(() => new Promise((resolve, reject) => {
    const worker = startWorker(1000, false);
    let answer;
    worker.on('message', (it) => { answer = it; });
    worker.on('error', reject);
    worker.on('exit', (code) => resolve([code, ...answer]));
  })));
  assert.deepEqual(answers, Array(4).fill([0, EXPECTED.points, EXPECTED.points]));
});

test('a worker thread may be ended while a call runs', async () => {
  const worker = startWorker(200_000, true);
  await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
  await worker.terminate();
  assert.equal(engine.credit.score(APPLICANT).points, EXPECTED.points);
});

test('many engines come and go', () => {
  for (let round = 0; round < 200; round += 1) {
    const own = loadLoan();
    assert.equal(own.credit.score(APPLICANT).points, EXPECTED.points);
    if (round % 2 === 0) own.close();
  }
});
