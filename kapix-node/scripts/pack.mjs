// Makes the npm packages: the main one, and one for each platform whose binary stands beside package.json.
//
//     node kapix-node/scripts/pack.mjs OUT
//
// writes OUT/*.tgz. `napi create-npm-dirs` writes the manifests of the platforms (os, cpu, libc); the main package
// names all of them as optional dependencies of its own version, and npm installs the one that fits.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT'];

const out = resolve(process.argv[2] ?? 'npm');
const stage = join(out, 'stage');
// napi keeps to the folder of the package.
const platforms = join(ROOT, 'npm');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Packs a folder under its manifest, with the licences. */
function pack(folder, own) {
  for (const licence of LICENCES) cpSync(join(ROOT, '..', licence), join(folder, licence));
  const whole = { ...own, files: [...own.files, ...LICENCES] };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(whole, null, 2)}\n`);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out], { cwd: folder, stdio: 'inherit' });
}

for (const folder of [out, platforms]) rmSync(folder, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
execFileSync(join(ROOT, 'node_modules/.bin/napi'), ['create-npm-dirs', '--npm-dir', 'npm'], {
  cwd: ROOT,
  stdio: 'pipe',
});

manifest.optionalDependencies = {};
for (const platform of readdirSync(platforms)) {
  const folder = join(platforms, platform);
  const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  manifest.optionalDependencies[own.name] = manifest.version;
  if (!existsSync(join(ROOT, own.main))) continue;
  cpSync(join(ROOT, own.main), join(folder, own.main));
  pack(folder, own);
}

for (const file of [...manifest.files, 'README.md']) cpSync(join(ROOT, file), join(stage, file), { recursive: true });
delete manifest.devDependencies;
delete manifest.scripts;
pack(stage, manifest);
