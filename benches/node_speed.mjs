// Speed of the Node.js package beside an empty native call: CPU time, the best of five runs.
//
// The card is that of the core's benchmark: 20 numeric characteristics of 8 attributes. Build first, with `npm run build` in
// kapix-node.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Engine } from '../kapix-node/index.mjs';

const require = createRequire(import.meta.url);
const native = require('../kapix-node/lib/native.js');
const { encode } = require('../kapix-node/lib/encode.js');

const AS_OF = '2026-01-01T00:00:00Z';
const NAMES = Array.from({ length: 20 }, (_, index) => `input_${String(index).padStart(2, '0')}`);
const RUNS = 5;
const RUN_MICROSECONDS = 100_000;
const ROWS = 1_000_000;

function characteristic(name, index) {
  const cuts = Array.from({ length: 7 }, (_, cut) => 125 * (cut + 1));
  const attributes = Array.from({ length: 8 }, (_, step) => ({
    lower: cuts[step - 1],
    upper: cuts[step],
    points: 5 * step,
  }));
  return { id: name, feature: name, kind: 'numeric', attributes, neutral_points: 15, reason: `R${index}` };
}

const CARD = {
  kapix: 1,
  kind: 'scorecard',
  id: 'speed',
  version: '1',
  provenance: { limitations: 'made in code', owner: 'benches', population: 'none', purpose: 'speed', status: 'draft' },
  body: {
    bands: [{ id: 'A', points_min: 400 }, { id: 'B', points_min: null }],
    characteristics: NAMES.map(characteristic),
    cutoffs: { approve: 400, refer: 300 },
    entity_types: ['individual'],
    minimum: { history_days: 0, transactions: 0 },
    pd_basis: { kind: 'assumed', horizon_days: 365, default_definition: '90 days past due', population: 'none' },
    reasons: Object.fromEntries(NAMES.map((_, index) => [`R${index}`, { adverse: 'too low', favourable: 'high enough' }])),
    scaling: { points0: 300, odds0: 30, pdo: 20 },
  },
};

function cpuMicroseconds() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Returns the CPU microseconds of one call, of a run that is long enough. */
function perCallOnce(call) {
  const run = (calls) => {
    const start = cpuMicroseconds();
    for (let index = 0; index < calls; index += 1) call();
    return cpuMicroseconds() - start;
  };
  let calls = 64;
  let time = run(calls);
  while (time < RUN_MICROSECONDS) time = run((calls *= 2));
  return time / calls;
}

/** Returns the CPU microseconds of one call, the best of five runs. */
function perCall(call) {
  return Math.min(...Array.from({ length: RUNS }, () => perCallOnce(call)));
}

function line(name, microseconds, note = '') {
  console.log(`${name.padEnd(58)} ${microseconds.toFixed(3).padStart(9)} us ${note}`);
}

const features = Object.fromEntries(NAMES.map((name, index) => [name, 40 * index + 3]));
const request = { entity_id: 'ent_1', entity_type: 'individual', as_of: AS_OF, features, explain: false };
const explained = { ...request, explain: true };
const text = JSON.stringify(request);
const engine = Engine.load(CARD, { record: false, envelope: false });
const recorded = Engine.load(CARD);
const job = new native.Job(1);
assert.equal(engine.credit.score(request).json, engine.call('credit.score', text));
assert.equal(encode(request, Infinity), text);

const empty = perCall(() => job.cancel());
line('empty native call', empty);
const { stringify, encoded } = perCallInTurn({
  stringify: () => JSON.stringify(request),
  encoded: () => encode(request, Infinity),
});
line('JSON.stringify of the request', stringify);
line('our writer of the request', encoded, `${(encoded / stringify).toFixed(2)} x JSON.stringify`);
const door = perCall(() => engine.call('credit.score', text));
line('score, JSON text in and out, no record', door);
const whole = perCall(() => engine.credit.score(request));
line('score, object in, no field read', whole, `overhead ${(whole - door).toFixed(3)} us, ${((whole - door) / empty).toFixed(0)} empty calls`);
/** Returns the CPU microseconds of one call of each, by name: the best of five runs that take turns. */
function perCallInTurn(calls) {
  const times = Object.entries(calls).map(([name, call]) => [name, call, Infinity]);
  for (let run = 0; run < RUNS; run += 1) {
    for (const it of times) it[2] = Math.min(it[2], perCallOnce(it[1]));
  }
  return Object.fromEntries(times.map(([name, , time]) => [name, time]));
}

/** Says what an object costs beyond text, beside a caller who writes and parses the JSON by hand. */
function beyondText(name, asked) {
  const written = JSON.stringify(asked);
  const reply = engine.call('credit.score', written);
  const { text, byHand, alone, object } = perCallInTurn({
    text: () => engine.call('credit.score', written),
    byHand: () => JSON.parse(engine.call('credit.score', JSON.stringify(asked))).points,
    alone: () => (JSON.stringify(asked), JSON.parse(reply)),
    object: () => engine.credit.score(asked).points,
  });
  const ratios = [byHand - text, alone].map((json) => ((object - text) / json).toFixed(2));
  line(name, object, `beyond the text door ${ratios[0]} x JSON by hand, ${ratios[1]} x JSON timed alone`);
}

beyondText('score, object in, points read', request);
beyondText('score with explanation, object in, points read', explained);
line('score with explanation, record and envelope', perCall(() => recorded.credit.score(explained).points));

const columns = Object.fromEntries(NAMES.map((name, index) => [name, new Float64Array(ROWS).fill(40 * index + 3)]));
const batch = { entity_type: 'individual', as_of: AS_OF };
const scores = engine.credit.scoreBatch(columns, batch, { threads: 1 });
assert.equal(scores.columns.points.get(ROWS - 1), engine.credit.score(request).points);
const rows = perCall(() => engine.credit.scoreBatch(columns, batch, { threads: 1 }));
line(`batch of ${ROWS} rows x 20 columns, one thread, a row`, rows / ROWS);

/** Returns the milliseconds until the promise is there, and the longest wait of a timer until it settles. */
async function loopGap() {
  let [last, gap] = [performance.now(), 0];
  const timer = setInterval(() => {
    gap = Math.max(gap, performance.now() - last);
    last = performance.now();
  }, 1);
  const running = engine.credit.scoreBatchAsync(columns, batch, { threads: 1 });
  const blocked = performance.now() - last;
  await running;
  clearInterval(timer);
  return [blocked, gap];
}

const gaps = [];
for (let run = 0; run < RUNS; run += 1) gaps.push(await loopGap());
const [blocked, gap] = [0, 1].map((index) => Math.min(...gaps.map((it) => it[index])));
console.log(`the same on another thread: ${blocked.toFixed(2)} ms until the promise, event loop gap ${gap.toFixed(1)} ms`);
