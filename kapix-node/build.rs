//! Lets the linker leave open the symbols that Node.js brings.

fn main() {
    napi_build::setup();
}
