// The loan story in Node.js: transactions in; points, reasons, the rows behind a number and the record out; then a loan
// decided by a policy, with its reasons.
//
//     node examples/story.mjs [REQUEST.json]
//
// The card was developed in Python, by develop.py.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Engine, EXAMPLE_POLICIES, EXPERT_CARDS } from '../kapix-node/index.mjs'; // elsewhere: '@kapix/sdk'

const card = new URL('developed_card.json', import.meta.url);
const signed = (points) => (String(points).startsWith('-') ? `${points}` : `+${points}`);

export function tell(path) {
  const engine = Engine.loadFile(card);
  const answer = engine.credit.score(JSON.parse(readFileSync(path, 'utf8')));
  const why = answer.explanation;

  const lines = [`${answer.decision} with ${answer.points} points, band ${answer.risk_band}`];
  lines.push(`probability of default: ${answer.pd.toFixed(4)}`);
  let total = why.base_points;
  for (const part of why.characteristics) {
    total += part.points;
    lines.push(`${signed(part.points)} ${part.feature}: ${part.attribute}`);
  }
  lines.push(`${total} in all, ${why.base_points} of them base points`);
  for (const reason of why.adverse_reasons) {
    lines.push(`against: ${reason.code} ${signed(reason.points.toFixed(1))}`);
  }
  for (const move of why.counterfactual?.moves ?? []) {
    lines.push(`to ${why.counterfactual.decision}: ${move.feature} ${move.to}`);
  }
  for (const [name, selected] of Object.entries(why.selections)) {
    const rows = selected.flatMap((part) => part.rows).reduce((sum, [first, last]) => sum + last - first + 1, 0);
    lines.push(`rows behind ${name}: ${rows}`);
  }
  const record = engine.record(answer.audit_id);
  lines.push(`on record: ${createHash('sha256').update(record.response).digest('hex')}`);
  engine.close();
  return `${[...lines, ...decide()].join('\n')}\n`;
}

/** Returns how a policy decides a loan, and why. */
function decide() {
  const engine = Engine.load([EXPERT_CARDS, EXAMPLE_POLICIES]);
  const loan = engine.policy.run(JSON.parse(readFileSync(new URL('loan.json', import.meta.url), 'utf8')));
  engine.close();
  const lines = [`loan under ${loan.policy.id}: ${loan.outcome}`];
  for (const reason of loan.reasons) lines.push(`because ${reason.code}: ${reason.text}`);
  for (const row of loan.matched_rules) lines.push(`by row ${row.table}.${row.rule}`);
  if (loan.counter_offer) lines.push(`counter-offer: ${loan.counter_offer.amount_minor} minor units`);
  return lines;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = process.argv[2] ?? fileURLToPath(new URL('data/nigeria_trader.json', import.meta.url));
  process.stdout.write(tell(path));
}
