# shellcheck shell=bash
# Sourced: finds the tools of a script, and installs those that are absent.

# Succeeds if cargo has the component $1 (rustfmt or clippy), after installing it where rustup can.
need_component() {
  local tool=${1/rust/} # the subcommand of rustfmt is `fmt`
  if cargo "$tool" --version >/dev/null 2>&1; then
    return 0
  fi
  command -v rustup >/dev/null && rustup component add "$1"
}

# Prints the first Python that is 3.11 or newer and can make virtual environments.
find_python() {
  local python
  for python in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$python"
      return 0
    fi
  done
  return 1
}

# Succeeds if find_python does, after installing Python where that is allowed.
need_python() {
  if find_python >/dev/null; then
    return 0
  fi
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv
    find_python >/dev/null
    return
  fi
  return 1
}

# Makes the virtual environment $1 unless it works already.
need_venv() {
  if ! "$1/bin/python" -m pip --version >/dev/null 2>&1; then
    "$(find_python)" -m venv --clear "$1"
  fi
}

# Installs the packages that the other arguments name into the virtual environment $1.
install_into() {
  local venv=$1
  shift
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

# What the tests of the core select. Whoever selects the same compiles nothing that they have compiled.
# shellcheck disable=SC2034
core_tests=(-p kapix-core -p kapix-benches --features "kapix-core/sample,kapix-core/schema,kapix-core/signing,kapix-core/sqlite")
