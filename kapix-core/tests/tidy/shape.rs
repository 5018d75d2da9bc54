//! The shape of sources: their length, what declaring files hold, and where `unsafe` stands.

use crate::rust::tokens;
use crate::tree::File;

/// Lines of a file that a person reads in one sitting.
const LINES_MAX: usize = 500;

/// Sources that a program writes; each must exist.
const GENERATED: &[&str] = &[
    "kapix-ffi/go/operations.go",
    "kapix-ffi/go/types.go",
    "kapix-node/lib/types.d.ts",
    "kapix-py/python/kapix/_operations.py",
    "kapix-py/python/kapix/_types.py",
];

/// Folders and files that may hold `unsafe`: the C ABI, the Arrow C Data Interface, the handlers of
/// forks, a counting allocator of tests.
const UNSAFE: [&str; 5] = [
    "benches/tests/allocations.rs",
    "kapix-arrow/",
    "kapix-ffi/",
    "kapix-py/src/arrow.rs",
    "kapix-py/src/fork.rs",
];

/// Returns a finding for each source that is too long.
pub(crate) fn long_files(files: &[File]) -> Vec<String> {
    let long = files.iter().filter(|file| file.is_source() && !GENERATED.contains(&file.path.as_str()));
    long.filter_map(|file| {
        let lines = file.text.lines().count();
        let advice = "split it by what its parts are for";
        (lines > LINES_MAX).then(|| {
            format!("{}:{}: {lines} lines, the most is {LINES_MAX}; {advice}", file.path, LINES_MAX + 1)
        })
    })
    .chain(GENERATED.iter().filter(|path| files.iter().all(|file| file.path != **path)).map(|path| {
        format!("{path}:1: listed as generated in tests/tidy/shape.rs but absent; generate it or unlist it")
    }))
    .collect()
}

/// Returns a finding for each function in a `lib.rs` or `mod.rs`.
pub(crate) fn computing_declarations(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| ["lib.rs", "mod.rs"].contains(&file.name())) {
        let code = tokens(&file.text);
        for pair in code.windows(2) {
            if let [keyword, name] = pair
                && keyword.text == "fn"
                && name.is_word()
            {
                let what = format!("`fn {}`: this file declares; move the function to a module", name.text);
                findings.push(format!("{}:{}: {what}", file.path, keyword.line));
            }
        }
    }
    findings
}

/// Returns a finding for each `unsafe` outside its folders, and for each block without its proof above it.
pub(crate) fn unsafe_code(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.extension() == "rs") {
        let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
        let code = tokens(&file.text);
        let is_allowed = UNSAFE.iter().any(|place| file.path.starts_with(place));
        for (at, token) in code.iter().enumerate().filter(|(_, token)| token.text == "unsafe") {
            let next = code.get(at + 1).map(|next| next.text).unwrap_or_default();
            let what = if !is_allowed {
                "unsafe code belongs in kapix-arrow/, kapix-ffi/ or kapix-py/src/arrow.rs only; write this without it"
            } else if ["{", "impl"].contains(&next) && !is_proved(&lines, token.line) {
                "write `// SAFETY:` and why it holds on the lines just above"
            } else {
                continue;
            };
            findings.push(format!("{}:{}: {what}", file.path, token.line));
        }
    }
    findings
}

/// Returns a finding unless the core forbids unsafe code.
pub(crate) fn core_that_allows_unsafe(files: &[File]) -> Vec<String> {
    let lib = "kapix-core/src/lib.rs";
    let forbids = |file: &File| file.path == lib && file.text.contains("#![forbid(unsafe_code)]");
    if files.iter().any(forbids) {
        return Vec::new();
    }
    vec![format!("{lib}:1: add `#![forbid(unsafe_code)]`")]
}

/// Returns true if the comment that ends on `line` (counted from 1), or just above it, says SAFETY.
fn is_proved(lines: &[&str], line: usize) -> bool {
    let is_proof = |text: &str| text.contains("// SAFETY:");
    let above = lines.iter().take(line - 1).rev();
    let mut remarks = above.take_while(|text| text.starts_with("//") || text.starts_with("#["));
    lines.get(line - 1).is_some_and(|text| is_proof(text)) || remarks.any(|text| is_proof(text))
}

#[cfg(test)]
mod tests {
    use super::{File, GENERATED, computing_declarations, core_that_allows_unsafe, long_files, unsafe_code};

    fn file(path: &str, text: &str) -> [File; 1] {
        [File { path: path.to_owned(), text: text.to_owned() }]
    }

    #[test]
    fn five_hundred_lines_are_the_most() {
        // The generated sources are absent here, which is a finding each.
        let long =
            |path: &str, lines: usize| long_files(&file(path, &"x\n".repeat(lines))).len() - GENERATED.len();
        assert_eq!([long("a.py", 500), long("a.py", 501), long("a.csv", 501)], [0, 1, 0]);
    }

    #[test]
    fn a_declaring_file_may_name_a_function_type_but_define_none() {
        let text = "//! fn a() {}\ntype F = fn(u8);\npub use x::y;\npub const fn f() {}";
        assert_eq!(computing_declarations(&file("a/mod.rs", text)).len(), 1);
        assert_eq!(computing_declarations(&file("a/model.rs", text)).len(), 0);
    }

    #[test]
    fn an_unsafe_block_needs_its_place_and_its_proof() {
        let proved =
            "fn f() {\n    // SAFETY: the caller keeps it alive,\n    // see above.\n    unsafe { g() }\n}";
        assert_eq!(unsafe_code(&file("kapix-ffi/src/a.rs", proved)).len(), 0);
        assert_eq!(unsafe_code(&file("kapix-core/src/a.rs", proved)).len(), 1);
        let bare = "#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn f() {\n\n    unsafe { g() }\n}";
        assert_eq!(unsafe_code(&file("kapix-py/src/arrow.rs", bare)).len(), 1);
        assert_eq!(unsafe_code(&file("kapix-ffi/src/a.rs", "unsafe impl Send for X {}")).len(), 1);
        assert_eq!(unsafe_code(&file("a.rs", "#![forbid(unsafe_code)] // unsafe {")).len(), 0);
    }

    #[test]
    fn the_core_must_forbid_unsafe_code() {
        assert_eq!(core_that_allows_unsafe(&file("kapix-core/src/lib.rs", "//! x")).len(), 1);
    }
}
