//! The layers of the core: every `crate::` path points down. The picture is in `docs/ARCHITECTURE.md`.

use crate::rust::{Token, tokens};
use crate::tree::File;

/// Modules from the ground up. A module sees itself and the rows above it; modules of one row see nothing of
/// each other, except in the last row.
const ROWS: [&[&str]; 20] = [
    &["error"],
    &["codes"],
    &["limits"],
    &["numeric"],
    &["json"],
    &["canonical"],
    &["json_value"],
    &["yaml"],
    &["string_types"],
    &["money"],
    &["time"],
    &["id"],
    &["caught"],
    &["parallel"],
    &["fork"],
    &["domain"],
    &["cashflow", "statement", "expression", "fitting", "sample"],
    &["scorecard", "payability", "fraud", "risk", "audit", "webhook"],
    &["policy", "profile"],
    &["engine", "store", "view", "artefact"],
];

/// Files of `src` that declare: the crate page, and the documents that rustdoc compiles.
const DECLARING: [&str; 2] = ["lib.rs", "docs.rs"];

/// Returns a finding for each path of the core that points up or sideways, and for each module without a row.
pub(crate) fn findings(files: &[File]) -> Vec<String> {
    let sources: Vec<(&str, &File)> = files
        .iter()
        .filter_map(|file| Some((file.path.strip_prefix("kapix-core/src/")?, file)))
        .filter(|(path, file)| file.extension() == "rs" && !DECLARING.contains(path))
        .collect();
    let page = files.iter().find(|file| file.path == "kapix-core/src/lib.rs");
    let exports = page.map(|file| re_exports(&file.text)).unwrap_or_default();
    let test_only: Vec<String> =
        sources.iter().flat_map(|(path, file)| Source::read(path, &file.text).test_files).collect();
    let is_test = |path: &str| test_only.iter().any(|test| path == test || is_inside(path, test));
    sources
        .iter()
        .filter(|(path, _)| !is_test(path))
        .flat_map(|(path, file)| of_file(&file.path, path, &file.text, &exports))
        .collect()
}

/// Returns true if `path` lies in the folder of the module file `module`.
fn is_inside(path: &str, module: &str) -> bool {
    let folder = module.strip_suffix("mod.rs").or_else(|| module.strip_suffix(".rs")).unwrap_or(module);
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

/// Returns name and module of what the crate page lifts to the root: `crate::Error` is `crate::error::Error`.
fn re_exports(text: &str) -> Vec<(String, String)> {
    let code = tokens(text);
    let mut paths = Vec::new();
    let mut rest = code.as_slice();
    while let [token, after @ ..] = rest {
        rest = if token.text == "use" { use_tree(after, &[], &mut paths) } else { after };
    }
    let ends = paths.iter().filter_map(|path| Some((path.last()?, path.first()?)));
    ends.map(|(name, module)| (name.text.to_owned(), module.text.to_owned())).collect()
}

fn of_file(shown: &str, path: &str, text: &str, exports: &[(String, String)]) -> Vec<String> {
    let module = path.split(['/', '.']).next().unwrap_or_default();
    let Some(row) = row(module) else {
        return vec![format!("{shown}:1: module `{module}` has no row in tests/tidy/arrows.rs; give it one")];
    };
    let say = |line: usize, what: String| format!("{shown}:{line}: {what}");
    Source::read(path, text)
        .targets
        .into_iter()
        .map(|(line, target)| {
            let home = exports.iter().find(|(name, _)| *name == target).map(|(_, module)| module.clone());
            (line, home.unwrap_or(target))
        })
        .filter(|(_, target)| target != module)
        .filter_map(|(line, target)| match self::row(&target) {
            None => Some(say(
                line,
                format!("`crate::{target}` is no module with a row; write the path through its module"),
            )),
            Some(below) if below < row || (below == row && row == ROWS.len() - 1) => None,
            Some(below) => {
                let direction = if below == row { "sideways" } else { "up" };
                Some(say(
                    line,
                    format!("`{module}` points {direction} to `{target}`; move what both need down"),
                ))
            }
        })
        .collect()
}

fn row(module: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&module))
}

/// What one file of the core names outside its tests.
#[derive(Default)]
struct Source {
    /// Line and first segment of each path from the root of the crate; empty for the root itself.
    targets: Vec<(usize, String)>,
    /// Files of modules that only tests compile.
    test_files: Vec<String>,
}

impl Source {
    /// Reads a file; `path` counts from `src`.
    fn read(path: &str, text: &str) -> Self {
        let depth = path.trim_end_matches("/mod.rs").split('/').count();
        let home = path.strip_suffix("mod.rs").map_or_else(|| path.replace(".rs", "/"), str::to_owned);
        let mut source = Self::default();
        let code = tokens(text);
        let mut rest = code.as_slice();
        // Number of braces open, and how many were open where each inline module began.
        let mut braces = 0_usize;
        let mut inline: Vec<usize> = Vec::new();
        let mut previous = "";
        while let [token, after @ ..] = rest {
            rest = after;
            match token.text {
                "#" if is_test_attribute(after) => {
                    let (skipped, module) = test_item(after);
                    rest = skipped;
                    if let Some(module) = module {
                        source.test_files.push(format!("{home}{module}.rs"));
                        source.test_files.push(format!("{home}{module}/mod.rs"));
                    }
                }
                "mod" if after.get(1).is_some_and(|sign| sign.text == "{") => inline.push(braces),
                "{" => braces += 1,
                "}" => {
                    braces = braces.saturating_sub(1);
                    inline.pop_if(|began| *began == braces);
                }
                "use" if after.first().is_some_and(|sign| sign.text != "<") => {
                    let mut paths = Vec::new();
                    rest = use_tree(after, &[], &mut paths);
                    let roots = paths.iter().filter_map(|path| from_root(path, depth + inline.len()));
                    source.targets.extend(roots);
                }
                "crate" | "super" | "self" if previous != "::" => {
                    let path = plain_path(*token, after);
                    let root = from_root(&path, depth + inline.len());
                    source.targets.extend(root.filter(|(_, target)| !target.is_empty()));
                }
                _ => {}
            }
            previous = token.text;
        }
        source
    }
}

/// Returns line and first segment below the root of the crate, or `None` for a path that stays in its module.
fn from_root(path: &[Token], depth: usize) -> Option<(usize, String)> {
    let climbs = path.iter().take_while(|token| ["self", "super"].contains(&token.text)).count();
    let ups = path.iter().take(climbs).filter(|token| token.text == "super").count();
    let is_absolute = path.first().is_some_and(|token| token.text == "crate");
    if !is_absolute && ups < depth {
        return None;
    }
    let target = path.get(climbs.max(1));
    let line = target.or_else(|| path.first())?.line;
    Some((line, target.map(|token| token.text.to_owned()).unwrap_or_default()))
}

/// Returns the path that starts with `first` and goes on in `rest`.
fn plain_path<'a>(first: Token<'a>, mut rest: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut path = vec![first];
    while let [colons, segment, after @ ..] = rest
        && colons.text == "::"
        && segment.is_word()
    {
        path.push(*segment);
        rest = after;
    }
    path
}

/// Adds every full path of a `use` tree to `paths` and returns the tokens after the tree.
fn use_tree<'t, 'a>(
    mut rest: &'t [Token<'a>],
    prefix: &[Token<'a>],
    paths: &mut Vec<Vec<Token<'a>>>,
) -> &'t [Token<'a>] {
    let mut path = prefix.to_vec();
    while let [token, after @ ..] = rest {
        match token.text {
            "," | ";" | "}" => break,
            "{" => {
                rest = after;
                while let [token, after @ ..] = rest
                    && token.text != "}"
                {
                    rest = if token.text == "," { after } else { use_tree(rest, &path, paths) };
                    if rest.first().is_some_and(|token| token.text == ";") {
                        break;
                    }
                }
                return rest.get(1..).unwrap_or_default();
            }
            "as" => {
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            "::" => {}
            _ => path.push(*token),
        }
        rest = after;
    }
    paths.push(path);
    rest
}

/// Returns true if `rest`, after its `#`, is `[cfg(test)]` or `[cfg(all(test, ...))]`.
fn is_test_attribute(rest: &[Token]) -> bool {
    let starts = |words: &[&str]| {
        rest.len() >= words.len() && rest.iter().zip(words).all(|(token, word)| token.text == *word)
    };
    starts(&["[", "cfg", "(", "test", ")"]) || starts(&["[", "cfg", "(", "all", "(", "test"])
}

/// Skips the item under a test attribute; returns the rest, and the name if the item is a module in a file.
fn test_item<'t, 'a>(mut rest: &'t [Token<'a>]) -> (&'t [Token<'a>], Option<&'a str>) {
    let mut depth = 0_usize;
    let mut module = None;
    while let [token, after @ ..] = rest {
        rest = after;
        match token.text {
            "mod" if depth == 0 => module = after.first().map(|name| name.text),
            "(" | "[" | "{" => depth += 1,
            "}" if depth == 1 => return (rest, None),
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            ";" if depth == 0 => return (rest, module),
            _ => {}
        }
    }
    (rest, None)
}

#[cfg(test)]
mod tests {
    use super::{File, findings};

    const NONE: [usize; 0] = [];

    fn lines_found(path: &str, text: &str) -> Vec<usize> {
        let path = format!("kapix-core/src/{path}");
        let found = findings(&[File { path: path.clone(), text: text.to_owned() }]);
        let line = |finding: &String| finding.strip_prefix(&path)?.split(':').nth(1)?.parse().ok();
        found.iter().filter_map(line).collect()
    }

    #[test]
    fn a_path_may_point_down_or_to_its_own_module() {
        let text = "use crate::{error::{Error, Result}, domain::Ledger, policy::rule};\n\
                    pub(crate) fn f() { crate::numeric::exp(1.0); super::g(); }";
        assert_eq!(lines_found("policy/run.rs", text), NONE);
        assert_eq!(lines_found("engine/desk.rs", "use crate::store::Store;"), NONE);
    }

    #[test]
    fn a_path_up_is_found_however_it_is_written() {
        let text = "use crate::money::Money;\nuse crate::{\n  error::Error,\n  engine::{Desk},\n};\n\
                    fn f() -> crate::time::Date { super::id::new() }\nuse super::{super::x, audit::Leaf};\n\
                    mod inner { use super::super::risk::Var; use super::g; }\n";
        assert_eq!(lines_found("limits.rs", text), [1, 4, 6, 6, 7, 7, 8]);
    }

    #[test]
    fn siblings_and_the_root_are_found() {
        let text = "use crate::fraud::Event;\nuse crate as root;\nuse crate::*;\nuse crate::Money;\n\
                    macro_rules! m { () => { $crate::policy::run() } }";
        assert_eq!(lines_found("risk/mod.rs", text), [1, 2, 3, 4, 5]);
        assert_eq!(lines_found("helpers.rs", ""), [1]);
    }

    #[test]
    fn a_name_of_the_root_counts_as_its_module() {
        let file =
            |path: &str, text: &str| File { path: format!("kapix-core/src/{path}"), text: text.into() };
        let page = "//! x\nmod error;\npub use error::{Error, Result};\npub use engine::desk::Desk;";
        let tree = [file("lib.rs", page), file("risk/mod.rs", "use crate::{Desk, Error};")];
        let found = findings(&tree);
        assert!(matches!(found.as_slice(), [one] if one.contains("`engine`")), "{found:?}");
    }

    #[test]
    fn what_only_tests_compile_may_look_anywhere() {
        let text = "#[cfg(test)]\nuse crate::engine::{Desk, x};\n#[cfg(all(test, feature = \"y\"))]\n\
                    #[rustfmt::skip]\nfn f() -> [u8; 4] { crate::policy::f() }\n\
                    #[cfg(test)]\nmod tests { use crate::view::f; }\n\
                    #[cfg(any(test, feature = \"y\"))]\nuse crate::view::g;";
        assert_eq!(lines_found("risk/var.rs", text), [9]);
        let file =
            |path: &str, text: &str| File { path: format!("kapix-core/src/{path}"), text: text.into() };
        let tree = [
            file("risk/mod.rs", "#[cfg(test)]\nmod tests;\nmod testset;"),
            file("risk/tests.rs", "use crate::engine::Desk; mod deep;"),
            file("risk/tests/deep.rs", "use crate::engine::Desk;"),
            file("risk/testset.rs", "use crate::engine::Desk;"),
        ];
        let found = findings(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
