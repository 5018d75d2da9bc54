// What a request may hold, what an answer is, and what an error says.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { test } from 'node:test';
import * as named from '../index.mjs';
import { createRequire } from 'node:module';
import { APPLICANT, CLOCK, EXPECTED, LOAN, loadLoan } from './support.mjs';

const { AuditRecord, EXPERT_CARDS, Engine, InsufficientDataError, KapixError, ValidationError } = named;
const engine = loadLoan();

/** Asserts that `work` throws an error of this cause at these places. */
function refuses(work, cause, ...fields) {
  assert.throws(work, (error) => {
    assert.ok(error instanceof KapixError, inspect(error));
    assert.deepEqual([error.cause, error.fields], [cause, fields], error.message);
    return true;
  });
}

function score(change) {
  return engine.credit.score({ ...APPLICANT, ...change });
}

test('an answer has the fields of the wire, with its envelope', () => {
  const answer = score({});
  assert.equal(answer.points, EXPECTED.points);
  assert.equal(answer.decision, 'approve');
  assert.equal(answer.as_of, '2026-04-01T00:00:00Z');
  assert.match(answer.request_id, /^req_/);
  assert.equal(answer.pd, null);
  assert.equal(score({ explain: false }).explanation, undefined);
  assert.deepEqual(JSON.parse(answer.json), answer);
});

test('names with digits keep their spelling', () => {
  const text = LOAN.replaceAll('bureau_derogatory', 'inquiries_6m');
  const features = { ...APPLICANT.features, inquiries_6m: 0 };
  delete features.bureau_derogatory;
  const answer = Engine.load(text, { clock: CLOCK }).credit.score({ ...APPLICANT, features });
  assert.equal(answer.points, EXPECTED.points);
  const inputs = answer.explanation.characteristics.map(({ feature }) => feature);
  assert.ok(inputs.includes('inquiries_6m'));
});

test('what JSON.stringify turns into null is refused with its place', () => {
  const at = (value) => () => score({ features: { ...APPLICANT.features, age_years: value } });
  for (const value of [Infinity, -Infinity]) refuses(at(value), 'json.number_not_finite', '/features/age_years');
  for (const value of [() => 1, Symbol('s'), new Map(), new Set(), new Float64Array(1), /x/, new Number(1), Promise.resolve(), new Date(NaN)]) {
    refuses(at(value), 'json.shape', '/features/age_years');
  }
  refuses(() => score({ data_sources: [undefined] }), 'json.shape', '/data_sources/0');
  refuses(() => score({ data_sources: new Array(3) }), 'json.shape', '/data_sources/0');
  refuses(() => engine.credit.score(), 'json.shape', '');
  assert.throws(() => engine.credit.score(), { message: /^credit\.score needs a request, an object with `entity_id` and `entity_type`; got `undefined`/ });
  assert.throws(() => engine.scorecard.develop(null), { message: /^scorecard\.develop needs a request, an object with `target`/ });
  assert.throws(() => engine.run('credit.scor'), { message: /^credit\.scor needs a request, an object; got `undefined`/ });
  refuses(() => engine.credit.score(7), 'json.shape', '');
  refuses(() => score({ 'a/b~c': NaN }), 'json.number_not_finite', '/a~1b~0c');
});

test('NaN is missing in inputs and rows, as in columns, and whole numbers are integers', () => {
  const cause = (features, more = {}) => {
    try {
      return score({ features: { ...APPLICANT.features, ...features }, ...more }).points;
    } catch (error) {
      return error.cause;
    }
  };
  assert.equal(cause({ age_years: NaN }), cause({ age_years: null }));
  refuses(() => score({ seed: NaN }), 'json.number_not_finite', '/seed');
  const run = (inputs) => engine.policy.run({ entity_id: 'a', policy: 'none', as_of: '2026-01-01T00:00:00Z', inputs });
  refuses(() => run({ age: NaN }), 'artefact.not_found', '/policy');
  const bank = (amount_minor) => ({
    accounts: [{ account_id: 'a', kind: 'current', currency: 'KES', transactions: [{ at: '2026-01-01', amount_minor }] }],
  });
  const analyze = (amount) => engine.cashflow.analyze({ entity_id: 'a', data: { bank: bank(amount) } });
  assert.equal(analyze(100).accounts[0].rows, 1);
  refuses(() => analyze(NaN), 'json.shape', '/data/bank/accounts/0/transactions/0/amount_minor');
  refuses(() => analyze(100.5), 'json.shape', '/data/bank/accounts/0/transactions/0/amount_minor');
});

test('an undefined field is left out, and a missing input is null', () => {
  assert.equal(score({ card: undefined, context: { loan_amount: undefined } }).points, EXPECTED.points);
  const misspelt = { ...APPLICANT.features, age_years: undefined, 'Age-Years': 1 };
  refuses(() => score({ features: misspelt }), 'data.input_unknown', '/features/Age-Years');
  const answer = score({ features: { ...APPLICANT.features, repayment_consistency: null } });
  assert.deepEqual(answer.referral_reasons.map(({ code }) => code), ['MISSING_INPUT']);
});

test('a bigint is an integer, a date its instant, and an object its toJSON', () => {
  assert.equal(score({ seed: 7n }).seed, 7);
  for (const seed of [2n ** 53n, -(2n ** 53n), 2n ** 1024n, -(10n ** 5000n), 2 ** 53]) {
    refuses(() => score({ seed }), 'json.integer_out_of_range', '/seed');
  }
  assert.equal(score({ as_of: new Date(Date.UTC(2026, 2, 31)) }).as_of, '2026-03-31T00:00:00Z');
  assert.equal(score({ as_of: { toJSON: () => '2026-03-31T00:00:00Z' } }).as_of, '2026-03-31T00:00:00Z');
  assert.equal(score({ seed: -0 }).seed, 0);
  assert.equal(score(runInNewContext(`({ as_of: new Date(0), context: { tenure_days: 9 } })`)).as_of, '1970-01-01T00:00:00Z');
  assert.equal(score(Object.assign(Object.create(null), { seed: 3 })).seed, 3);
});

test('an error carries code, cause, places and the bytes of the door', () => {
  const request = { ...APPLICANT, entity_id: '' };
  assert.throws(() => engine.credit.score(request), (error) => {
    assert.ok(error instanceof ValidationError && error instanceof Error);
    assert.equal(error.name, 'ValidationError');
    assert.deepEqual([error.code, error.cause, error.status], ['VALIDATION_ERROR', 'id.invalid', 400]);
    assert.deepEqual(error.fields, ['/entity_id']);
    assert.match(error.request_id, /^req_/);
    assert.match(error.docs, /#VALIDATION_ERROR$/);
    assert.equal(error.message, error.toJSON().error.message);
    const door = JSON.parse(engine.call('credit.score', JSON.stringify(request))).error;
    assert.deepEqual({ ...error.toJSON().error, request_id: '' }, { ...door, request_id: '' });
    return true;
  });
  assert.throws(() => score({ features: {} }), InsufficientDataError);
  refuses(() => engine.run('credit.scor', {}), 'operation.unknown');
  assert.match(engine.call('credit.scor', '{}'), /"operation.unknown"/);
});

test('several problems of an artefact are all told', () => {
  const card = JSON.parse(LOAN);
  card.body.characteristics[0].attributes[0].points = 2e6;
  card.body.characteristics[1].attributes[0].points = 2e6;
  assert.throws(() => Engine.load(card), (error) => error.details.length === 2 && Object.isFrozen(error.details[0]));
  const { valid, problems } = engine.artefact.check({ artefact: card });
  assert.deepEqual([valid, problems.length], [false, 2]);
});

test('documents are text, bytes, objects, files, or a list of them', () => {
  const { sha256 } = score({}).card;
  const file = new URL('../../kapix-core/tests/vectors/artefacts/loan.json', import.meta.url);
  const shared = new Uint8Array(new SharedArrayBuffer(LOAN.length));
  shared.set(Buffer.from(LOAN));
  for (const given of [LOAN, Buffer.from(LOAN), JSON.parse(LOAN), [LOAN], shared]) {
    assert.equal(Engine.load(given).describe().artefacts[0].sha256, sha256);
  }
  assert.equal(Engine.loadFile(file).describe().artefacts[0].sha256, sha256);
  assert.equal(Engine.load([]).describe().artefacts.length, 0);
  assert.equal(Engine.load(EXPERT_CARDS).describe().artefacts.length, 3);
  assert.throws(() => Engine.loadFile('/absent.json'), { code: 'ENOENT' });
});

test('options work as they are documented', () => {
  refuses(() => Engine.load(LOAN).swap('{'), 'json.syntax', '');
  refuses(() => Engine.load(LOAN, { production: true }), 'artefact.not_approved', '/provenance/status');
  refuses(() => Engine.load(LOAN, { idempotency: 'never' }), 'value.out_of_range', '/idempotency');
  refuses(() => Engine.load(LOAN, { clock: 'noon' }), 'time.syntax', '/clock');
  refuses(() => loadLoan({ clock: 'none' }).credit.score(APPLICANT), 'time.as_of_missing', '/as_of');
  refuses(() => Engine.load(LOAN, { clok: 'none' }), 'json.unknown_field', '/clok');
  refuses(() => Engine.load(LOAN, { record: 1 }), 'json.shape', '/record');
  const strict = Engine.load([], { production: true });
  refuses(() => strict.swap(LOAN), 'artefact.not_approved', '/provenance/status');
  const bare = loadLoan({ envelope: false, record: false, limits: { id_bytes: 4 } });
  refuses(() => bare.credit.score({ ...APPLICANT, entity_id: 'ent_11' }), 'limit.exceeded', '/entity_id');
  assert.equal(bare.credit.score({ ...APPLICANT, entity_id: 'a' }).request_id, undefined);
  const keyed = loadLoan({ idempotency: 'process', clock: new Date(0) });
  const first = keyed.credit.score({ ...APPLICANT, idempotency_key: 'k' });
  assert.equal(keyed.credit.score({ ...APPLICANT, idempotency_key: 'k' }).json, first.json);
  refuses(() => keyed.credit.score({ ...APPLICANT, seed: 1, idempotency_key: 'k' }), 'idempotency.reused', '/idempotency_key');
  refuses(() => score({ idempotency_key: 'k' }), 'idempotency.not_durable', '/idempotency_key');
});

test('a record holds the bytes of its call', () => {
  const answer = score({});
  const record = engine.record(answer.audit_id);
  assert.equal(JSON.parse(record.request).entity_id, APPLICANT.entity_id);
  assert.equal(JSON.parse(record.response).points, answer.points);
  assert.equal(JSON.parse(record.leaf).audit_id, answer.audit_id);
  assert.deepEqual([record.audit_id, record.request_id], [answer.audit_id, answer.request_id]);
  assert.deepEqual([record.operation, record.refused, record.found], ['credit.score', null, null]);
  assert.deepEqual(record.parts, ['features', 'request', 'response']);
  refuses(() => engine.record('aud_none'), 'record.not_found');
});

test('a record proves itself, kept or not, and says what was changed', () => {
  const record = engine.record(score({}).audit_id);
  assert.equal(record.verify(), true);
  const changes = [
    [(it) => (it.leaf.audit_id = `${it.leaf.audit_id.slice(0, -1)}0`), null],
    [(it) => (it.parts.found = { body: {}, salt: '31'.repeat(16) }), /part `found` is not/],
    [(it) => delete it.leaf.operation, /the leaf is not/],
    [(it) => (it.parts.request.salt = '31'), /a salt is not/],
  ];
  for (const name of record.parts) {
    changes.push([(it) => (it.parts[name].salt = '31'.repeat(16)), new RegExp(`part \`${name}\` is not`)]);
    changes.push([(it) => (it.parts[name].body = {}), new RegExp(`part \`${name}\` is not`)]);
  }
  for (const [change, message] of changes) {
    const changed = record.toJSON();
    change(changed);
    if (message === null) {
      // Whoever writes the leaf anew is not found out by the record alone.
      assert.equal(new AuditRecord(changed).verify(), true);
      continue;
    }
    assert.throws(() => new AuditRecord(changed).verify(), { cause: 'record.altered', message });
  }
  // A part that is gone was erased, and the rest is proved.
  const erased = record.toJSON();
  delete erased.parts.response;
  delete erased.parts.features;
  const rest = new AuditRecord(erased);
  assert.equal(rest.verify(), true);
  assert.deepEqual([rest.response, rest.parts, JSON.parse(rest.request).features], [null, ['request'], null]);
});

test('data that were put are scored under their id, until they are forgotten', () => {
  const own = Engine.load(EXPERT_CARDS, { clock: '2026-03-31T12:00:00Z' });
  const request = { entity_id: 'e', data_sources: ['bank'] };
  refuses(() => own.cashflow.analyze(request), 'data.missing', '/data/bank');
  const transactions = [{ at: '2026-03-30', amount_minor: 500.0 }];
  const bank = { retrieved_at: new Date('2026-03-30T08:00:00Z'), accounts: [{ account_id: 'a', kind: 'current', currency: 'KES', transactions }] };
  const put = own.entity.put({ entity_id: 'e', data: { bank } });
  assert.deepEqual([put.held, put.changes[0].before, put.changes[0].after.rows], [['bank'], null, 1]);
  const answer = own.cashflow.analyze(request);
  assert.equal(answer.accounts[0].rows, 1);
  assert.equal(JSON.parse(own.record(answer.audit_id).request).data.bank.retrieved_at, '2026-03-30T08:00:00Z');
  assert.equal(own.describe().store.entities, 1);
  assert.deepEqual(own.entity.forget({ entity_id: 'e' }).held, []);
  refuses(() => own.cashflow.analyze(request), 'data.missing', '/data/bank');
});

test('options, paths and unknown operations are named', () => {
  assert.throws(() => Engine.load(LOAN, { limits: { row: 1 } }), { message: /option `limits\.row`: unknown field/ });
  assert.throws(() => Engine.load('card.json'), { message: /looks like a path/ });
  assert.match(engine.call('credit.scor', '{}'), /did you mean `credit\.score`\?/);
});

test('other artefacts can take the place', () => {
  const own = loadLoan();
  own.swap(EXPERT_CARDS);
  assert.equal(own.describe().artefacts.length, 3);
});

test('CommonJS and ECMAScript modules export the same', () => {
  const common = createRequire(import.meta.url)('../index.js');
  const { default: whole, ...names } = named;
  assert.equal(whole, common);
  assert.deepEqual(Object.keys(names).sort(), Object.keys(common).sort());
  assert.equal(common.Engine, Engine);
  assert.equal(named.VERSION, JSON.parse(readFileSync(new URL('../package.json', import.meta.url))).version);
});
