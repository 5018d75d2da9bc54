#!/usr/bin/env bash
# The checks of the inner loop: format, lints, house rules, and the tests of what differs from the branch main (or
# from BASE), committed or not: the unit tests of each changed module of the core with the vectors, and each changed
# file of its tests. What else changed is named; `make test` checks all of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh

base=$(git merge-base HEAD "${BASE:-main}" 2>/dev/null || git rev-parse HEAD)
mapfile -t changed < <({ git diff --name-only "$base" && git ls-files --others --exclude-standard; } | sort -u)

modules=()
targets=()
beside=()
for path in "${changed[@]}"; do
  case $path in
    kapix-core/src/*/*) module=${path#kapix-core/src/} && modules+=("${module%%/*}::") ;;
    kapix-core/src/*.rs) module=${path#kapix-core/src/} && modules+=("${module%.rs}::") ;;
    kapix-core/tests/*/*) ;; # of tidy and the vectors, which run anyway
    kapix-core/tests/*.rs) module=${path#kapix-core/tests/} && targets+=(--test "${module%.rs}") ;;
    *) beside+=("${path%%/*}") ;;
  esac
done

need_component rustfmt && cargo fmt --all --check
need_component clippy && cargo clippy --locked -q --workspace --all-targets --all-features -- -D warnings
if [ "${#modules[@]}" -gt 0 ]; then
  mapfile -t modules < <(printf '%s\n' "${modules[@]}" | sort -u)
  printf -- '-- unit tests of %s\n' "${modules[*]%::}"
  cargo test --locked -q "${core_tests[@]}" --lib -- "${modules[@]}"
  targets+=(--test vectors)
fi
cargo test --locked -q "${core_tests[@]}" --test tidy "${targets[@]}"
if [ "${#beside[@]}" -gt 0 ]; then
  printf -- '-- left to make test: the tests of what changed in %s\n' "$(printf '%s\n' "${beside[@]}" | sort -u | xargs)"
fi
printf 'make check: passed, %d files differ from %s\n' "${#changed[@]}" "$(git rev-parse --short "$base")"
