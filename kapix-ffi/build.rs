//! Gives the shared library the name that programs are linked with; its number changes with `KAPIX_ABI_VERSION`.

fn main() {
    let target = std::env::var_os("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let name = match target.to_str() {
        Some("linux" | "android" | "freebsd") => "-Wl,-soname,libkapix.so.1",
        Some("macos" | "ios") => "-Wl,-install_name,@rpath/libkapix.1.dylib",
        _ => return,
    };
    println!("cargo:rustc-cdylib-link-arg={name}");
    println!("cargo:rerun-if-changed=build.rs");
}
