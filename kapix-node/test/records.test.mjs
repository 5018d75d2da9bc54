// Statements into scores, records into a file and back, and engines on a file.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { AuditRecord, Engine, EXPERT_CARDS, ValidationError } from '../index.mjs';
import { APPLICANT, CLOCK, LOAN, loadLoan } from './support.mjs';

const STATEMENT = readFileSync(new URL('../../examples/data/bank_statement.csv', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kapix-'));
after(() => rmSync(folder, { recursive: true }));

function errorOf(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

test('a statement comes as bytes, and its columns go into a score', async () => {
  const engine = Engine.load(EXPERT_CARDS, { envelope: false });
  const request = { account: { account_id: 'a-1', kind: 'current' }, rows: 0 };
  const read = engine.transactions.read({ document: [STATEMENT] }, request);
  assert.ok(read.rows > 100);
  for (const document of [STATEMENT, new Uint8Array(STATEMENT), { document: STATEMENT }]) {
    assert.deepEqual(engine.transactions.read(document, request), read);
    assert.deepEqual(await engine.transactions.readAsync(document, request), read);
  }
  const score = (accounts, options) =>
    engine.credit.score(
      { entity_id: 'a', entity_type: 'individual', as_of: '2026-06-30T18:00:00Z', data_sources: ['bank'], data: { bank: { accounts } } },
      options,
    );
  const whole = engine.transactions.read(STATEMENT, { ...request, rows: 1000 });
  const { decision, points } = score(read.accounts, { transactions: read.columns });
  const plain = score(whole.accounts);
  assert.deepEqual([decision, points], [plain.decision, plain.points]);
  assert.throws(() => score(read.accounts, { columns: read.columns }), TypeError);
});

test('a record goes to JSON and back', () => {
  const engine = loadLoan();
  const record = engine.record(engine.credit.score(APPLICANT).audit_id);
  const text = JSON.stringify(record);
  assert.equal(text, record.json);
  for (const kept of [JSON.parse(text), text, Buffer.from(text), JSON.stringify(record, null, 2), record]) {
    for (const back of [new AuditRecord(kept), AuditRecord.fromJSON(kept)]) {
      assert.equal(back.verify(), true);
      assert.deepEqual(back, record);
      assert.equal(back.json, text);
    }
  }
  const altered = JSON.parse(text);
  altered.parts.response.body.points += 1;
  assert.throws(() => new AuditRecord(altered).verify(), { cause: 'record.altered' });
  const part = { body: {}, salt: '!' };
  for (const odd of ['', '!', '{}', 7, null, {}, [], { ...altered, more: 1 }, { ...altered, parts: { request: part } }, { ...altered, leaf: 7 }, '\ud800']) {
    assert.throws(() => new AuditRecord(odd), ValidationError);
  }
  for (const odd of [undefined, Symbol('a'), () => 1]) assert.throws(() => new AuditRecord(odd), TypeError);
});

test('a refused call leaves a record that holds its error', () => {
  const engine = loadLoan();
  const request = { entity_id: 'nobody', data_sources: ['bank'] };
  const refusal = errorOf(() => engine.cashflow.analyze(request));
  const record = engine.record(refusal.audit_id);
  assert.equal(record.verify(), true);
  assert.deepEqual(engine.record(refusal.request_id), record);
  assert.deepEqual(
    [record.audit_id, record.request_id, record.operation, record.refused],
    [refusal.audit_id, refusal.request_id, 'cashflow.analyze', 'INSUFFICIENT_DATA'],
  );
  const { error } = JSON.parse(record.response);
  assert.deepEqual([error.cause, error.fields], [refusal.cause, refusal.fields]);
  assert.match(JSON.parse(engine.call('cashflow.analyze', JSON.stringify(request))).error.audit_id, /^aud_/);
  // What is of no documented form leaves none, nor does an engine without records.
  assert.equal(errorOf(() => engine.cashflow.analyze({ entity_id: '' })).audit_id, undefined);
  assert.equal(errorOf(() => loadLoan({ record: false }).cashflow.analyze(request)).audit_id, undefined);
});

test('after a restart keys, records and data are there', () => {
  for (const durability of [undefined, 'decision', 'group', 'os']) {
    for (const path of [join(folder, `${durability}.db`), pathToFileURL(join(folder, `${durability} url.db`))]) {
      const options = { clock: CLOCK, ...(durability && { durability }) };
      const engine = Engine.open(path, LOAN, options);
      const request = { ...APPLICANT, idempotency_key: 'application-7' };
      const first = engine.credit.score(request);
      const record = engine.record(first.audit_id);
      engine.entity.put({ entity_id: 'b', data: { bureau: { no_record: true } } });
      engine.close();
      assert.throws(() => engine.record(first.audit_id), { cause: 'engine.closed' });
      const again = Engine.open(path, [LOAN], options);
      assert.equal(again.credit.score(request).json, first.json);
      assert.deepEqual(again.credit.score(request), first);
      assert.deepEqual(again.record(first.audit_id), record);
      assert.equal(record.verify(), true);
      const { records, keys, entities } = again.describe().store;
      assert.deepEqual([records, keys, entities], [1, 1, 1]);
      assert.throws(() => again.credit.score({ ...request, seed: 1 }), { cause: 'idempotency.reused' });
      again.close();
    }
  }
});

test('two engines on one file find the records of each other, none twice', () => {
  const path = join(folder, 'two.db');
  const engines = [Engine.open(path, LOAN, { clock: CLOCK }), Engine.open(path, LOAN, { clock: CLOCK })];
  const keyed = { ...APPLICANT, idempotency_key: 'k' };
  const ids = [];
  for (let call = 0; call < 20; call += 1) ids.push(engines[call % 2].credit.score(APPLICANT).audit_id);
  const [first, second] = engines.map((engine) => engine.credit.score(keyed));
  assert.equal(first.json, second.json);
  ids.push(first.audit_id);
  const numbers = ids.map((id, call) => engines[(call + 1) % 2].record(id)).map((record) => (record.verify(), record.seq));
  assert.deepEqual(numbers, ids.map((_, call) => call));
  for (const engine of engines) engine.close();
});

test('what is no store is refused', () => {
  const text = join(folder, 'text.db');
  writeFileSync(text, 'no database '.repeat(100));
  // A file with the header of SQLite and another application in it.
  const other = join(folder, 'other.db');
  Engine.open(other, LOAN).close();
  const bytes = readFileSync(other);
  bytes.writeUInt32BE(7, 68);
  writeFileSync(other, bytes);
  for (const [path, cause] of [
    [text, 'store.corrupt'],
    [other, 'store.schema'],
    [join(folder, 'no', 'kapix.db'), 'store.unavailable'],
    [folder, 'store.unavailable'],
  ]) {
    assert.throws(() => Engine.open(path, LOAN), { cause, fields: ['/store'], message: /^option `store`/ });
  }
  assert.equal(existsSync(join(folder, 'no')), false);
  assert.throws(() => Engine.open(join(folder, 'odd.db'), LOAN, { durability: 'never' }), { message: /durability must be/ });
  for (const odd of [undefined, null, 7, {}, new URL('https://example.org/kapix.db')]) assert.throws(() => Engine.open(odd, LOAN), TypeError);
  assert.throws(() => Engine.load(LOAN, { store: text }), TypeError);
  assert.throws(() => Engine.load(LOAN, { durability: 'os' }), { cause: 'value.out_of_range' });
});
