// Statements into scores, and records into a file and back.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AuditRecord, Engine, EXPERT_CARDS } from '../index.mjs';
import { APPLICANT, loadLoan } from './support.mjs';

const STATEMENT = readFileSync(new URL('../../examples/data/bank_statement.csv', import.meta.url));

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
  const back = new AuditRecord(JSON.parse(text));
  assert.equal(back.verify(), true);
  assert.deepEqual({ ...back, salt: [...back.salt] }, { ...record, salt: [...record.salt] });
  assert.equal(JSON.stringify(back), text);
  const { salt, ...rest } = record;
  assert.equal(new AuditRecord({ ...rest, salt: JSON.parse(JSON.stringify(Buffer.from(salt))) }).verify(), true);
  const altered = JSON.parse(text);
  altered.response = altered.response.replace('"points":', '"points":1');
  assert.throws(() => new AuditRecord(altered).verify(), { cause: 'record.altered' });
  for (const odd of ['!', 7, null, undefined, {}]) assert.throws(() => new AuditRecord({ ...rest, salt: odd }).verify());
});
