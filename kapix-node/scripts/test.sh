#!/usr/bin/env bash
# Builds the Node.js package with cargo's profile $1 (default check-release), tests it, and installs its packed form
# into an empty folder, without Rust.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

profile=${1:-check-release}
target=${CARGO_TARGET_DIR:-../target}
mkdir -p "$target"
target=$(cd "$target" && pwd)
packages=$target/npm-test
empty=$target/npm-empty
request=$PWD/../examples/data/kenya_salaried.json

# Not `npm ci`: a registry may lack packages of other platforms that the lock cannot name then.
npm install --no-save --silent --ignore-scripts
node scripts/build.mjs --profile "$profile" --target-dir "$target"
../scripts/schemas.sh | node scripts/generate.mjs --check
npm test

node scripts/pack.mjs "$packages"
rm -rf "$empty"
mkdir "$empty"
cp test/installed/run.cjs test/types/*.*ts "$empty"
cp test/types/tsconfig.json "$empty"
printf '{"private": true}\n' >"$empty/package.json"
# The platforms whose packages are not here are optional, and absent from the cache.
(cd "$empty" && npm install --silent --offline --no-audit --no-fund "$packages"/*.tgz)
(cd "$empty" && env -u CARGO_TARGET_DIR PATH="$(dirname "$(command -v node)"):/usr/bin:/bin" node run.cjs "$request")
node_modules/.bin/tsc -p "$empty/tsconfig.json"
