# shellcheck shell=bash
# Sourced after tools.sh, in the root of the repository: builds the wheel of kapix-py.

# Builds the wheel with cargo's profile $1 into the folder $2, which then holds nothing else.
build_wheel() {
  local venv=kapix-py/.venv-build
  need_venv "$venv"
  install_into "$venv" "$(grep '^maturin==' kapix-py/requirements-dev.txt)"
  rm -rf "$2"
  "$venv/bin/maturin" build --locked --profile "$1" --manifest-path kapix-py/Cargo.toml \
    --interpreter "$venv/bin/python" --out "$2"
}
