// Run in a folder that holds nothing but the installed packages: prints the decision on the request in the file that it
// is given, which both kinds of module must reach.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { Engine, EXPERT_CARDS } = require('@kapix/sdk');

async function main() {
  const module = await import('@kapix/sdk');
  assert.equal(module.Engine, Engine);
  const answer = Engine.load(EXPERT_CARDS).credit.score(JSON.parse(readFileSync(process.argv[2], 'utf8')));
  console.log(answer.decision, answer.points, answer.risk_band);
}

main();
