#!/usr/bin/env bash
# Generates the types and methods of Python, Node.js and Go from the JSON Schemas of the core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
schemas=$(scripts/schemas.sh)
"$(find_python)" kapix-py/scripts/generate_types.py <<< "$schemas"
node kapix-node/scripts/generate.mjs <<< "$schemas"
for file in types operations; do
  python3 kapix-ffi/scripts/generate_go.py "$file" <<< "$schemas" | gofmt > "kapix-ffi/go/$file.go.new"
  mv "kapix-ffi/go/$file.go.new" "kapix-ffi/go/$file.go"
done
