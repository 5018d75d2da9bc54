// Builds the native half beside package.json. Everything that it needs is Rust.
//
//     node kapix-node/scripts/build.mjs [--if-absent] [--profile NAME] [--target TRIPLE] [--target-dir FOLDER]
//
// npm runs it with --if-absent when the folder of a checkout is installed. The variable CARGO names another cargo,
// KAPIX_PROFILE another profile than `release`.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PLATFORMS } from './platforms.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RUST = [1, 89];
const cargo = process.env.CARGO || 'cargo';
const { values: asked } = parseArgs({
  options: {
    'if-absent': { type: 'boolean', default: false },
    profile: { type: 'string', default: process.env.KAPIX_PROFILE || 'release' },
    target: { type: 'string' },
    'target-dir': { type: 'string' },
  },
});

function fail(message) {
  console.error(`@kapix/sdk: ${message}`);
  process.exit(1);
}

/** Returns the first lines that a command prints, or nothing where there is no such command. */
function said(command, ...given) {
  const { status, stdout } = spawnSync(command, given, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout : '';
}

/** Fails unless there is a Rust that can build. */
function needRust() {
  const again = 'then run `npm run build` in kapix-node';
  const [, ...version] = said(cargo, '--version').match(/^cargo (\d+)\.(\d+)/) ?? [];
  if (version.length === 0) {
    const wanted = `install Rust ${RUST.join('.')} or newer (https://rustup.rs), ${again}`;
    fail(`the binary is built from source here, and \`${cargo}\` was not found: ${wanted}`);
  }
  const [major, minor] = version.map(Number);
  if (major < RUST[0] || (major === RUST[0] && minor < RUST[1])) {
    fail(`Rust ${RUST.join('.')} or newer is needed; got ${version.join('.')}: run \`rustup update\`, ${again}`);
  }
  if (!existsSync(join(ROOT, 'Cargo.toml')) || !existsSync(join(ROOT, '../kapix-core/Cargo.toml'))) {
    fail('the sources of the engine are not here: install the folder kapix-node of a whole checkout');
  }
}

function main() {
  const triple = asked.target ?? process.env.CARGO_BUILD_TARGET ?? said('rustc', '-vV').match(/^host: (.*)$/m)?.[1];
  const here = PLATFORMS.filter(({ fits }) => fits.os.includes(process.platform) && fits.cpu.includes(process.arch));
  if (asked['if-absent'] && here.some(({ file }) => existsSync(join(ROOT, file)))) return;
  needRust();
  const platform = PLATFORMS.find((it) => it.triple === triple);
  if (platform === undefined) fail(`there is no package for ${triple}; scripts/platforms.mjs lists the platforms`);
  const given = ['build', '--locked', '--profile', asked.profile, '-p', 'kapix-node'];
  if (asked.target) given.push('--target', asked.target);
  if (asked['target-dir']) given.push('--target-dir', asked['target-dir']);
  const { status, stdout } = spawnSync(cargo, [...given, '--message-format=json-render-diagnostics'], {
    cwd: ROOT,
    encoding: 'utf8',
    // Symbols are of no use in a package, and twice its size. A profile of tests is left as it is: Cargo would compile every
    // crate again.
    env: { ...(asked.profile === 'release' && { CARGO_PROFILE_RELEASE_STRIP: 'symbols' }), ...process.env },
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) fail(`the build failed; in kapix-node: ${cargo} ${given.join(' ')}`);
  const made = stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const isOurs = ({ reason, target }) => reason === 'compiler-artifact' && target.name === 'kapix_node';
  const library = made.findLast(isOurs).filenames.find((name) => /\.(so|dylib|dll)$/.test(name));
  // A process may have the last one open: its file stays whole.
  const file = join(ROOT, platform.file);
  copyFileSync(library, `${file}.new`);
  renameSync(`${file}.new`, file);
}

main();
