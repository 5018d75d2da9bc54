//! Eighty columns of text; colour only on a terminal.

use std::io::IsTerminal;

/// Width of a line.
const WIDTH: usize = 80;

/// What is printed on.
pub(crate) struct Paper {
    colour: bool,
}

/// How a piece of text looks.
#[derive(Clone, Copy)]
pub(crate) enum Ink {
    Plain,
    Strong,
    Faint,
    Good,
    Doubtful,
    Bad,
}

impl Paper {
    /// Paper of the standard output: with colour on a terminal, unless `NO_COLOR` is set.
    pub(crate) fn of_terminal() -> Self {
        Self { colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() }
    }

    /// Returns the text in an ink.
    pub(crate) fn ink(&self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Plain => return text.to_owned(),
            Ink::Strong => "1",
            Ink::Faint => "2",
            Ink::Good => "32",
            Ink::Doubtful => "33",
            Ink::Bad => "31",
        };
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Prints a rule with a title.
    pub(crate) fn rule(&self, title: &str) {
        let line = "-".repeat(WIDTH.saturating_sub(title.chars().count() + 4));
        println!("\n-- {} {line}", self.ink(Ink::Strong, title));
    }

    /// Prints text in lines of the paper's width, each after an indent.
    pub(crate) fn text(&self, indent: usize, ink: Ink, text: &str) {
        self.hanging(&" ".repeat(indent), ink, text);
    }

    /// Prints a head, then text beside it in lines of the paper's width.
    pub(crate) fn hanging(&self, head: &str, ink: Ink, text: &str) {
        let indent = head.chars().count();
        let mut head = head.to_owned();
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > WIDTH {
                println!("{head}{}", self.ink(ink, &line));
                head = " ".repeat(indent);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        println!("{head}{}", self.ink(ink, &line));
    }
}
