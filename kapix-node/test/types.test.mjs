// Types and run time say the same: what compiles runs, what does not run does not compile, and README does both.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TYPES = join(ROOT, 'test/types');
const folder = mkdtempSync(join(tmpdir(), 'kapix-types-'));
after(() => rmSync(folder, { recursive: true }));

// A project of a user: the package as it is installed, and the types of Node.js.
mkdirSync(join(folder, 'node_modules/@kapix'), { recursive: true });
symlinkSync(ROOT, join(folder, 'node_modules/@kapix/sdk'));
for (const name of ['@types', 'undici-types']) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));

function run(command, ...given) {
  const { status, stdout, stderr } = spawnSync(command, given, { cwd: join(ROOT, '..'), encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

function compile(options) {
  const { compilerOptions } = JSON.parse(readFileSync(join(TYPES, 'tsconfig.json'), 'utf8'));
  const config = { compilerOptions: { ...compilerOptions, noEmit: false, ...options.compilerOptions }, files: options.files };
  const file = join(folder, `tsconfig.${options.files.length}.json`);
  writeFileSync(file, JSON.stringify(config));
  return run(join(ROOT, 'node_modules/.bin/tsc'), '-p', file);
}

test('what the types accept and refuse is compiled, without the types of Node.js and with those of the DOM', () => {
  for (const config of ['tsconfig.json', 'tsconfig.dom.json']) run(join(ROOT, 'node_modules/.bin/tsc'), '-p', join(TYPES, config));
});

test('what the types accept runs', async () => {
  writeFileSync(join(folder, 'accepted.mts'), readFileSync(join(TYPES, 'accepted.mts')));
  compile({ files: ['accepted.mts'] });
  const { batch, bytes, scored } = await import(join(folder, 'accepted.mjs'));
  assert.equal(JSON.parse(bytes).decision, scored);
  assert.equal(typeof batch, 'string');
});

test('the code of README compiles under --strict, and runs', () => {
  const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^```js\n(.*?)^```/gms)].map(([, code]) => code);
  assert.equal(blocks.length, 4);
  writeFileSync(join(folder, 'readme.mts'), blocks.join('\n'));
  compile({ compilerOptions: { noUncheckedIndexedAccess: false, types: ['node'], skipLibCheck: true }, files: ['readme.mts', 'accepted.mts'] });
  const printed = run(process.execPath, join(folder, 'readme.mjs'));
  assert.match(printed, /approve|refer|decline/);
  assert.match(printed, /scored: 1000/);
});
