//! The page before it is written: blocks of lines, and lines of pieces that say whose words they are.

use crate::policy::Outcome;

/// Characters of one text of a document that are shown.
const QUOTE_CHARACTERS_MAX: usize = 400;

/// Bytes of all pieces, about: a page that a browser shows at once.
const BYTES_MAX: usize = 3 << 20;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Span {
    /// Words of the page.
    Words(String),
    /// Words of the document.
    Quote(String),
    /// Names and formulas of the document.
    Code(String),
    /// Words of the page that stand out.
    Strong(String),
    /// An outcome.
    Outcome(Outcome),
    /// A count with its share of all, 0..1.
    Count(u64, Option<f64>),
}

/// A line of text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line(pub(super) Vec<Span>);

/// How a block or a row of a table stands out, beside what it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tone {
    #[default]
    Plain,
    Good,
    Doubtful,
    Bad,
}

/// A part of the page.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    /// A heading of level 2 or 3.
    Heading(u8, Line),
    Text(Line),
    List(Vec<Line>),
    Note(Tone, Line),
    Table(Grid),
    /// What is shown on request where a page can hide it.
    Fold(Line, Vec<Line>),
}

/// A table. The first cell of each row names it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Grid {
    pub(super) caption: Line,
    pub(super) head: Vec<Line>,
    pub(super) rows: Vec<(Tone, Vec<Line>)>,
}

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Page {
    pub(super) title: Line,
    pub(super) blocks: Vec<Block>,
    bytes: usize,
    /// Whether it was said that the page ends early.
    is_closed: bool,
}

/// Returns an empty line.
pub(super) const fn line() -> Line {
    Line(Vec::new())
}

/// Returns a line of words.
pub(super) fn words(text: impl Into<String>) -> Line {
    line().words(text)
}

/// Returns a line that is a name or a formula.
pub(super) fn code(text: &str) -> Line {
    line().code(text)
}

impl Line {
    pub(super) fn words(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Words(text.into()));
        self
    }

    pub(super) fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Strong(text.into()));
        self
    }

    pub(super) fn quote(mut self, text: &str) -> Self {
        self.0.push(Span::Quote(clipped(text)));
        self
    }

    pub(super) fn code(mut self, text: &str) -> Self {
        self.0.push(Span::Code(clipped(text)));
        self
    }

    pub(super) fn outcome(mut self, outcome: Outcome) -> Self {
        self.0.push(Span::Outcome(outcome));
        self
    }

    pub(super) fn count(mut self, count: u64, share: Option<f64>) -> Self {
        self.0.push(Span::Count(count, share));
        self
    }

    pub(super) fn line(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds lines with words between them, and others before the last.
    pub(super) fn joined(mut self, lines: impl IntoIterator<Item = Self>, between: &str, last: &str) -> Self {
        let lines: Vec<Self> = lines.into_iter().collect();
        let count = lines.len();
        for (number, line) in lines.into_iter().enumerate() {
            if number > 0 {
                self = self.words(if number + 1 == count { last } else { between });
            }
            self = self.line(line);
        }
        self
    }

    fn bytes(&self) -> usize {
        let of = |span: &Span| match span {
            Span::Words(text) | Span::Quote(text) | Span::Code(text) | Span::Strong(text) => text.len(),
            Span::Outcome(_) | Span::Count(..) => 0,
        };
        self.0.iter().map(|span| 40 + of(span)).sum()
    }
}

impl Block {
    fn bytes(&self) -> usize {
        let all = |lines: &[Line]| lines.iter().map(|line| 20 + line.bytes()).sum::<usize>();
        match self {
            Self::Heading(_, line) | Self::Text(line) | Self::Note(_, line) => line.bytes(),
            Self::List(lines) => all(lines),
            Self::Fold(line, lines) => line.bytes() + all(lines),
            Self::Table(grid) => {
                grid.caption.bytes()
                    + all(&grid.head)
                    + grid.rows.iter().map(|(_, cells)| all(cells)).sum::<usize>()
            }
        }
    }
}

impl Page {
    pub(super) const fn new(title: Line) -> Self {
        Self { title, blocks: Vec::new(), bytes: 0, is_closed: false }
    }

    /// Adds a block; one that no longer fits is left out, which the page says once.
    pub(super) fn add(&mut self, block: Block) {
        self.bytes = self.bytes.saturating_add(block.bytes());
        if !self.is_full() {
            self.blocks.push(block);
        } else if !self.is_closed {
            self.is_closed = true;
            let text = "The page is full: what follows in the document is not shown here.";
            self.blocks.push(Block::Note(Tone::Doubtful, words(text)));
        }
    }

    pub(super) const fn is_full(&self) -> bool {
        self.bytes > BYTES_MAX
    }

    pub(super) fn heading(&mut self, line: Line) {
        self.add(Block::Heading(2, line));
    }

    pub(super) fn subheading(&mut self, line: Line) {
        self.add(Block::Heading(3, line));
    }

    pub(super) fn text(&mut self, line: Line) {
        self.add(Block::Text(line));
    }

    pub(super) fn list(&mut self, lines: Vec<Line>) {
        if !lines.is_empty() {
            self.add(Block::List(lines));
        }
    }

    pub(super) fn note(&mut self, tone: Tone, line: Line) {
        self.add(Block::Note(tone, line));
    }

    pub(super) fn table(&mut self, grid: Grid) {
        if !grid.rows.is_empty() {
            self.add(Block::Table(grid));
        }
    }
}

/// Returns the first characters of a text, and how many follow.
fn clipped(text: &str) -> String {
    match text.char_indices().nth(QUOTE_CHARACTERS_MAX) {
        None => text.to_owned(),
        Some((at, _)) => {
            let (shown, rest) = text.split_at(at);
            format!("{shown}… ({} characters more)", rest.chars().count())
        }
    }
}

/// Returns a text with every character visible that would move or hide others: controls, line ends, marks of direction, and
/// characters without a width.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => shown.push(' '),
            '\u{200c}' | '\u{200d}' => shown.push(character),
            _ if is_hidden(character) => shown.push_str(&format_code(character)),
            _ => shown.push(character),
        }
    }
    shown
}

fn format_code(character: char) -> String {
    format!("[U+{:04X}]", u32::from(character))
}

/// Controls, marks of direction (Unicode Standard Annex 9), characters without a width, and those for private use or tags.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns whether a text has letters that run from right to left.
pub(super) fn runs_left(text: &str) -> bool {
    text.chars().any(|it| matches!(it, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'))
}
