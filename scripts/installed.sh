#!/usr/bin/env bash
# Installs each package of dist/ into an empty environment below the folder $1 and scores one applicant there, without
# Rust on the path; only the two source packages, which are built first, see Rust. The answers must be equal. Further
# arguments name the steps to run: wheel, npm_packages, c_source, go_module (which needs c_source before it), sdist.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
here=$PWD
dist=$here/dist
request=$here/examples/data/kenya_salaried.json
empty=$1/installed
rm -rf "$empty"
mkdir -p "$empty"
expected=

# Runs a command in the folder $1 as on a machine without Rust.
without_rust() {
  local folder=$1 path=/usr/local/bin:/usr/bin:/bin
  shift
  if command -v go > /dev/null; then path=$path:$(dirname "$(command -v go)"); fi
  if command -v node > /dev/null; then path=$path:$(dirname "$(command -v node)"); fi
  if PATH=$path command -v cargo rustc > /dev/null; then
    echo 'Rust is on the path of the test' >&2
    exit 1
  fi
  (cd "$folder" && env -i HOME="$empty" PATH="$path" "$@")
}

# Checks that the package $1 gave the answer of the packages before it.
answered() {
  expected=${expected:-$2}
  printf -- '-- %s: %s\n' "$1" "$2"
  [ -n "$2" ] && [ "$2" = "$expected" ]
}

# Installs the Python package $2 into a new environment $1, and prints its answer.
python_answer() {
  local venv=$empty/$1
  "$(find_python)" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${@:3}" "$2"
  without_rust "$venv" "$venv/bin/python" -m kapix call credit.score "$request" |
    python3 -c 'import json, sys; it = json.load(sys.stdin); print(it["decision"], it["points"], it["risk_band"])'
}

wheel() {
  answered wheel "$(python_answer wheel "$dist"/*.whl --no-index)"
}

sdist() {
  local answer
  answer=$(CARGO_TARGET_DIR=$empty/sdist-build python_answer sdist "$dist"/kapix-[0-9]*.tar.gz --no-binary kapix)
  answered sdist "$answer"
}

npm_packages() {
  mkdir "$empty/npm"
  cp kapix-node/test/installed/run.cjs "$empty/npm"
  printf '{"private": true}\n' > "$empty/npm/package.json"
  # The packages of other platforms are optional, and absent.
  without_rust "$empty/npm" npm install --silent --offline --no-audit --no-fund "$dist"/*.tgz
  answered npm "$(without_rust "$empty/npm" node run.cjs "$request")"
}

# Unpacks the source, installs it below $empty/c, and builds a program against that.
c_source() {
  tar xzf "$dist"/kapix-c-*.tar.gz -C "$empty"
  make -s -C "$empty"/kapix-[0-9]*/kapix-ffi install PREFIX="$empty/c" CARGO_TARGET_DIR="$empty/c-build"
  local flags program=$empty/c/story
  read -ra flags <<< "$(PKG_CONFIG_PATH=$empty/c/lib/pkgconfig pkg-config --cflags --libs kapix)"
  without_rust "$empty" gcc -std=c11 "$empty"/kapix-[0-9]*/kapix-ffi/c/story.c -o "$program" "${flags[@]}" \
    "-Wl,-rpath,$empty/c/lib"
  answered 'C source' "$(without_rust "$empty" "$program" "$request" |
    awk '{ gsub("\"", ""); value[$1] = $2 } END { print value["decision"], value["points"], value["risk_band"] }')"
  # The library that is shipped built runs the same program.
  mkdir "$empty/c-shipped"
  cp "$dist/libkapix.so.1" "$empty/c-shipped"
  answered 'C library' "$(without_rust "$empty" env LD_LIBRARY_PATH="$empty/c-shipped" "$program" "$request" |
    awk '{ gsub("\"", ""); value[$1] = $2 } END { print value["decision"], value["points"], value["risk_band"] }')"
}

# A module of a user gets the Go module from a proxy, with the library in it; by the tag it links the installed one.
go_module() {
  if ! command -v go > /dev/null; then
    echo '-- Go: skipped, not installed'
    return
  fi
  mkdir "$empty/lender"
  cp kapix-ffi/go/testdata/installed/main.go "$empty/lender"
  (cd "$empty/lender" && go mod init example.com/lender) 2> /dev/null
  local proxy=(env GOPROXY="file://$dist/go" GONOSUMDB='*' GOFLAGS=-modcacherw)
  without_rust "$empty/lender" "${proxy[@]}" go get github.com/kapix/kapix-go@v0.1.0
  without_rust "$empty/lender" "${proxy[@]}" go build -o lender .
  answered 'Go module' "$(without_rust "$empty/lender" ./lender "$request")"
  without_rust "$empty/lender" "${proxy[@]}" PKG_CONFIG_PATH="$empty/c/lib/pkgconfig" go build -tags kapix_pkgconfig -o linked .
  answered 'Go module, linked' "$(without_rust "$empty/lender" env LD_LIBRARY_PATH="$empty/c/lib" ./linked "$request")"
}

echo '== installed into empty environments'
steps=("${@:2}")
if [ "${#steps[@]}" -eq 0 ]; then steps=(wheel npm_packages c_source go_module sdist); fi
for step in "${steps[@]}"; do "$step"; done
