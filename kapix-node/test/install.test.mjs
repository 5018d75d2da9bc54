// The package as its users install it: from the folder of a checkout, linked or copied, and from what npm packs.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BINARY = readdirSync(ROOT).find((name) => name.endsWith('.node'));
const folder = mkdtempSync(join(tmpdir(), 'kapix-install-'));
after(() => rmSync(folder, { recursive: true }));

/** Returns a clean copy of the package, as a checkout has it, with its binary or without. */
function checkout(name, hasBinary) {
  const root = join(folder, name);
  const kept = (path) => !/node_modules|\.node$|\.tgz$/.test(path.slice(ROOT.length));
  cpSync(ROOT, join(root, 'kapix-node'), { recursive: true, filter: kept });
  if (hasBinary) cpSync(join(ROOT, BINARY), join(root, 'kapix-node', BINARY));
  symlinkSync(join(ROOT, '../kapix-core'), join(root, 'kapix-core'));
  return join(root, 'kapix-node');
}

/** Returns an empty project. */
function project(name) {
  const root = join(folder, name);
  mkdirSync(root);
  writeFileSync(join(root, 'package.json'), '{"private": true}\n');
  cpSync(join(ROOT, 'test/installed/run.cjs'), join(root, 'run.cjs'));
  return root;
}

/** Runs npm in a folder without a cargo on its path. */
function npm(cwd, ...given) {
  const tools = join(folder, 'tools');
  mkdirSync(tools, { recursive: true });
  for (const name of ['node', 'npm']) {
    const from = name === 'node' ? process.execPath : execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
    try { symlinkSync(from, join(tools, name)); } catch { /* It is there. */ }
  }
  const env = { ...process.env, PATH: `${tools}:/usr/bin:/bin`, CARGO: '', npm_config_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };
  const { status, stdout, stderr } = spawnSync('npm', given, { cwd, env, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

/** Returns what the installed package decides. */
function decision(root) {
  const request = join(ROOT, '../examples/data/kenya_salaried.json');
  return execFileSync(process.execPath, ['run.cjs', request], { cwd: root, encoding: 'utf8' });
}

const hasCargo = spawnSync('/usr/bin/cargo').status === 0;

test('a folder without a binary and without Rust says what is missing and what to do', { skip: hasCargo }, () => {
  const source = checkout('bare', false);
  const { status, said } = npm(project('no-rust'), 'install', source);
  assert.notEqual(status, 0, said);
  assert.match(said, /`cargo` was not found: install Rust 1\.89 or newer .*, then run `npm run build` in kapix-node/);
  const loaded = spawnSync(process.execPath, ['--eval', `require(${JSON.stringify(source)})`], { encoding: 'utf8' });
  assert.match(loaded.stderr, /@kapix\/sdk has no binary that runs on .* cd kapix-node && npm run build/);
});

test('the folder installs linked and copied, and so does what npm packs of it', () => {
  const source = checkout('built', true);
  const answers = [['install', source], ['install', '--install-links', source]].map((given, index) => {
    const root = project(`folder-${index}`);
    const { status, said } = npm(root, ...given);
    assert.equal(status, 0, said);
    return decision(root);
  });
  const packed = npm(source, 'pack', '--pack-destination', folder);
  assert.equal(packed.status, 0, packed.said);
  const root = project('packed');
  const { status, said } = npm(root, 'install', join(folder, 'kapix-sdk-0.1.0.tgz'));
  assert.equal(status, 0, said);
  answers.push(decision(root));
  assert.match(answers[0], /^(approve|refer|decline) \d+ \w+\n$/);
  assert.deepEqual(answers, Array(3).fill(answers[0]));
});

test('the manifest names what npm needs to publish, and no platform that is not packed', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  assert.equal(manifest.publishConfig.access, 'public');
  assert.match(manifest.repository.url, /^git\+https:/);
  const out = join(folder, 'packages');
  execFileSync(process.execPath, [join(ROOT, 'scripts/pack.mjs'), out]);
  const main = JSON.parse(execFileSync('tar', ['xzOf', join(out, 'kapix-sdk-0.1.0.tgz'), 'package/package.json'], { encoding: 'utf8' }));
  assert.deepEqual(Object.keys(main.optionalDependencies), [`@kapix/sdk-${BINARY.split('.')[1]}`]);
  assert.deepEqual(readdirSync(out).filter((name) => name.endsWith('.tgz')).length, 2);
  assert.ok(!/\]\(\.\.?\//.test(readFileSync(join(ROOT, 'README.md'), 'utf8')), 'a link of README leads nowhere on npm');
  assert.equal(dirname(main.main), '.');
});
