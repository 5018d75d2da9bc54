// What the tests share: a card, an applicant whose points are known, and batches of them.

import { readFileSync } from 'node:fs';
import { Engine } from '../index.mjs';

const VECTORS = new URL('../../kapix-core/tests/vectors/', import.meta.url);

export const LOAN = readFileSync(new URL('artefacts/loan.json', VECTORS), 'utf8');
/** The applicant of the vector credit.score/loan_clock.json. */
export const { request: APPLICANT, response: EXPECTED, clock: CLOCK } = JSON.parse(
  readFileSync(new URL('credit.score/loan_clock.json', VECTORS), 'utf8'),
);
export const BATCH = { entity_type: 'individual' };

export function loadLoan(options = {}) {
  return Engine.load(LOAN, { clock: CLOCK, ...options });
}

/** Returns columns of so many applicants, all like APPLICANT. */
export function columnsOf(rows) {
  return Object.fromEntries(
    Object.entries(APPLICANT.features).map(([name, value]) => [
      name,
      typeof value === 'number'
        ? new Float64Array(rows).fill(value)
        : { codes: new Int32Array(rows), categories: [String(value)] },
    ]),
  );
}
