//! What a reader of the pages needs: links that lead somewhere, rows that can be read, and the field's own words.

use crate::tree::File;

/// Characters of one row of a table; a longer one is split into rows, or the table into sections.
const ROW_MAX: usize = 300;

/// Lines of the first page.
const FIRST_PAGE_MAX: usize = 150;

/// Words that nobody in the field uses, and what to write.
const DIALECT: [(&str, &str); 8] = [
    ("absences", "inputs that are missing together count once"),
    ("told as", "reported as"),
    ("law of points", "the card's points-to-odds scaling"),
    ("case refers", "the application is referred"),
    ("case is referred", "the application is referred"),
    ("a stranger may send", "limits on untrusted input"),
    ("outside the attributes", "missing, special and unseen bins"),
    ("nothing is approved in silence", "which missing inputs refer, and which do not"),
];

/// Returns the pages that people write and read. `kapix-core/README.md` is a link to the first page.
fn pages(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.extension() == "md" && file.path != "kapix-core/README.md")
}

/// Returns the numbered lines of a page that are outside blocks of code.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    text.lines().enumerate().filter_map(move |(at, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        (!is_code && !is_fence).then_some((at + 1, line))
    })
}

/// Returns a finding for each row of a table that is too long to read.
pub(crate) fn long_rows(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for page in pages(files) {
        for (number, line) in prose(&page.text).filter(|(_, line)| line.trim_start().starts_with('|')) {
            let length = line.chars().count();
            if length > ROW_MAX {
                let what = format!("a row of {length} characters; split it, at most {ROW_MAX}");
                findings.push(format!("{}:{number}: {what}", page.path));
            }
        }
    }
    findings
}

/// Returns a finding when the first page is no longer one that is read to its end.
pub(crate) fn long_first_page(files: &[File]) -> Vec<String> {
    let lines = |file: &File| file.text.lines().count();
    files
        .iter()
        .filter(|file| file.path == "README.md" && lines(file) > FIRST_PAGE_MAX)
        .map(|file| {
            format!("README.md:{}: at most {FIRST_PAGE_MAX} lines; move tables to their pages", lines(file))
        })
        .collect()
}

/// Returns a finding for each phrase of [`DIALECT`], over line breaks too.
pub(crate) fn dialect(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for page in pages(files) {
        let words: Vec<(usize, String)> = prose(&page.text)
            .flat_map(|(number, line)| line.split_whitespace().map(move |word| (number, plain(word))))
            .collect();
        for (phrase, instead) in DIALECT {
            let phrase: Vec<&str> = phrase.split(' ').collect();
            for window in words.windows(phrase.len()) {
                let is_phrase = window.iter().zip(&phrase).all(|((_, word), wanted)| word == wanted);
                if let Some((number, _)) = window.first().filter(|_| is_phrase) {
                    let what = format!("`{}`; write: {instead}", phrase.join(" "));
                    findings.push(format!("{}:{number}: {what}", page.path));
                }
            }
        }
    }
    findings
}

/// Returns a word in lower case without the punctuation around it.
fn plain(word: &str) -> String {
    word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase()
}

/// Returns a finding for each relative link to a file, folder or heading that is not there, and for each page that
/// is named in backticks and found neither from the root nor from the page's own folder.
pub(crate) fn broken_links(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for page in pages(files) {
        let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in prose(&page.text) {
            for target in targets(line) {
                if let Some(what) = broken(files, page, folder, target) {
                    findings.push(format!("{}:{number}: `{target}`: {what}", page.path));
                }
            }
            let named = line.split('`').skip(1).step_by(2).filter(|code| is_page_name(code));
            for name in named {
                if !exists(files, name) && !exists(files, &resolved(folder, name)) {
                    let what = "no page has this path; name it from the root";
                    findings.push(format!("{}:{number}: `{name}`: {what}", page.path));
                }
            }
        }
    }
    findings
}

/// Returns the targets of the links of a line that lead into the repository.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://"))
}

fn is_page_name(code: &str) -> bool {
    let is_path = code.chars().all(|letter| letter.is_alphanumeric() || "./_-".contains(letter));
    is_path && code.rsplit_once('.').is_some_and(|(_, extension)| extension == "md")
}

/// Returns what is wrong with a target, or `None`.
fn broken(files: &[File], page: &File, folder: &str, target: &str) -> Option<&'static str> {
    let (path, heading) = target.split_once('#').map_or((target, None), |(path, it)| (path, Some(it)));
    let path = if path.is_empty() { page.path.clone() } else { resolved(folder, path) };
    if !exists(files, &path) {
        return Some("nothing has this path");
    }
    let file = files.iter().find(|file| file.path == path && file.extension() == "md")?;
    let heading = heading?;
    (!headings(&file.text).iter().any(|it| it == heading)).then_some("the page has no such heading")
}

/// Returns whether a text file or a folder of the repository has this path.
fn exists(files: &[File], path: &str) -> bool {
    let path = path.trim_end_matches('/');
    files
        .iter()
        .any(|file| file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Returns a path relative to a folder as one from the root.
fn resolved(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Returns the names by which a page's headings are linked: lower case, a hyphen for each space, no punctuation.
fn headings(text: &str) -> Vec<String> {
    prose(text)
        .filter(|(_, line)| line.starts_with('#'))
        .map(|(_, line)| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
            kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{File, broken_links, dialect, long_first_page, long_rows};

    fn page(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_row_has_a_limit_outside_code() {
        let row = |letters: usize| format!("|{}|", "x".repeat(letters));
        let text = format!("{}\n{}\n```text\n{}\n```\n", row(298), row(299), row(299));
        let found = long_rows(&[page("A.md", &text)]);
        assert!(matches!(found.as_slice(), [one] if one.starts_with("A.md:2:")), "{found:?}");
    }

    #[test]
    fn the_first_page_has_a_limit() {
        let of = |lines: usize| long_first_page(&[page("README.md", &"a\n".repeat(lines))]).len();
        assert_eq!((of(150), of(151)), (0, 1));
    }

    #[test]
    fn a_phrase_is_found_over_a_line_break() {
        let text = "It is Told\n  as, and every case\nrefers. `told`: as\n";
        let found = dialect(&[page("A.md", text), page("a.rs", text)]);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().any(|it| it.starts_with("A.md:2:") && it.contains("case refers")), "{found:?}");
    }

    #[test]
    fn a_link_leads_to_a_file_a_folder_or_a_heading() {
        let text =
            "[a](../B.md) [b](../B.md#one-two) [c](#here) [d](../code) [e](https://x.org/none)\n# Here\n";
        let other = page("B.md", "## One, two\n");
        let code = page("code/a.rs", "");
        assert_eq!(broken_links(&[page("docs/A.md", text), other, code]), Vec::<String>::new());
        let text = "[a](B.md) [b](../B.md#three)\n[c](#gone) `gone.md` `docs/A.md` `A.md`\n";
        let found = broken_links(&[page("docs/A.md", text), page("B.md", "## One\n")]);
        assert_eq!(found.len(), 4, "{found:?}");
    }
}
