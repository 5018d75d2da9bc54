#!/usr/bin/env bash
# Builds what is shipped for Linux x86-64 into dist/: wheel, npm packages, C library and its source, Go module. Each
# reaches back to glibc 2.17: zig links it, and the symbol versions are read afterwards. Then each is installed into an
# empty environment and used there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/tools.sh
need_python
venv=kapix-py/.venv-build
need_venv "$venv"
install_into "$venv" "$(grep '^maturin==' kapix-py/requirements-dev.txt)" 'ziglang==0.17.1'
export KAPIX_ZIG=$PWD/$venv/bin/python PATH=$PWD/$venv/bin:$PATH
target=${CARGO_TARGET_DIR:-target}/packages
rm -rf dist
mkdir -p dist "$target"
target=$(cd "$target" && pwd)

printf '== wheel and sdist\n'
"$venv/bin/maturin" build --locked --release --zig --compatibility manylinux2014 --manifest-path kapix-py/Cargo.toml \
  --interpreter "$venv/bin/python" --target-dir "$target" --out dist
"$venv/bin/maturin" sdist --manifest-path kapix-py/Cargo.toml --out dist

printf '== C library\n'
# SQLite is C: compiled for a newer glibc it would ask for `fcntl64` of 2.28.
export CC_x86_64_unknown_linux_gnu=$PWD/scripts/zig-cc.sh
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=$PWD/scripts/zig-cc.sh
cargo build --locked --release --target x86_64-unknown-linux-gnu --target-dir "$target" -p kapix-ffi
cp "$target/x86_64-unknown-linux-gnu/release/libkapix.so" dist/libkapix.so.1

printf '== Go module\n'
strip -g -o "$target/libkapix.a" "$target/x86_64-unknown-linux-gnu/release/libkapix.a"
python3 kapix-ffi/scripts/pack_go.py dist/go v0.1.0 "linux_amd64=$target/libkapix.a"

printf '== crate, as it would be published\n'
cargo publish --dry-run --no-verify --allow-dirty --locked -p kapix-core

printf '== npm packages\n'
(
  cd kapix-node
  node scripts/build.mjs --target x86_64-unknown-linux-gnu --target-dir "$target"
  node scripts/pack.mjs "$target/npm"
)
cp "$target"/npm/*.tgz dist

printf '== source of the C library\n'
git archive --format=tar.gz --prefix=kapix-0.1.0/ -o dist/kapix-c-0.1.0.tar.gz HEAD

printf '== symbol versions\n'
rm -rf "$target/symbols"
mkdir "$target/symbols"
python3 -m zipfile -e dist/*.whl "$target/symbols"
tar xzf dist/kapix-sdk-linux-x64-gnu-*.tgz -C "$target/symbols"
python3 scripts/glibc.py 2.17 dist/libkapix.so.1 "$target"/symbols/kapix/*.so "$target"/symbols/package/*.node

scripts/installed.sh "$target"
ls -l dist
