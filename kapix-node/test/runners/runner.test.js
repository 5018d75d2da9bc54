// What a user's own tests meet, under Jest and under Vitest: Jest runs each file in a vm context, whose Error, Array and
// typed arrays are not those of the native half.

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Engine, InsufficientDataError, KapixError, ValidationError } = require('../../index.js');

const vectors = join(__dirname, '../../../kapix-core/tests/vectors');
const loan = readFileSync(join(vectors, 'artefacts/loan.json'), 'utf8');
const { request } = JSON.parse(readFileSync(join(vectors, 'credit.score/points.json'), 'utf8'));
const engine = Engine.load(loan, { clock: '2026-04-01T00:00:00Z', envelope: false });
const batch = { entity_type: 'individual' };
const columns = Object.fromEntries(Object.entries(request.features).map(([name, value]) => [name, [value]]));

function thrown(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('an error of the native half has its class, cause and places', () => {
  const refused = thrown(() => engine.credit.score({ ...request, entity_id: '' }));
  expect(refused).toBeInstanceOf(ValidationError);
  expect(refused).toBeInstanceOf(Error);
  expect(refused).toMatchObject({ code: 'VALIDATION_ERROR', cause: 'id.invalid', status: 400, fields: ['/entity_id'] });
  expect(() => engine.credit.score({ ...request, features: {} })).toThrow(InsufficientDataError);
  expect(thrown(() => engine.credit.score({ ...request, seed: NaN }))).toMatchObject({ cause: 'json.number_not_finite', fields: ['/seed'] });
  expect(thrown(() => Engine.load('{'))).toBeInstanceOf(KapixError);
  expect(thrown(() => engine.record('aud_none'))).toMatchObject({ code: 'ENTITY_NOT_FOUND' });
});

test('answers are compared as what they say', () => {
  const good = engine.credit.score(request);
  const bad = engine.credit.score({ ...request, features: { ...request.features, bureau_derogatory: 9 } });
  expect(good.points).not.toBe(bad.points);
  expect(good).not.toEqual(bad);
  expect(good).toEqual(JSON.parse(good.json));
  expect(good).toStrictEqual(JSON.parse(good.json));
  expect({ ...good }).toStrictEqual(good);
  expect(structuredClone(good)).toEqual(good);
});

test('columns are typed arrays of this realm, and of it may come in', async () => {
  const scores = engine.credit.scoreBatch({ ...columns, more: new Float64Array(1) }, { ...batch, include: ['completeness'] });
  expect(scores.columns.points.values).toBeInstanceOf(Int32Array);
  expect(scores.columns.decision.names).toBeInstanceOf(Array);
  expect(scores.columns.points.toArray()).toStrictEqual([scores.columns.points.values[0]]);
  const there = await engine.credit.scoreBatchAsync(columns, batch, { signal: new AbortController().signal });
  expect(there.columns.points).toEqual(scores.columns.points);
  const failing = engine.credit.scoreBatchAsync({ age_years: [1] }, { entity_type: 'other' });
  await expect(failing).rejects.toBeInstanceOf(ValidationError);
});
