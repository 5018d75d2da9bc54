//! Budgets of code lines: a binding that grows beyond its own holds what belongs in the core; reading JSON is the work of
//! serde_json.

use crate::tree::File;

/// Code lines that people wrote: a folder, an extension, what is left out, and the most lines.
const BUDGETS: [(&str, &str, &[&str], usize); 6] = [
    // With views of texts, and what lies below a column.
    ("kapix-arrow/src/", "rs", &[], 258),
    // With the whole documents of a record, which the parts of its JSON are joined to.
    ("kapix-ffi/src/", "rs", &[], 310),
    // With columns of truth values, which are no texts, panics of which stderr hears nothing, and long calls without columns.
    ("kapix-node/src/", "rs", &[], 418),
    // With parts and documents of records, and stores. The C of the cgo preamble is a comment to Go and not counted.
    (
        "kapix-ffi/go/",
        "go",
        &[
            "types.go",
            "operations.go",
            "kapix_test.go",
            "policy_test.go",
            "record_test.go",
            "strict_test.go",
            "struct_test.go",
            "vectors_test.go",
            "example_test.go",
            "main.go",
        ],
        1048,
    ),
    // With a run without a record, which tells what a card reads, long calls without columns, which Ctrl-C stops, and answers
    // that come from a store.
    ("kapix-py/src/", "rs", &[], 773),
    // With the seed that reads an application of a policy into its inputs.
    ("kapix-core/src/json/", "rs", &["tests.rs", "tests_hostile.rs", "tests_vectors.rs"], 730),
];

/// Returns a finding for each folder beyond its budget, and for each budget of nothing.
pub(crate) fn exceeded(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for (folder, extension, left_out, most) in BUDGETS {
        let counted = |file: &&File| {
            file.path.starts_with(folder) && file.extension() == extension && !left_out.contains(&file.name())
        };
        let lines: usize = files.iter().filter(counted).map(|file| code_lines(&file.text)).sum();
        if lines == 0 || lines > most {
            findings.push(format!(
                "{folder}:1: {lines} lines of code, the most is {most}; say it shorter, or where it belongs"
            ));
        }
    }
    findings
}

/// Returns the number of lines that hold code: neither blank, nor all comment.
fn code_lines(text: &str) -> usize {
    let mut is_comment = false;
    let is_code = |line: &&str| {
        let opens = !is_comment && line.starts_with("/*");
        let is_code = !is_comment && !opens && !line.is_empty() && !line.starts_with("//");
        is_comment = (is_comment || opens) && !line.contains("*/");
        is_code
    };
    text.lines().map(str::trim).filter(is_code).count()
}

#[cfg(test)]
mod tests {
    use super::{BUDGETS, File, code_lines, exceeded};

    #[test]
    fn blank_lines_and_comments_are_no_code() {
        let text = "//! a\n\n/// b\n#[c]\nfn d() {} // e\n/*\nint f;\n*/\nimport \"C\"\n/* g */\n  // h\n}";
        assert_eq!(code_lines(text), 4);
    }

    #[test]
    fn a_line_too_many_is_a_finding() {
        let at = |path: String, lines| File { path, text: "x\n".repeat(lines) };
        let all = |more: usize| {
            let files = BUDGETS.iter().map(|(folder, extension, _, most)| {
                let tests = at(format!("{folder}kapix_test.go"), 9);
                [at(format!("{folder}a.{extension}"), most + more), tests]
            });
            exceeded(&files.flatten().collect::<Vec<_>>()).len()
        };
        assert_eq!([all(0), all(1), exceeded(&[]).len()], [0, BUDGETS.len(), BUDGETS.len()]);
    }
}
