//! The page as Markdown (CommonMark with the tables of GitHub's dialect). Every text is escaped, so that none of a document
//! becomes a mark, a link, an element or a cell of its own.

use super::page::{Block, Grid, Line, Page, Span, runs_left, visible};
use super::words::counted;

/// Returns the page as Markdown.
pub(super) fn write(page: &Page) -> String {
    let mut out = format!("# {}\n", inline(&page.title, false));
    for block in &page.blocks {
        out.push('\n');
        match block {
            Block::Heading(level, line) => {
                out.push_str(if *level == 2 { "## " } else { "### " });
                out.push_str(&inline(line, false));
                out.push('\n');
            }
            Block::Text(line) => text(&mut out, "", line),
            Block::Note(_, line) => text(&mut out, "> ", line),
            Block::List(lines) => lines.iter().for_each(|line| text(&mut out, "- ", line)),
            Block::Table(grid) => table(&mut out, grid),
            Block::Fold(line, lines) => {
                text(&mut out, "", line);
                out.push('\n');
                for line in lines {
                    text(&mut out, "- ", line);
                }
            }
        }
    }
    out
}

fn text(out: &mut String, before: &str, line: &Line) {
    out.push_str(before);
    out.push_str(&at_start(&inline(line, false)));
    out.push('\n');
}

fn table(out: &mut String, grid: &Grid) {
    text(out, "", &grid.caption);
    out.push('\n');
    row(out, &grid.head);
    out.push('|');
    grid.head.iter().for_each(|_| out.push_str(" --- |"));
    out.push('\n');
    grid.rows.iter().for_each(|(_, cells)| row(out, cells));
}

fn row(out: &mut String, cells: &[Line]) {
    out.push('|');
    for cell in cells {
        out.push(' ');
        out.push_str(&inline(cell, true));
        out.push_str(" |");
    }
    out.push('\n');
}

/// Returns a line; within a row of a table a bar ends the cell, in a span of code too.
fn inline(line: &Line, is_cell: bool) -> String {
    let mut out = String::new();
    for span in &line.0 {
        match span {
            Span::Quote(text) if runs_left(text) => {
                // First strong isolate and its end: the text keeps its direction, the line around it its own.
                out.push('\u{2068}');
                out.push_str(&escaped(text));
                out.push('\u{2069}');
            }
            Span::Words(text) | Span::Quote(text) => out.push_str(&escaped(text)),
            Span::Code(text) => out.push_str(&code(text, is_cell)),
            Span::Strong(text) => {
                out.push_str("**");
                out.push_str(&escaped(text));
                out.push_str("**");
            }
            Span::Outcome(outcome) => {
                out.push_str("**");
                out.push_str(outcome.as_str());
                out.push_str("**");
            }
            Span::Count(count, share) => out.push_str(&counted(*count, *share)),
        }
    }
    out
}

/// Returns a text in which no character is a mark.
fn escaped(text: &str) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '$' | '!' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    // No address becomes a link.
    out.replace("://", "&#58;//").replace("www.", "www&#46;")
}

/// Returns a name or a formula as a span of code; one that holds a bar in a table cannot be one.
fn code(text: &str, is_cell: bool) -> String {
    let text = visible(text);
    if text.trim().is_empty() || is_cell && text.contains('|') {
        return escaped(&text);
    }
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let is_padded = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if is_padded { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Returns a line whose beginning is no mark of a list, a heading or a rule.
fn at_start(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = digits > 0 && line.get(digits..).is_some_and(|rest| rest.starts_with(['.', ')']));
    if is_number {
        let (number, rest) = line.split_at(digits);
        return format!("{number}\\{rest}");
    }
    if line.starts_with(['-', '+', '=', ':']) {
        return format!("\\{line}");
    }
    line.to_owned()
}
