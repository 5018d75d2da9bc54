// What does not run must not compile. Compiled only: `tsc` fails where a line below its comment has no error.

import { Engine, type CreditScoreResponse } from '@kapix/sdk';

const engine = Engine.load([]);
const answer = engine.credit.score({ entity_id: 'a', entity_type: 'sme' });
const developed = engine.scorecard.develop({}, { target: 'bad' });

// @ts-expect-error: a call has a request
engine.credit.score();
// @ts-expect-error: a development of stage `binning` has no artefact
Engine.load(developed.artefact);
// @ts-expect-error: a copy of an answer has no bytes
({ ...answer }).json;
// @ts-expect-error: an answer has no method; JSON.stringify writes its fields
answer.toJSON();
// @ts-expect-error: an answer is frozen
answer.points = 1;
// @ts-expect-error: a part of an answer is none
const whole: CreditScoreResponse = { ...answer.card };
// @ts-expect-error: a copy of a result column has no methods
({ ...developed.columns['points']! }).get(0);
// @ts-expect-error: there is no such class
import { Answer } from '@kapix/sdk';
// @ts-expect-error: a civil date is text
engine.credit.score({ entity_id: 'a', entity_type: 'sme', data: { bank: { accounts: [{ account_id: 'a', kind: 'current', currency: 'KES', transactions: [], period: { from: new Date(), to: '2026-01-01' } }] } } });
// @ts-expect-error: a Map is no object of inputs
engine.credit.score({ entity_id: 'a', entity_type: 'sme', features: new Map() });
// @ts-expect-error: a function is no input
engine.credit.score({ entity_id: 'a', entity_type: 'sme', features: { income: () => 1 } });
// @ts-expect-error: undefined is no element of a list
engine.credit.score({ entity_id: 'a', entity_type: 'sme', data_sources: ['bank', undefined] });
// @ts-expect-error: a list holds numbers or text
engine.credit.scoreBatch({ x: [1, 'a'] }, { entity_type: 'individual' });
// @ts-expect-error: options are an object
Engine.load([], null);
// @ts-expect-error: an abort needs more than a flag
await engine.credit.scoreBatchAsync({}, { entity_type: 'individual' }, { signal: { aborted: false } });

export { whole };
// @ts-expect-error: a bitmap is bytes
engine.credit.scoreBatch({ x: { values: Float64Array.of(1), valid: [1] } }, { entity_type: 'sme' });
// @ts-expect-error: nobody reads this member
engine.credit.scoreBatch({ x: { values: Float64Array.of(1), validity: Uint8Array.of(1) } }, { entity_type: 'sme' });
// @ts-expect-error: days are of 32 bits
engine.credit.scoreBatch({ x: { type: 'date', values: BigInt64Array.of(1n) } }, { entity_type: 'sme' });
// @ts-expect-error: instants are of 64 bits
engine.credit.scoreBatch({ x: { type: 'instant', values: Int32Array.of(1) } }, { entity_type: 'sme' });
// @ts-expect-error: codes need names
engine.credit.scoreBatch({ x: { type: 'dictionary', values: Int32Array.of(1) } }, { entity_type: 'sme' });
// @ts-expect-error: a number is no boolean
engine.credit.scoreBatch({ x: { type: 'bool', values: Float64Array.of(1) } }, { entity_type: 'sme' });
