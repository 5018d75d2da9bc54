#!/usr/bin/env bash
# Runs the benchmarks of the core, of the Python package, of developing a card, of reading and judging transactions, of
# the Node.js package where npm is, and of a policy beside other rule engines.
# The side-by-side comparison of benches/scorecard.py needs a data set: see benches/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/bench-setup.sh
cargo run --release --locked -q -p kapix-benches --bin speed
printf '\n== benches/python_speed.py\n'
benches/.venv/bin/python benches/python_speed.py
printf '\n== benches/scorecard.py --generate 1000000x100 --seed 1\n'
benches/.venv/bin/python benches/scorecard.py --generate 1000000x100 --seed 1
printf '\n== benches/data.py\n'
benches/.venv/bin/python benches/data.py
if command -v npm >/dev/null; then
  printf '\n== benches/node_speed.mjs\n'
  (cd kapix-node && npm run --silent build)
  node benches/node_speed.mjs
fi
printf '\n== benches/policy.py\n'
benches/.venv/bin/python benches/policy.py
printf '\n== benches/src/bin/store.rs\n'
cargo run --locked -q --release -p kapix-benches --features store --bin store
