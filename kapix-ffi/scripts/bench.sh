#!/usr/bin/env bash
# Prints what a call costs from C and from Go beside an empty call, with the shipped profile.
set -euo pipefail
export KAPIX_PROFILE=${KAPIX_PROFILE:-release}
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"
compile bench.c bench -O2 "${shared[@]}"
"$work/bench" "$ffi/c/card.json"
if command -v go > /dev/null; then
  "$ffi/go/scripts/prepare.sh" "$built/libkapix.a"
  (cd "$ffi/go" && go test -run '^$' -bench . -count 3)
fi
