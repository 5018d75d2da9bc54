// Run in a folder that holds nothing but the installed packages: an answer from each kind of module.

const assert = require('node:assert/strict');
const { Engine, EXPERT_CARDS } = require('@kapix/sdk');

async function main() {
  const module = await import('@kapix/sdk');
  assert.equal(module.Engine, Engine);
  const { artefacts, operations } = Engine.load(EXPERT_CARDS).describe();
  assert.equal(artefacts.length, 3);
  console.log(`installed: ${operations.length} operations, ${artefacts.length} cards`);
}

main();
