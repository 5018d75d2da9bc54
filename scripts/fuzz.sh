#!/usr/bin/env bash
# Runs each target of fuzz/fuzz_targets for FUZZ_SECONDS seconds (default 60) on the stable toolchain.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ ! -d fuzz/fuzz_targets ]; then
  echo 'make fuzz: fuzz/fuzz_targets holds no target'
  exit 0
fi
if ! cargo fuzz --version >/dev/null 2>&1; then
  cargo install --locked --version 0.13.2 cargo-fuzz
fi
# The vectors are the seeds; the corpus grows from them.
cargo run -q --manifest-path fuzz/Cargo.toml --example seeds
for target in fuzz/fuzz_targets/*.rs; do
  name=$(basename "$target" .rs)
  printf '\n== %s\n' "$name"
  # The address sanitizer needs a nightly compiler; the core has no unsafe code for it to watch.
  cargo fuzz run --sanitizer none "$name" -- -max_total_time="${FUZZ_SECONDS:-60}"
done
