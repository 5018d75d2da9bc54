//! Documents and lists that must agree with the code: rustdoc's pages, the lock file, the change log.

use crate::tree::File;

/// Crates that open connections, or carry those that do. Kapix is linked: it calls nobody.
const CLIENTS: [&str; 24] = [
    "async-std",
    "attohttpc",
    "awc",
    "curl",
    "curl-sys",
    "h2",
    "h3",
    "hyper",
    "isahc",
    "mio",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "surf",
    "tokio",
    "tonic",
    "tungstenite",
    "ureq",
];

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

/// Returns a finding for each network client in a lock file.
pub(crate) fn network_clients(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.name() == "Cargo.lock") {
        for (at, line) in file.text.lines().enumerate() {
            let name = line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"'));
            if let Some(name) = name.filter(|name| CLIENTS.contains(name)) {
                let what = format!("`{name}` is a network client; `cargo tree -i {name}` shows who needs it");
                findings.push(format!("{}:{}: {what}", file.path, at + 1));
            }
        }
    }
    findings
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
    use super::{File, documents_outside_rustdoc, network_clients, version_without_changes};

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
    fn a_client_is_found_by_its_whole_name() {
        let lock =
            "[[package]]\nname = \"hyper\"\n[[package]]\nname = \"hyperbolic\"\ndependencies = [\n \"mio\",";
        assert_eq!(network_clients(&[file("Cargo.lock", lock)]).len(), 1);
    }

    #[test]
    fn a_version_needs_its_entry() {
        let log = [file("CHANGELOG.md", "# Changes\n## [0.1.0] - unreleased\n")];
        assert_eq!(version_without_changes(&log, "0.1.0").len(), 0);
        assert_eq!(version_without_changes(&log, "0.1.1").len(), 1);
    }
}
