#!/usr/bin/env bash
# Makes benches/.venv with the peers of benches/requirements.txt, pinned, and the release wheel of Kapix.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
. scripts/wheel.sh

cargo build --release --locked -p kapix-benches
if [ -f benches/requirements.txt ]; then
  if ! need_python; then
    echo 'make bench-setup: no Python 3.11 or newer with venv; install python3 and python3-venv' >&2
    exit 1
  fi
  need_venv benches/.venv
  install_into benches/.venv -r benches/requirements.txt
  wheels=${CARGO_TARGET_DIR:-target}/wheels-bench
  build_wheel release "$wheels"
  install_into benches/.venv --force-reinstall --no-deps "$wheels"/*.whl
fi
