#!/usr/bin/env bash
# Prints the JSON Schemas of the wire types, from what the tests of the core compile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
target=${CARGO_TARGET_DIR:-target}
env -u CARGO_BUILD_TARGET cargo build --locked -q --profile test "${core_tests[@]}" --example schema --target-dir "$target"
"$target/debug/examples/schema"
