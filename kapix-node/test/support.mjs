// What the tests share: a card, an applicant whose points are known, and batches of them.

import { readFileSync } from 'node:fs';
import { Engine } from '../index.mjs';
import { FOLDER, readTopic } from './vector_files.mjs';

export const LOAN = readFileSync(new URL('artefacts/loan.json', FOLDER), 'utf8');
/** The applicant of the vector credit.score/points.json#loan_clock. */
export const { request: APPLICANT, response: EXPECTED, clock: CLOCK } = readTopic('credit.score/points.json').find(
  ({ path }) => path.endsWith('#loan_clock'),
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
