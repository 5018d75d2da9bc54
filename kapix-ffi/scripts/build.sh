# Sourced: builds the library in profile $KAPIX_PROFILE (default check-release) and sets `built` and `work`, the
# folder of this build's programs. Every path is absolute. Cargo puts what it builds for a named target below that
# name.
ffi=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
profile=${KAPIX_PROFILE:-check-release}
target=${CARGO_TARGET_DIR:-$ffi/../target}
built=$target/${CARGO_BUILD_TARGET:+$CARGO_BUILD_TARGET/}$profile
[ "$profile" = dev ] && built=${built%dev}debug
work=$target/kapix-ffi
mkdir -p "$work"
(cd "$ffi/.." && "${CARGO:-cargo}" build --locked -q --profile "$profile" -p kapix-ffi --target-dir "$target")
ln -sf "$built/libkapix.so" "$work/libkapix.so.1"

warnings=(-Wall -Wextra -Wpedantic -Wconversion -Werror)

# Compiles c/$1 to $work/$2 with the further options.
compile() {
  local source=$1 program=$2
  shift 2
  case $source in
    *.cpp) g++ -std=c++17 -g "${warnings[@]}" -I"$ffi/include" "$ffi/c/$source" -o "$work/$program" "$@" ;;
    *) gcc -std=c11 -g "${warnings[@]}" -I"$ffi/include" "$ffi/c/$source" -o "$work/$program" "$@" ;;
  esac
}

shared=(-L"$built" -lkapix -lpthread "-Wl,-rpath,$work")
