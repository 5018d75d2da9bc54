//! The page as one HTML document that needs nothing beside itself: no script, no image, no address. It may be opened from a
//! disk or sent by mail, and a policy of its own forbids whatever a text might try.

use super::page::{Block, Grid, Line, Page, Span, Tone, visible};
use super::words::counted;
use core::fmt::Write;

const STYLE: &str = include_str!("page.css");

/// Sections above which the page begins with a list of them.
const CONTENTS_MIN: usize = 3;

/// Returns the page as HTML.
pub(super) fn write(page: &Page) -> String {
    let mut out = Html(String::with_capacity(STYLE.len() + 16_384));
    out.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    out.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    out.plain(&page.title);
    out.raw("</title>\n<style>\n");
    out.raw(STYLE);
    out.raw("</style>\n</head>\n<body>\n<main>\n<h1>");
    out.line(&page.title);
    out.raw("</h1>\n");
    out.contents(page);
    let mut section = 0;
    for block in &page.blocks {
        if matches!(block, Block::Heading(2, _)) {
            section += 1;
        }
        out.block(block, section);
    }
    out.raw("</main>\n</body>\n</html>\n");
    out.0
}

struct Html(String);

impl Html {
    /// Writes marks of the page.
    fn raw(&mut self, marks: &str) {
        self.0.push_str(marks);
    }

    /// Writes a text, in which no character is a mark.
    fn text(&mut self, text: &str) {
        for character in visible(text).chars() {
            match character {
                '&' => self.raw("&amp;"),
                '<' => self.raw("&lt;"),
                '>' => self.raw("&gt;"),
                '"' => self.raw("&quot;"),
                '\'' => self.raw("&#39;"),
                _ => self.0.push(character),
            }
        }
    }

    /// Writes the words of a line alone.
    fn plain(&mut self, line: &Line) {
        for span in &line.0 {
            match span {
                Span::Words(text) | Span::Quote(text) | Span::Code(text) | Span::Strong(text) => {
                    self.text(text);
                }
                Span::Outcome(outcome) => self.raw(outcome.as_str()),
                Span::Count(count, share) => self.text(&counted(*count, *share)),
            }
        }
    }

    fn line(&mut self, line: &Line) {
        for span in &line.0 {
            match span {
                Span::Words(text) => self.text(text),
                Span::Quote(text) => self.within("bdi", text),
                Span::Code(text) if text.trim().is_empty() => {}
                Span::Code(text) => self.within("code", text),
                Span::Strong(text) => self.within("strong", text),
                Span::Outcome(outcome) => {
                    let name = outcome.as_str();
                    let _ = write!(self.0, "<strong class=\"outcome {name}\">{name}</strong>");
                }
                Span::Count(count, share) => {
                    self.raw("<span class=\"count\">");
                    self.text(&counted(*count, *share));
                    self.raw("</span>");
                    if let Some(share) = share {
                        let width = (share * 100.0).clamp(0.0, 100.0);
                        let _ = write!(
                            self.0,
                            "<span class=\"bar\" aria-hidden=\"true\"><span style=\"width:{width:.1}%\"></span></span>"
                        );
                    }
                }
            }
        }
    }

    fn within(&mut self, element: &str, text: &str) {
        let _ = write!(self.0, "<{element}>");
        self.text(text);
        let _ = write!(self.0, "</{element}>");
    }

    /// Writes a line as an element.
    fn element(&mut self, opening: &str, line: &Line, closing: &str) {
        self.raw(opening);
        self.line(line);
        self.raw(closing);
    }

    fn contents(&mut self, page: &Page) {
        let sections = page.blocks.iter().filter_map(|block| match block {
            Block::Heading(2, line) => Some(line),
            _ => None,
        });
        let sections: Vec<&Line> = sections.collect();
        if sections.len() < CONTENTS_MIN {
            return;
        }
        self.raw("<nav aria-label=\"Contents\">\n<ul>\n");
        for (number, line) in sections.iter().enumerate() {
            let _ = write!(self.0, "<li><a href=\"#s{}\">", number + 1);
            self.plain(line);
            self.raw("</a></li>\n");
        }
        self.raw("</ul>\n</nav>\n");
    }

    fn block(&mut self, block: &Block, section: usize) {
        match block {
            Block::Heading(2, line) => {
                let _ = write!(self.0, "<h2 id=\"s{section}\">");
                self.element("", line, "</h2>\n");
            }
            Block::Heading(_, line) => self.element("<h3>", line, "</h3>\n"),
            Block::Text(line) => self.element("<p>", line, "</p>\n"),
            Block::Note(tone, line) => {
                let _ = write!(self.0, "<p class=\"note {}\">", class(*tone));
                self.element("", line, "</p>\n");
            }
            Block::List(lines) => self.list(lines),
            Block::Fold(line, lines) => {
                self.element("<details>\n<summary>", line, "</summary>\n");
                self.list(lines);
                self.raw("</details>\n");
            }
            Block::Table(grid) => self.table(grid),
        }
    }

    fn list(&mut self, lines: &[Line]) {
        self.raw("<ul>\n");
        for line in lines {
            self.element("<li>", line, "</li>\n");
        }
        self.raw("</ul>\n");
    }

    fn table(&mut self, grid: &Grid) {
        // What is wide scrolls within itself, by the keyboard too.
        self.raw("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"");
        self.plain(&grid.caption);
        self.raw("\">\n<table>\n");
        self.element("<caption>", &grid.caption, "</caption>\n<thead>\n<tr>");
        grid.head.iter().for_each(|cell| self.element("<th scope=\"col\">", cell, "</th>"));
        self.raw("</tr>\n</thead>\n<tbody>\n");
        for (tone, cells) in &grid.rows {
            let _ = write!(self.0, "<tr class=\"{}\">", class(*tone));
            for (number, cell) in cells.iter().enumerate() {
                if number == 0 {
                    self.element("<th scope=\"row\">", cell, "</th>");
                } else {
                    self.element("<td>", cell, "</td>");
                }
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody>\n</table>\n</div>\n");
    }
}

const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Doubtful => "doubtful",
        Tone::Bad => "bad",
    }
}
