#!/usr/bin/env bash
# Runs the benchmarks of the core, then each of benches/*.py, then that of the Node.js package where npm is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/bench-setup.sh
cargo run --release --locked -q -p kapix-benches --bin speed
for bench in benches/*.py; do
  if [ -f "$bench" ]; then
    printf '\n== %s\n' "$bench"
    benches/.venv/bin/python "$bench"
  fi
done
if command -v npm >/dev/null; then
  printf '\n== benches/node_speed.mjs\n'
  (cd kapix-node && npm install --no-save --silent && npm run --silent build)
  node benches/node_speed.mjs
fi
