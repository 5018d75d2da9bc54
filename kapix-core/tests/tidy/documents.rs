//! Documents and lists that must agree with the code: rustdoc's pages and the change log.

use crate::tree::File;

/// Returns a finding for each document of the core that rustdoc does not compile.
pub(crate) fn documents_outside_rustdoc(files: &[File]) -> Vec<String> {
    let module = "kapix-core/src/docs.rs";
    let text =
        files.iter().find(|file| file.path == module).map(|file| file.text.as_str()).unwrap_or_default();
    files
        .iter()
        .filter_map(|file| file.path.strip_prefix("kapix-core/docs/").filter(|_| file.extension() == "md"))
        .map(|name| format!("#![doc = include_str!(\"../docs/{name}\")]"))
        .filter(|include| !text.contains(include))
        .map(|include| format!("{module}:1: a document is outside rustdoc; add a module with `{include}`"))
        .collect()
}

/// Returns a finding unless the change log has a heading for `version`.
pub(crate) fn version_without_changes(files: &[File], version: &str) -> Vec<String> {
    let log = "CHANGELOG.md";
    let heading = format!("## [{version}]");
    let has_entry =
        |file: &File| file.path == log && file.text.lines().any(|line| line.starts_with(&heading));
    if files.iter().any(has_entry) {
        return Vec::new();
    }
    vec![format!("{log}:1: add `{heading}` and what a user of that version must do")]
}

#[cfg(test)]
mod tests {
    use super::{File, documents_outside_rustdoc, version_without_changes};

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_document_needs_a_module() {
        let included = "#![doc = include_str!(\"../docs/A.md\")]";
        let files = [
            file("kapix-core/docs/A.md", ""),
            file("kapix-core/docs/B.md", ""),
            file("kapix-core/src/docs.rs", included),
        ];
        let found = documents_outside_rustdoc(&files);
        assert!(matches!(found.as_slice(), [one] if one.contains("docs/B.md")), "{found:?}");
    }

    #[test]
    fn a_version_needs_its_entry() {
        let log = [file("CHANGELOG.md", "# Changes\n## [0.1.0] - unreleased\n")];
        assert_eq!(version_without_changes(&log, "0.1.0").len(), 0);
        assert_eq!(version_without_changes(&log, "0.1.1").len(), 1);
    }
}
