// Makes the npm packages: the main one, and one for each platform whose binary stands beside package.json.
//
//     node kapix-node/scripts/pack.mjs OUT
//
// writes OUT/*.tgz. The main package names the platforms that are packed as optional dependencies of its own version,
// and npm installs the one that fits.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PLATFORMS } from './platforms.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT'];

const out = resolve(process.argv[2] ?? 'npm');
const stage = join(out, 'stage');
const { devDependencies, scripts, ...manifest } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const { version, license, repository, publishConfig, engines } = manifest;

/** Packs files of the package under a manifest, with the licences. */
function pack(name, own, files) {
  const folder = join(stage, name);
  mkdirSync(folder, { recursive: true });
  for (const file of files) cpSync(join(ROOT, file), join(folder, file), { recursive: true });
  for (const licence of LICENCES) cpSync(join(ROOT, '..', licence), join(folder, licence));
  const whole = { ...own, files: [...own.files, ...LICENCES] };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(whole, null, 2)}\n`);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out], { cwd: folder, stdio: 'inherit' });
}

rmSync(out, { recursive: true, force: true });
const optionalDependencies = {};
for (const { name, fits, file } of PLATFORMS) {
  if (!existsSync(join(ROOT, file))) continue;
  const own = `${manifest.name}-${name}`;
  const description = `The binary of ${manifest.name} for ${name}`;
  const shared = { version, description, license, repository, publishConfig, engines };
  const main = { name: own, ...shared, main: file, files: [file], ...fits };
  optionalDependencies[own] = version;
  pack(name, main, [file]);
}
const files = manifest.files.filter((file) => !file.endsWith('.node'));
pack('main', { ...manifest, files, optionalDependencies }, [...files, 'README.md']);
