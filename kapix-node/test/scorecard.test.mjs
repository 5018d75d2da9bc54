// Development of scorecards by columns: the card that Python wrote, progress, a signal, errors with a place.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Engine } from '../index.mjs';

const examples = new URL('../../examples/', import.meta.url);
const read = (name) => readFileSync(new URL(name, examples), 'utf8');
const request = JSON.parse(read('develop.json'));
const card = read('developed_card.json');
const engine = Engine.load([], { envelope: false });

/** Returns the columns of the development sample; an empty cell is missing. */
function columnsOf(csv) {
  const [names, ...rows] = csv.trimEnd().split('\n').map((line) => line.split(','));
  const column = (place) => {
    const cells = rows.map((row) => row[place]);
    const numbers = cells.map((cell) => (cell === '' ? NaN : Number(cell)));
    return numbers.some((number, row) => Number.isNaN(number) && cells[row] !== '') ? cells : Float64Array.from(numbers);
  };
  return Object.fromEntries(names.map((name, place) => [name, column(place)]));
}

const columns = columnsOf(read('data/development.csv'));

test('developing again gives the card that Python wrote, on both threads', async () => {
  const here = engine.scorecard.develop(columns, request);
  assert.equal(JSON.stringify(here.artefact), card);
  const there = await engine.scorecard.developAsync(columns, request, { threads: 1 });
  assert.equal(there.json, here.json);
  const lists = Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [name, Array.from(values, (it) => (Number.isNaN(it) ? null : it))]),
  );
  assert.equal(engine.scorecard.develop(null, { ...request, columns: lists }).json, here.json);
  assert.equal(here.sample.development.rows, 4168);
  assert.ok(Object.isFrozen(here) && !('points' in here) && !('score' in here));
});

test('the card loads and is evaluated', async () => {
  const developed = engine.scorecard.develop(columns, request);
  const own = Engine.load(developed.artefact, { envelope: false });
  const asked = { as_of: request.as_of, entity_type: 'individual', target: 'bad' };
  const found = own.scorecard.evaluate(columns, asked);
  assert.deepEqual(found.statuses, { scored: 5000 });
  assert.ok(found.validation.auc.value > 0.8);
  assert.equal((await own.scorecard.evaluateAsync(columns, asked)).json, found.json);
});

test('progress counts columns and fits, and ends', async () => {
  const told = [];
  const { binning } = await engine.scorecard.developAsync(columns, request, { onProgress: (...it) => told.push(it) });
  // Five folds and the card: each bins every column, and fits.
  const steps = 6 * (binning.length + 1);
  assert.ok(told.every(([done, total], index) => total === steps && (index === 0 || done > told[index - 1][0])), told);
  assert.deepEqual(told.at(-1), [steps, steps]);
});

test('a signal and what onProgress throws end the development', async () => {
  const rows = 200_000;
  const wide = { bad: Float64Array.from({ length: rows }, (_, row) => Number(row % 5 === 0)) };
  for (let place = 0; place < 30; place += 1) {
    wide[`x${place}`] = Float64Array.from({ length: rows }, (_, row) => ((row * (place + 3)) % 1009) + (row % 5 === 0 ? 90 : 0));
  }
  const call = (options) => engine.scorecard.developAsync(wide, { target: 'bad' }, { threads: 1, ...options });
  const controller = new AbortController();
  const running = call({ signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(running, { name: 'AbortError' });
  const thrown = new Error('no');
  await assert.rejects(call({ onProgress: () => { throw thrown; } }), thrown);
});

test('errors have a place', async () => {
  const refused = (change, cause, field) => {
    const error = { cause, fields: [field] };
    assert.throws(() => engine.scorecard.develop(columns, { ...request, ...change }), error);
    return assert.rejects(engine.scorecard.developAsync(columns, { ...request, ...change }), error);
  };
  await refused({ target: 'nothing' }, 'frame.column_missing', '/target');
  await refused({ target: 'country' }, 'fitting.target', '/target');
  await refused({ columns: { bad: [1] } }, 'data.features_and_data', '/columns');
});
