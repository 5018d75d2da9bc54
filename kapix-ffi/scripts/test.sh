#!/usr/bin/env bash
# Tests the C library: header against symbols, C and C++ programs plainly, under valgrind and with
# AddressSanitizer, the vectors, and the installed package by pkg-config and CMake. What this machine cannot run
# is named. Arguments name the steps to run: symbols, plainly, answers, memory, package, go_module.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"
request=$ffi/../examples/data/kenya_salaried.json
card=$ffi/../examples/developed_card.json
loan=$ffi/../examples/loan.json
vectors=$ffi/../kapix-core/tests/vectors
# The panics that hostile.c and columns.cpp provoke are caught and print nothing, whatever is asked of them.
export RUST_BACKTRACE=1
sanitize=(-fsanitize=address,undefined -fno-sanitize-recover=all)

say() { printf -- '-- %s\n' "$1"; }

symbols() {
  say 'the header declares what the library exports'
  sed -e '/^\/\* Helpers/,$d' -e 's|/\*.*||' -e '/^ \*/d' "$ffi/include/kapix.h" | grep -oE '\bkapix_[a-z_]+\(' | tr -d '(' | sort -u > "$work/declared"
  nm -D --defined-only "$built/libkapix.so" | awk '{ print $3 }' | sort -u > "$work/exported"
  diff "$work/declared" "$work/exported"
  grep -oE '= kapix_[a-z_]+;' "$ffi/c/typed.h" | tr -d '=; ' | sort -u | diff "$work/declared" -
  readelf -d "$built/libkapix.so" | grep -q 'soname: \[libkapix.so.1\]'
}

programs() {
  compile story.c story "${shared[@]}"
  compile develop.c develop "${shared[@]}"
  compile hostile.c hostile "${shared[@]}"
  compile records.c records "${shared[@]}"
  compile columns.cpp columns "${shared[@]}"
  compile vectors.c vectors "${shared[@]}"
  compile threads.c threads "${shared[@]}"
  compile story.c story_asan "${sanitize[@]}" "${shared[@]}"
  compile develop.c develop_asan "${sanitize[@]}" "${shared[@]}"
  compile hostile.c hostile_asan "${sanitize[@]}" "${shared[@]}"
  compile records.c records_asan "${sanitize[@]}" "${shared[@]}"
  compile columns.cpp columns_asan "${sanitize[@]}" "${shared[@]}"
}

# Runs the programs whose names end with $1 by the command after it.
run() {
  local suffix=$1
  shift
  "$@" "$work/story$suffix" "$request" "$card" "$loan"
  "$@" "$work/develop$suffix"
  "$@" "$work/hostile$suffix" "$ffi/c/card.json" "${children:-60}"
  "$@" "$work/records$suffix" "$ffi/c/card.json" "${children:-1}"
  "$@" "$work/columns$suffix" "$ffi/c/card.json"
}

memory() {
  say 'with AddressSanitizer and UndefinedBehaviorSanitizer'
  # The allocator of the sanitizer does not survive a fork while other threads allocate, and what those held in a child
  # is lost by nature, which valgrind tells: neither forks then.
  local -x children=0
  run _asan env ASAN_OPTIONS=detect_leaks=1
  if ! command -v valgrind > /dev/null && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get install -qq -y valgrind > /dev/null 2>&1 || true
  fi
  if command -v valgrind > /dev/null; then
    say 'under valgrind'
    run '' valgrind -q --fair-sched=try "--suppressions=$ffi/scripts/valgrind.supp" --leak-check=full --show-leak-kinds=definite,indirect,possible \
      --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=9 --trace-children=yes
  else
    say 'valgrind: skipped, not installed'
  fi
}

answers() {
  say 'vectors'
  local folder
  folder=$(mktemp -d "$work/vectors.XXXXXX")
  python3 "$ffi/c/vectors.py" write "$vectors" "$folder"
  "$work/vectors" "$folder"
  python3 "$ffi/c/vectors.py" compare "$vectors" "$folder"
  rm -r "$folder"
}

package() {
  say 'the installed package, by pkg-config and CMake'
  local root=$work/package libdir
  rm -rf "$root"
  make -s -C "$ffi" install PREFIX="$root" PROFILE="$profile" CARGO_TARGET_DIR="$target"
  test -s "$root/share/kapix/valgrind.supp"
  if command -v pkg-config > /dev/null; then
    local flags
    read -ra flags <<< "$(PKG_CONFIG_PATH=$root/lib/pkgconfig pkg-config --cflags --libs kapix)"
    gcc -std=c11 "${warnings[@]}" "$ffi/c/story.c" -o "$work/story_pc" "${flags[@]}" "-Wl,-rpath,$root/lib"
    "$work/story_pc" "$request" "$card" "$loan" | grep -q '"code":"ABOVE_LIMIT_NOW"'
  else
    say 'pkg-config: skipped, not installed'
  fi
  if command -v cmake > /dev/null; then
    # A plain tree, that of a distribution, and libraries outside the prefix; the first two are moved before use.
    for libdir in /usr/lib /usr/lib64 /usr/lib/x86_64-linux-gnu "$work/elsewhere/lib"; do
      rm -rf "$work/cmake" "$work/elsewhere" "$root"
      if [ "${libdir#/usr}" = "$libdir" ]; then
        make -s -C "$ffi" install PREFIX="$root/usr" LIBDIR="$libdir" PROFILE="$profile" CARGO_TARGET_DIR="$target"
      else
        make -s -C "$ffi" install PREFIX=/usr LIBDIR="$libdir" DESTDIR="$root" PROFILE="$profile" CARGO_TARGET_DIR="$target"
      fi
      # Whether CMake itself looks into lib64 is the distribution's choice.
      local found=(-DCMAKE_PREFIX_PATH="$root/usr;$work/elsewhere")
      [ "$libdir" = /usr/lib64 ] && found=(-DKapix_DIR="$root/usr/lib64/cmake/Kapix")
      cmake -S "$ffi/c" -B "$work/cmake" -DCMAKE_LIBRARY_ARCHITECTURE=x86_64-linux-gnu "${found[@]}" > /dev/null
      cmake --build "$work/cmake" > /dev/null
      "$work/cmake/story_kapix" "$request" "$card" > /dev/null
      "$work/cmake/story_static" "$request" > /dev/null
    done
  else
    say 'cmake: skipped, not installed'
  fi
}

go_module() {
  if ! command -v go > /dev/null; then
    say 'go: skipped, not installed'
    return
  fi
  say 'go: the types are those of the schemas'
  schemas=$("$ffi/../scripts/schemas.sh")
  for file in types operations; do
    python3 "$ffi/scripts/generate_go.py" "$file" <<< "$schemas" | gofmt | diff - "$ffi/go/$file.go"
  done
  say 'go: vet, tests with the race detector'
  "$ffi/go/scripts/prepare.sh" "$built/libkapix.a"
  (cd "$ffi/go" && test -z "$(gofmt -l .)" && go vet ./... && go test -count=1 -race ./...)
  say 'go: a program without shared libraries, and what a build without cgo says'
  (cd "$ffi/go" && go build -ldflags '-extldflags -static' -o "$work/static_go" ./testdata/installed)
  ! readelf -d "$work/static_go" | grep NEEDED
  "$work/static_go" "$request" > /dev/null
  (cd "$ffi/go" && ! CGO_ENABLED=0 go build . 2>&1) | grep -c '' | grep -qx 2
  (cd "$ffi/go" && ! CGO_ENABLED=0 go build . 2>&1) | grep -q 'kapix needs cgo: set CGO_ENABLED=1'
}

plainly() {
  say 'plainly, with nothing on stderr of the panics that are caught'
  run '' env 2> "$work/stderr"
  diff /dev/null "$work/stderr"
  "$work/threads" "$ffi/c/card.json"
}

programs
steps=("$@")
if [ "${#steps[@]}" -eq 0 ]; then steps=(symbols plainly answers memory package go_module); fi
for step in "${steps[@]}"; do "$step"; done
echo 'kapix-ffi: all passed'
