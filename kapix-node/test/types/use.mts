// Compiled by `tsc --strict` without @types/node and without the DOM: what a caller writes has its types.

import {
  AuditRecord,
  EXPERT_CARDS,
  Engine,
  KapixError,
  ValidationError,
  type Answered,
  type Columnar,
  type CreditScoreBatchResponse,
  type CreditScoreRequest,
  type CreditScoreResponse,
  type ScorecardDevelopResponse,
  type EngineOptions,
  type ScorecardEvaluateResponse,
  type Signal,
} from '@kapix/sdk';

const options: EngineOptions = { clock: new Date(0), idempotency: 'process', limits: { rows: 10 } };
const engine: Engine = Engine.load([EXPERT_CARDS, new Uint8Array(2), { kapix: 1 }], options);
Engine.loadFile('card.json', { record: false });

const request: CreditScoreRequest = {
  entity_id: 'ent_1',
  entity_type: 'individual',
  as_of: new Date(0),
  data: { bank: { accounts: [] } },
  data_sources: ['bank'],
  features: { inquiries_6m: 1, residence: 'owner', guarantor: true, age_years: null },
  context: { loan_amount: 500_000, loan_purpose: 'working_capital', tenure_days: 90 },
};

const answer: Answered<CreditScoreResponse> = engine.credit.score(request);
const total: number = answer.points;
const pd: number | null = answer.pd;
const outcome: 'decline' | 'refer' | 'approve' = answer.decision;
const reasons: string[] = (answer.explanation?.adverse_reasons ?? []).map((reason) => reason.code);
const text: string = answer.json;
const plain: CreditScoreResponse = { ...answer };
const row: number | undefined = answer.explanation?.selections?.['salary']?.[0]?.rows[0]?.[0];
const names: string[] = engine.describe().operations.map((operation) => operation.name);
const days: number = engine.run('cashflow.analyze', { entity_id: 'a' }).accounts.length;
const valid: boolean = engine.artefact.check({ artefact: {} }).valid;
const door: string = engine.call('credit.score', '{}');
const record: AuditRecord = AuditRecord.fromJSON(engine.record('aud_1').json);
const held: readonly [string | null, ReadonlyArray<string>, number] = [record.request, record.parts, record.seq];
const salt: string | undefined = new AuditRecord(record.toJSON()).toJSON().parts.features?.salt;
const kept: Engine = Engine.open('kapix.db', EXPERT_CARDS, { durability: 'os', tenant: 'lender-7' });
// @ts-expect-error: an engine in memory has no store
Engine.load(EXPERT_CARDS, { durability: 'os' });

// @ts-expect-error: an answer is read-only
answer.points = 1;
// @ts-expect-error: a misspelt field
engine.credit.score({ entity_id: 'a', entity_typ: 'individual' });
// @ts-expect-error: an unknown entity type
engine.credit.score({ entity_id: 'a', entity_type: 'person' });
// @ts-expect-error: a required field is absent
engine.credit.score({ entity_type: 'individual' });
// @ts-expect-error: an engine is made by load
new Engine();
// @ts-expect-error: the call on this thread has no signal
engine.credit.scoreBatch({}, { entity_type: 'sme' }, { signal: undefined as unknown as Signal });
// @ts-expect-error: an unknown option
Engine.load('{}', { clok: 'none' });

const scores: Columnar<CreditScoreBatchResponse> = engine.credit.scoreBatch(
  { a: new Float64Array(1), b: [1, null], c: ['x', null], d: { codes: new Int32Array(1), categories: ['x'] } },
  { entity_type: 'individual', include: ['reasons'] },
  { threads: 2 },
);
const total_points = scores.columns['points'];
const points: Int32Array = total_points?.type === 'i32' ? total_points.values : new Int32Array();
const code: string | number | boolean | bigint | Date | null | undefined = scores.columns['reason_1']?.get(0);
engine.credit.scoreBatch({ ...scores.columns }, { entity_type: 'individual' });
const bands: ReadonlyArray<string> = scores.bands;

const developed: Columnar<ScorecardDevelopResponse> = engine.scorecard.develop(
  { x: new Float64Array(1), bad: [1] },
  { target: 'bad', binning: { bins_max: 5, trend: 'auto' }, sample: { horizon_days: 365 } },
  { threads: 1 },
);
const card: Engine = Engine.load(developed.artefact ?? '');
const auc: number | undefined = developed.validation?.development.auc?.value;
const found: Columnar<ScorecardEvaluateResponse> = engine.scorecard.evaluate({}, { entity_type: 'sme', target: 'bad' });
// @ts-expect-error: a development has no points
developed.points;
// @ts-expect-error: a development needs a target
engine.scorecard.develop({}, {});

async function developLater(signal: Signal): Promise<number> {
  const { sample } = await engine.scorecard.developAsync({}, { target: 'bad' }, { signal });
  return sample.rows;
}

async function later(signal: Signal): Promise<Float64Array> {
  const onProgress = (done: number, of: number): void => void (done / of);
  const { columns } = await engine.credit.scoreBatchAsync({}, { entity_type: 'sme' }, { signal, onProgress });
  const score = columns['score'];
  return score?.type === 'f64' ? score.values : new Float64Array();
}

try {
  engine.close();
} catch (error) {
  if (error instanceof ValidationError) error.fields.map((field) => field.length);
  if (error instanceof KapixError) [error.cause satisfies string, error.audit_id satisfies string | undefined];
}

export { auc, bands, code, card, days, developLater, door, found, held, kept, later, names, outcome, pd, plain, points, reasons, row, salt, text, total, valid };
