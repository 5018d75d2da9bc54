#!/usr/bin/env bash
# Puts the header and the static library where cgo finds them: $1, or what it builds with cargo's profile KAPIX_PROFILE,
# `release` without it. GOOS and GOARCH name the platform of a library that was built for another one.
set -euo pipefail
go=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
library=${1:-}
if [ -z "$library" ]; then
  target=${CARGO_TARGET_DIR:-$go/../../target}
  profile=${KAPIX_PROFILE:-release}
  (cd "$go/../.." && "${CARGO:-cargo}" build --locked --profile "$profile" -p kapix-ffi --target-dir "$target")
  library=$target/${CARGO_BUILD_TARGET:+$CARGO_BUILD_TARGET/}$profile/libkapix.a
fi
folder=$go/lib/$(go env GOOS)_$(go env GOARCH)
mkdir -p "$folder"
cp "$go/../include/kapix.h" "$go/lib/kapix.h"
cmp -s "$library" "$folder/libkapix.a" || cp "$library" "$folder/libkapix.a"
