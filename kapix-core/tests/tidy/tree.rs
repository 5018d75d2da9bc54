//! The files of the repository: those that git tracks, or in a source tarball all but what tools leave behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One text file: its path from the root of the repository with `/`, and its content.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Returns the part after the last dot of the name, empty when there is none.
    pub(crate) fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|extension| extension.to_str()).unwrap_or_default()
    }

    /// Returns the name without its folders.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Returns true for code that people write: the extensions that the house rules are about.
    pub(crate) fn is_source(&self) -> bool {
        const SOURCES: [&str; 11] = ["rs", "py", "mjs", "js", "ts", "go", "c", "h", "cpp", "java", "sh"];
        SOURCES.contains(&self.extension())
    }
}

/// Returns every text file of the repository, ordered by path.
pub(crate) fn files() -> Vec<File> {
    let root = root();
    let mut paths = tracked(&root).unwrap_or_else(|| walked(&root));
    paths.sort();
    paths.into_iter().filter_map(|path| Some(File { text: text(&root.join(&path))?, path })).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns `None` for what is no text, and for a tracked file that the working tree has deleted.
fn text(path: &Path) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    if bytes.contains(&0) { None } else { String::from_utf8(bytes).ok() }
}

/// Returns `None` without git, and where the tree is not itself a repository.
fn tracked(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git").arg("-C").arg(root).args(["ls-files", "-z"]).output().ok()?;
    let listing = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> = listing.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    let is_ours = output.status.success() && paths.iter().any(|path| path == "Cargo.toml");
    is_ours.then_some(paths)
}

fn walked(root: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder)).into_iter().flatten().flatten();
        for entry in entries {
            let path = format!("{folder}{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(kind) if kind.is_file() || kind.is_symlink() => paths.push(path),
                Ok(kind) if kind.is_dir() && !is_left_behind(&entry.path()) => folders.push(path + "/"),
                _ => {}
            }
        }
    }
    paths
}

/// Returns true for folders that tools make: cargo's, Python's, npm's and git's own.
fn is_left_behind(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_made = ["node_modules", "__pycache__", "target", "dist", "results"].contains(&name);
    let is_hidden = name.starts_with('.') && name != ".ci";
    is_made || is_hidden || folder.join("CACHEDIR.TAG").exists() || folder.join("pyvenv.cfg").exists()
}

#[test]
fn the_walk_of_a_tarball_finds_the_sources_that_git_lists() {
    let Some(tracked) = tracked(&root()) else { return };
    let walked = walked(&root());
    let missed: Vec<_> =
        tracked.iter().filter(|path| root().join(path).exists() && !walked.contains(path)).collect();
    assert!(missed.is_empty(), "tree.rs leaves out tracked files when git is absent: {missed:?}");
}
