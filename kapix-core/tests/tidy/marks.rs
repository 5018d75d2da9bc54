//! Words that may not stand in the tree: postponed work, skipped tests, and the traces of one machine.
//! The words are written in two halves, so that this file does not find itself.

use crate::tree::File;

/// Where a word counts as a mark.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Anywhere,
    /// In a comment and outside quotes: three of this letter are also the ISO 4217 code of no currency.
    Comment,
    /// In files with one of these extensions.
    Files(&'static [&'static str]),
}

const JAVASCRIPT: Place = Place::Files(&["mjs", "js", "ts"]);
const PYTHON: Place = Place::Files(&["py"]);
const RUST: Place = Place::Files(&["rs"]);

const POSTPONED: [(&str, Place); 17] = [
    (concat!("TO", "DO"), Place::Anywhere),
    (concat!("FIX", "ME"), Place::Anywhere),
    (concat!("XX", "X"), Place::Comment),
    (concat!("unimple", "mented!"), RUST),
    (concat!("to", "do!"), RUST),
    (concat!("#[ig", "nore"), RUST),
    (concat!("mark.", "skip"), PYTHON),
    (concat!("mark.", "xfail"), PYTHON),
    (concat!("pytest.", "skip"), PYTHON),
    (concat!("pytest.", "xfail"), PYTHON),
    (concat!("import", "orskip"), PYTHON),
    (concat!("unittest.", "skip"), PYTHON),
    (concat!("test.", "skip"), JAVASCRIPT),
    (concat!("it.", "skip"), JAVASCRIPT),
    (concat!("describe.", "skip"), JAVASCRIPT),
    (concat!("t.", "Skip"), Place::Files(&["go"])),
    (concat!("@Dis", "abled"), Place::Files(&["java"])),
];

const FOLDERS: [&str; 5] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
    concat!(":\\Us", "ers\\"),
];

/// Hosts of the registries of Rust, Python, Node, Go and Java packages.
const REGISTRIES: [&str; 12] = [
    concat!("crates", ".io"),
    concat!("py", "pi.org"),
    concat!("python", "hosted.org"),
    concat!("npm", "js.org"),
    concat!("npm", "js.com"),
    concat!("yarn", "pkg.com"),
    concat!("proxy.go", "lang.org"),
    concat!("sum.go", "lang.org"),
    concat!("go", "proxy."),
    concat!("maven", ".org"),
    concat!("maven.apache", ".org"),
    concat!("sona", "type.org"),
];

/// Returns a finding for each mark of postponed work or of a skipped test in a source.
pub(crate) fn postponed(files: &[File]) -> Vec<String> {
    let sources = files.iter().filter(|file| file.is_source());
    by_line(sources, |file, line| {
        let (mark, _) = POSTPONED.iter().find(|(mark, place)| has_mark(file, line, mark, *place))?;
        Some(format!("`{mark}`; do the work now, or leave the code out until it can be done"))
    })
}

/// Returns a finding for each absolute path into the folders of one machine.
pub(crate) fn machine_paths(files: &[File]) -> Vec<String> {
    by_line(files.iter(), |_, line| {
        let folder = FOLDERS.iter().find(|folder| {
            let starts = line.match_indices(*folder);
            starts
                .map(|(at, _)| line.get(..at))
                .any(|before| !before.unwrap_or_default().ends_with(is_in_a_path))
        })?;
        Some(format!("`{folder}` exists on one machine; use a path from the root of the repository"))
    })
}

/// Returns a finding for each host of a package registry; the clients know theirs. Cargo itself writes the
/// source of each package into `Cargo.lock`.
pub(crate) fn registry_hosts(files: &[File]) -> Vec<String> {
    by_line(files.iter(), |file, line| {
        let is_cargos = file.name() == "Cargo.lock" && line.starts_with("source = ");
        let host = REGISTRIES.iter().find(|host| line.contains(*host)).filter(|_| !is_cargos)?;
        Some(format!("`{host}` is the host of a registry; name the package and let its client find it"))
    })
}

fn by_line<'a>(
    files: impl Iterator<Item = &'a File>,
    find: impl Fn(&File, &str) -> Option<String>,
) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files {
        for (at, line) in file.text.lines().enumerate() {
            findings.extend(find(file, line).map(|what| format!("{}:{}: {what}", file.path, at + 1)));
        }
    }
    findings
}

fn has_mark(file: &File, line: &str, mark: &str, place: Place) -> bool {
    if let Place::Files(extensions) = place
        && !extensions.contains(&file.extension())
    {
        return false;
    }
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(mark).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        let after = rest.get(mark.len()..).unwrap_or_default();
        let is_word = !before.ends_with(is_letter) && !after.starts_with(|c| c == '_' || is_upper(c));
        let in_comment =
            ["//", "#", "*"].iter().any(|sign| before.contains(sign)) && !before.ends_with(is_quote);
        is_word && (place != Place::Comment || in_comment)
    })
}

fn is_upper(letter: char) -> bool {
    letter.is_uppercase() || letter.is_ascii_digit()
}

fn is_quote(letter: char) -> bool {
    "\"'`".contains(letter)
}

/// Returns true for a letter before `/`: the path then goes on from somewhere else, such as a host or a variable.
fn is_in_a_path(letter: char) -> bool {
    letter.is_alphanumeric() || "._-~})*".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::{File, machine_paths, postponed, registry_hosts};

    fn file(path: &str, lines: &[&str]) -> [File; 1] {
        [File { path: path.to_owned(), text: lines.join("\n") }]
    }

    #[test]
    fn every_mark_of_postponed_work_is_found_once() {
        let rust = file(
            "a.rs",
            &[
                concat!("// TO", "DO: later"),
                concat!("let x = to", "do!();"),
                concat!("#[ig", "nore = \"slow\"]"),
                concat!("/// XX", "X: wrong"),
                concat!("let iso = (\"XX", "X\", 0); // the code `XX", "X`"),
                concat!("const AUTO", "DOC: u8 = 0; rows.skip(1)"),
            ],
        );
        assert_eq!(postponed(&rust).len(), 4, "{:?}", postponed(&rust));
        let python =
            file("a.py", &[concat!("@pytest.mark.", "skipif(x)"), concat!("pytest.import", "orskip('x')")]);
        assert_eq!(postponed(&python).len(), 2);
        assert_eq!(postponed(&file("a.md", &[concat!("TO", "DO")])).len(), 0);
    }

    #[test]
    fn a_path_of_a_machine_is_told_from_a_path_of_the_project() {
        let lines = [
            concat!("open('/ho", "me/ann/x')"),
            concat!("/ro", "ot/x"),
            concat!("https://host.example/ho", "me/x and target/wo", "rk/x and ${dir}/wo", "rk/"),
        ];
        let found = machine_paths(&file("a.py", &lines));
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn a_registry_is_found_except_where_cargo_writes_it() {
        let line = concat!("source = \"registry+https://x/crates", ".io-index\"");
        assert_eq!(registry_hosts(&file("a/Cargo.lock", &[line])).len(), 0);
        assert_eq!(registry_hosts(&file("a/package-lock.json", &[line])).len(), 1);
    }
}
