// What runs must compile: test/types.test.mjs runs this too.

import kapix, { Engine, type Answered, type CreditScoreResponse, type EngineOptions, type Signal } from '@kapix/sdk';

const options: EngineOptions = { clock: new Date(0), envelope: false, deepFreeze: true, limits: { rows: 10_000n } };
export const engine: kapix.Engine = kapix.Engine.load(kapix.EXPERT_CARDS, options);

const transactions = Array.from({ length: 120 }, (_, day) => ({
  at: new Date(Date.UTC(2026, 0, 1 + day)),
  amount_minor: day % 3 === 0 ? 9_007_199_254n : -1000,
}));
const answer: Answered<CreditScoreResponse> = engine.credit.score({
  entity_id: 'a',
  entity_type: 'individual',
  as_of: new Date(Date.UTC(2026, 4, 2)),
  seed: 7n,
  data_sources: ['bank'],
  data: { bank: { retrieved_at: new Date(Date.UTC(2026, 4, 1)), accounts: [{ account_id: 'a', kind: 'current', currency: 'KES', transactions }] } },
  context: { loan_amount: 500n },
});
const copy: CreditScoreResponse = { ...answer };
const scored: string = copy.decision;
const bytes: string = answer.json;

// A signal of another realm, or of a library.
const signal: Signal = {
  aborted: false,
  throwIfAborted: () => undefined,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
};
const columns = { x: BigUint64Array.of(1n, 2n), bad: [0, 1n, null] };
const onProgress = async (): Promise<void> => undefined;
const batch = await engine.credit
  .scoreBatchAsync(columns, { entity_type: 'individual' }, { signal, onProgress })
  .catch((error: unknown) => (error instanceof kapix.KapixError ? error.cause : error));
const cached: Engine = Engine.load([], { limits: { rows: 9 } });
cached.close();

export { batch, bytes, scored };
