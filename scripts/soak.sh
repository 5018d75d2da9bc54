#!/usr/bin/env bash
# Sanitizers and long runs, beyond what `make test` has time for: C under AddressSanitizer, valgrind and thousands of
# forks; Go with the race detector and every check of pointers; Python and Node.js with freed memory overwritten; the
# memory of a process that scores for long; and property tests with more cases. SOAK (default 1) multiplies the runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
. scripts/wheel.sh
soak=${SOAK:-1}
host=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-$PWD/target}

say() { printf '\n== %s\n' "$1"; }

# Runs a command that builds a binding: the core is compiled once for all of them, as in `make test`.
bindings() {
  CARGO=$PWD/scripts/cargo-bindings.sh CARGO_BUILD_TARGET=$host "$@"
}

# Overwrites memory that was freed: what reads it then answers wrongly or crashes. Python checks its own as well.
with_freed_memory_overwritten() {
  MALLOC_PERTURB_=165 MALLOC_CHECK_=3 PYTHONMALLOC=debug "$@"
}

say "C: $((1000 * soak)) forks amid calls; AddressSanitizer and valgrind"
children=$((1000 * soak)) bindings kapix-ffi/scripts/test.sh plainly memory

if command -v go > /dev/null; then
  say "Go: the race detector, $((5 * soak)) times, and every write of a pointer checked"
  kapix-ffi/go/scripts/prepare.sh "$target/$host/check-release/libkapix.a"
  (cd kapix-ffi/go && go test -race "-count=$((5 * soak))" ./... && GOEXPERIMENT=cgocheck2 go test -count=1 ./...)
else
  say 'Go: skipped, not installed'
fi

if need_python; then
  say 'Python: with freed memory overwritten, and in its development mode'
  bindings build_wheel check-release "$target/wheels-test"
  need_venv kapix-py/.venv-test
  install_into kapix-py/.venv-test -r kapix-py/requirements-dev.txt
  install_into kapix-py/.venv-test --force-reinstall --no-deps "$target"/wheels-test/*.whl
  tests=(test_arrow.py test_columns.py test_engine.py test_frame.py test_results.py)
  (cd kapix-py && with_freed_memory_overwritten .venv-test/bin/python -X dev -m pytest -q "${tests[@]/#/tests/}")
  say "Python: memory of $((300000 * soak)) calls"
  kapix-py/.venv-test/bin/python scripts/soak_memory.py $((300000 * soak))
else
  say 'Python: skipped, not installed'
fi

if command -v npm > /dev/null; then
  say 'Node.js: with freed memory overwritten, and a collection every few hundred objects'
  (
    cd kapix-node
    CARGO=$PWD/../scripts/cargo-bindings.sh CARGO_BUILD_TARGET=$host \
      node scripts/build.mjs --profile check-release --target-dir "$target"
    npm install --no-save --silent --ignore-scripts
    for file in answers columns hostile memory requests scorecard threads; do
      with_freed_memory_overwritten node --gc-interval=500 --test "test/$file.test.mjs" | grep -E '^# (tests|fail)|not ok'
    done
  )
else
  say 'Node.js: skipped, not installed'
fi

say "Store: $((1000 * soak)) times two processes that write are killed"
KAPIX_KILLS=$((1000 * soak)) cargo test --locked -q "${core_tests[@]}" --test crash -- --nocapture

say "Rust: properties with $((2000 * soak)) cases"
PROPTEST_CASES=$((2000 * soak)) cargo test --locked -q "${core_tests[@]}"
echo 'make soak: all passed'
