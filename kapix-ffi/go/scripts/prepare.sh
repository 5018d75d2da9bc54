#!/usr/bin/env bash
# Puts the static library $1 (default: the release build) and the header where cgo finds them.
set -euo pipefail
go=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
library=${1:-${CARGO_TARGET_DIR:-$go/../../target}/release/libkapix.a}
mkdir -p "$go/lib"
cp "$go/../include/kapix.h" "$go/lib/kapix.h"
cmp -s "$library" "$go/lib/libkapix.a" || cp "$library" "$go/lib/libkapix.a"
