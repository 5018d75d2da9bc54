#!/usr/bin/env bash
# The C compiler and linker of packages for Linux: zig, with the symbols of glibc 2.17 (manylinux2014) and no newer ones.
# KAPIX_ZIG names the Python that has ziglang.
set -euo pipefail
arguments=()
for argument in "$@"; do
  case $argument in
    # zig's linker knows its own target and has no use for these.
    --target=*|-Wl,--fix-cortex-a53-843419|-Wl,--eh-frame-hdr) ;;
    *) arguments+=("$argument") ;;
  esac
done
exec "$KAPIX_ZIG" -m ziglang cc -target x86_64-linux-gnu.2.17 "${arguments[@]}"
