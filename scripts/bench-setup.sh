#!/usr/bin/env bash
# Makes benches/.venv with the release wheel of Kapix and what the scripts of benches/ need, and for each peer
# benches/peers/NAME/.venv with the versions of its requirements.txt; benches/policy/.venv and node_modules have the rule
# engines of benches/policy.py.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
. scripts/wheel.sh

cargo build --release --locked -p kapix-benches
if ! need_python; then
  echo 'make bench-setup: no Python 3.11 or newer with venv; install python3 and python3-venv' >&2
  exit 1
fi
for requirements in benches/peers/*/requirements.txt benches/policy/requirements.txt; do
  peer=$(dirname "$requirements")
  need_venv "$peer/.venv"
  install_into "$peer/.venv" -r "$requirements"
done
if [ -f kapix-py/Cargo.toml ]; then
  need_venv benches/.venv
  wheels=${CARGO_TARGET_DIR:-target}/wheels-bench
  build_wheel release "$wheels"
  install_into benches/.venv "$wheels"/*.whl
  if [ -f benches/requirements.txt ]; then
    install_into benches/.venv -r benches/requirements.txt
  fi
fi
if command -v npm >/dev/null; then
  # No lock file: the lists of optional binaries of one peer are not complete in it.
  (cd benches/policy && npm install --silent --no-package-lock --no-audit --no-fund)
fi
