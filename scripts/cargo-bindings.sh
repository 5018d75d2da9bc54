#!/usr/bin/env bash
# Stands in for cargo (by the variable CARGO) where maturin, napi and kapix-ffi build one binding each. Every such build
# selects all three: then the features of what they share are equal each time, and the core is compiled once.
set -euo pipefail

if [ "$1" != build ] && [ "$1" != rustc ]; then
  exec cargo "$@"
fi
# What follows `--` is for the linker of one package; maturin strips symbols with it.
arguments=()
for argument in "${@:2}"; do
  if [ "$argument" = -- ]; then break; fi
  arguments+=("$argument")
done
# The extension module is the same for every Python from 3.10 on, whichever of the three asks for it.
unset CARGO PYO3_CONFIG_FILE PYO3_ENVIRONMENT_SIGNATURE PYO3_PYTHON PYTHON_SYS_EXECUTABLE
export PYO3_BUILD_EXTENSION_MODULE=1 PYO3_NO_PYTHON=1
exec cargo build "${arguments[@]}" -p kapix-py -p kapix-node -p kapix-ffi
