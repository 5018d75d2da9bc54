//! Tokens as a tree: one pass, by the binding of operators, with a limit on height and on nodes.

use super::functions;
use super::hints;
use super::lexer::{self, Token};
use super::literal::Literal;
use super::syntax::{Node, NodeKind, Operator, Span, UnaryTest};
use crate::error::{Cause, Error, Result};
use crate::time::Date;

/// Nodes on the longest way down. It bounds the depth of every recursion over a tree.
const HEIGHT_MAX: usize = 256;

/// Open parentheses, brackets and conditions around one place of a text.
const NESTED_MAX: usize = 64;

/// Nodes of a tree.
const NODES_MAX: usize = 10_000;

/// Words of FEEL that this subset leaves out, and what to do instead.
const LEFT_OUT: [(&str, &str); 9] = [
    ("null", "a missing input is handled by its `on_missing`"),
    ("for", "lists have `sum`, `count`, `min`, `max`, `mean`, `all` and `any`"),
    ("return", "lists have `sum`, `count`, `min`, `max`, `mean`, `all` and `any`"),
    ("some", "write `count(list[condition]) > 0`"),
    ("every", "write `count(list[not(condition)]) = 0`"),
    ("satisfies", "write `count(list[condition]) > 0`"),
    ("function", "functions cannot be defined"),
    ("external", "functions cannot be defined"),
    ("instance", "types are known when the policy is loaded"),
];

const WORDS: [&str; 10] = ["if", "then", "else", "and", "or", "between", "in", "true", "false", "item"];

/// Returns the tree of an expression.
pub(super) fn expression(text: &str) -> Result<Node> {
    let mut parser = Parser::new(text)?;
    let node = parser.expression(0).and_then(|node| parser.end().map(|()| node));
    node.map_err(|error| hints::of_expression(text, error))
}

/// Returns the tests of a cell, and whether `not(...)` stands around them; `None` for `-`, which every value passes.
pub(super) fn cell(text: &str) -> Result<Option<(Vec<UnaryTest>, bool)>> {
    let cell = tests_of(text).map_err(|error| hints::of_cell(text, error))?;
    cell.iter().try_for_each(|(tests, _)| hints::refuse_sums(text, tests))?;
    Ok(cell)
}

/// Returns the tests of a cell as [`cell`] does, without looking for what else was meant.
pub(super) fn tests_of(text: &str) -> Result<Option<(Vec<UnaryTest>, bool)>> {
    let mut parser = Parser::new(text)?;
    if parser.peek() == &Token::Sign("-") && parser.second() == &Token::End {
        return Ok(None);
    }
    let negated = parser.peek() == &Token::Word("not".to_owned()) && parser.second() == &Token::Sign("(");
    let tests = if negated {
        parser.take();
        parser.take();
        let tests = parser.tests()?;
        parser.sign(")")?;
        tests
    } else {
        parser.tests()?
    };
    parser.end()?;
    Ok(Some((tests, negated)))
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<(Token, Span)>,
    at: usize,
    nested: usize,
    nodes: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Result<Self> {
        Ok(Self { text, tokens: lexer::tokens(text)?, at: 0, nested: 0, nodes: 0 })
    }

    fn ahead(&self, by: usize) -> &Token {
        self.tokens.get(self.at + by).map_or(&Token::End, |(token, _)| token)
    }

    fn peek(&self) -> &Token {
        self.ahead(0)
    }

    fn second(&self) -> &Token {
        self.ahead(1)
    }

    fn span(&self) -> Span {
        let end = Span { start: self.text.len(), end: self.text.len() };
        self.tokens.get(self.at).map_or(end, |(_, span)| *span)
    }

    fn take(&mut self) -> (Token, Span) {
        let taken = (self.peek().clone(), self.span());
        self.at += 1;
        taken
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(it) if *it == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(it) if it == word)
    }

    fn wrong(&self, message: &str) -> Error {
        lexer::wrong(self.text, self.span().start, message)
    }

    fn sign(&mut self, sign: &str) -> Result<Span> {
        if self.is_sign(sign) { Ok(self.take().1) } else { Err(self.wrong(&format!("expected `{sign}`"))) }
    }

    fn word(&mut self, word: &str) -> Result<Span> {
        if self.is_word(word) { Ok(self.take().1) } else { Err(self.wrong(&format!("expected `{word}`"))) }
    }

    fn end(&self) -> Result<()> {
        if self.peek() == &Token::End { Ok(()) } else { Err(self.wrong("expected an operator or the end")) }
    }

    /// Returns a node above others.
    fn node(&mut self, kind: NodeKind, span: Span, below: usize) -> Result<Node> {
        self.nodes += 1;
        let height = below + 1;
        if self.nodes > NODES_MAX || height > HEIGHT_MAX {
            let message = format!(
                "an expression must have at most `{NODES_MAX}` parts and `{HEIGHT_MAX}` of them one above the other, {}",
                lexer::place(self.text, span.start)
            );
            return Err(Error::new(Cause::LimitExceeded, message));
        }
        Ok(Node { kind, span, height })
    }

    /// Reads what `read` reads one level deeper.
    fn nest<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.nested += 1;
        if self.nested > NESTED_MAX {
            let message = format!(
                "an expression must be nested at most `{NESTED_MAX}` deep, {}",
                lexer::place(self.text, self.span().start)
            );
            return Err(Error::new(Cause::LimitExceeded, message));
        }
        let value = read(self)?;
        self.nested -= 1;
        Ok(value)
    }

    fn operator(&self) -> Option<Operator> {
        Some(match self.peek() {
            Token::Word(word) if word == "or" => Operator::Or,
            Token::Word(word) if word == "and" => Operator::And,
            Token::Sign("=") => Operator::Equal,
            Token::Sign("!=") => Operator::NotEqual,
            Token::Sign("<") => Operator::Less,
            Token::Sign("<=") => Operator::LessOrEqual,
            Token::Sign(">") => Operator::Greater,
            Token::Sign(">=") => Operator::GreaterOrEqual,
            Token::Sign("+") => Operator::Add,
            Token::Sign("-") => Operator::Subtract,
            Token::Sign("*") => Operator::Multiply,
            Token::Sign("/") => Operator::Divide,
            Token::Sign("**") => Operator::Power,
            _ => return None,
        })
    }

    /// Reads operators that bind at least so tightly, from the left.
    fn expression(&mut self, binding: u8) -> Result<Node> {
        let comparison = Operator::Equal.binding();
        let is_closed = self.is_sign("(");
        let mut left = self.operand()?;
        let mut last = None;
        loop {
            if binding <= comparison && (self.is_word("between") || self.is_word("in")) {
                if last == Some(comparison) {
                    return Err(self.wrong("comparisons cannot follow each other: put parentheses"));
                }
                left = self.within(left)?;
                last = Some(comparison);
                continue;
            }
            let Some(operator) = self.operator() else { break };
            let own = operator.binding();
            if own < binding {
                break;
            }
            if last == Some(own) && (own == comparison || operator == Operator::Power) {
                return Err(self.wrong("comparisons and powers cannot follow each other: put parentheses"));
            }
            if operator == Operator::Power && !is_closed && matches!(left.kind, NodeKind::Negative(_)) {
                return Err(self.wrong("a power of a negative: put parentheses"));
            }
            self.take();
            let right = self.expression(own + 1)?;
            left = self.joined(left, (operator, right), last == Some(own))?;
            last = Some(own);
        }
        Ok(left)
    }

    /// Returns two operands as one node; `continues` says that the left one is a chain of operators that bind alike.
    fn joined(&mut self, left: Node, (operator, right): (Operator, Node), continues: bool) -> Result<Node> {
        let (span, height) = (left.span.to(right.span), left.height);
        let kind = match left.kind {
            NodeKind::Chain(first, mut links) if continues => {
                let below = right.height.max(height - 1);
                links.push((operator, right));
                return self.node(NodeKind::Chain(first, links), span, below);
            }
            kind => Node { kind, ..left },
        };
        let (left, height) = (Box::new(kind), height.max(right.height));
        let kind = if matches!(operator.binding(), 3 | 6) {
            NodeKind::Binary(operator, left, Box::new(right))
        } else {
            NodeKind::Chain(left, vec![(operator, right)])
        };
        self.node(kind, span, height)
    }

    /// Reads `between LOW and HIGH` or `in TESTS` behind a value.
    fn within(&mut self, value: Node) -> Result<Node> {
        if self.take().0 == Token::Word("between".to_owned()) {
            let low = self.expression(Operator::Add.binding())?;
            self.word("and")?;
            let high = self.expression(Operator::Add.binding())?;
            let height = value.height.max(low.height).max(high.height);
            let span = value.span.to(high.span);
            return self.node(NodeKind::Between(Box::new([value, low, high])), span, height);
        }
        let tests = if self.is_sign("(") && !self.is_range() {
            self.take();
            let tests = self.nest(Self::tests)?;
            self.sign(")")?;
            tests
        } else {
            vec![self.test()?]
        };
        let height = tests.iter().flat_map(UnaryTest::nodes).map(|it| it.height).max().unwrap_or(0);
        let span = Span { start: value.span.start, end: self.span().start };
        let below = value.height.max(height);
        self.node(NodeKind::In(Box::new(value), tests), span, below)
    }

    fn tests(&mut self) -> Result<Vec<UnaryTest>> {
        let mut tests = vec![self.test()?];
        while self.is_sign(",") {
            self.comma()?;
            tests.push(self.test()?);
        }
        Ok(tests)
    }

    /// Takes a comma between the tests of a cell; one between two digits is refused, since it may be meant as part of a number.
    fn comma(&mut self) -> Result<()> {
        let at = self.span().start;
        let is_digit = |at: Option<usize>| {
            at.and_then(|at| self.text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit)
        };
        if is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) {
            let message = "a comma stands between two digits: write `5000` for a number, and a blank after the comma between \
                           two values, `5, 0`";
            return Err(self.wrong(message));
        }
        self.take();
        Ok(())
    }

    fn test(&mut self) -> Result<UnaryTest> {
        let closed = match self.peek() {
            Token::Sign("[") => true,
            Token::Sign("(") if self.is_range() => false,
            _ => {
                return match self.operator() {
                    Some(
                        operator @ (Operator::Less
                        | Operator::LessOrEqual
                        | Operator::Greater
                        | Operator::GreaterOrEqual),
                    ) => {
                        self.take();
                        Ok(UnaryTest::Compare(operator, self.expression(Operator::Add.binding())?))
                    }
                    _ => Ok(UnaryTest::Equal(self.expression(Operator::Add.binding())?)),
                };
            }
        };
        self.take();
        let low = self.nest(|it| it.expression(Operator::Add.binding()))?;
        self.sign("..")?;
        let high = self.nest(|it| it.expression(Operator::Add.binding()))?;
        let high_closed = match self.peek() {
            Token::Sign("]") => true,
            Token::Sign(")") => false,
            _ => return Err(self.wrong("a range must end with `]` or `)`")),
        };
        self.take();
        Ok(UnaryTest::Range { low, low_closed: closed, high, high_closed })
    }

    /// Returns whether an open parenthesis begins a range: two dots stand right within it.
    fn is_range(&self) -> bool {
        let mut depth = 0_usize;
        for (token, _) in self.tokens.get(self.at..).unwrap_or_default() {
            match token {
                Token::Sign("(" | "[") => depth += 1,
                Token::Sign(")" | "]") if depth <= 1 => return false,
                Token::Sign(")" | "]") => depth -= 1,
                Token::Sign("..") if depth == 1 => return true,
                Token::Sign(",") if depth == 1 => return false,
                _ => {}
            }
        }
        false
    }

    fn operand(&mut self) -> Result<Node> {
        if self.is_sign("-") {
            let start = self.take().1;
            let node = self.nest(Self::operand)?;
            let (span, height) = (start.to(node.span), node.height);
            return self.node(NodeKind::Negative(Box::new(node)), span, height);
        }
        let mut node = self.primary()?;
        loop {
            if self.is_sign("[") {
                self.take();
                let condition = self.nest(|it| it.expression(0))?;
                let span = node.span.to(self.sign("]")?);
                let height = node.height.max(condition.height);
                node = self.node(NodeKind::Filter(Box::new(node), Box::new(condition)), span, height)?;
            } else if self.is_sign(".") {
                self.take();
                let (Token::Word(part), end) = self.take() else {
                    self.at -= 1;
                    return Err(self.wrong("expected the name of a part behind the dot"));
                };
                let (span, height) = (node.span.to(end), node.height);
                node = self.node(NodeKind::Part(Box::new(node), part), span, height)?;
            } else {
                return Ok(node);
            }
        }
    }

    fn primary(&mut self) -> Result<Node> {
        let (token, span) = self.take();
        let literal = match token {
            Token::Number(value) => Literal::Number(value),
            Token::Text(text) => Literal::Text(text),
            Token::Sign("@") => return self.temporal_at(span),
            Token::Sign("(") => {
                let node = self.nest(|it| it.expression(0))?;
                let end = self.sign(")")?;
                return Ok(Node { span: span.to(end), ..node });
            }
            Token::Word(word) => return self.named(&word, span),
            Token::Sign(_) | Token::End => {
                self.at -= 1;
                return Err(self.wrong("expected a value"));
            }
        };
        self.node(NodeKind::Literal(literal), span, 0)
    }

    fn named(&mut self, word: &str, span: Span) -> Result<Node> {
        if let Some((_, instead)) = LEFT_OUT.iter().find(|(it, _)| *it == word) {
            let message = format!("`{word}` is not in the language: {instead}");
            return Err(lexer::wrong(self.text, span.start, &message));
        }
        match word {
            "true" | "false" => {
                return self.node(NodeKind::Literal(Literal::Boolean(word == "true")), span, 0);
            }
            "if" => return self.nest(|it| it.condition(span)),
            _ => {}
        }
        if let Some((name, words)) = self.function(word) {
            self.at += words - 1;
            return self.nest(|it| it.call(name, span));
        }
        if WORDS.contains(&word) && word != "item" {
            return Err(lexer::wrong(self.text, span.start, &format!("`{word}` is a word of the language")));
        }
        let (mut name, mut end) = (word.to_owned(), span);
        // `a.b` is one name; whether its last word is a part of a date is seen when names are known.
        while let (true, Token::Word(next)) = (self.is_sign("."), self.second().clone()) {
            self.take();
            end = self.take().1;
            name = format!("{name}.{next}");
        }
        self.node(NodeKind::Name(name), span.to(end), 0)
    }

    /// Returns the function that the words from the one just taken name, when a parenthesis follows them.
    fn function(&self, first: &str) -> Option<(String, usize)> {
        let mut name = first.to_owned();
        for words in 1..=functions::WORDS_MAX {
            match self.ahead(words - 1) {
                Token::Sign("(") if words == 1 || functions::named(&name).is_some() => {
                    return Some((name, words));
                }
                Token::Word(next) => name = format!("{name} {next}"),
                _ => return None,
            }
        }
        None
    }

    fn condition(&mut self, start: Span) -> Result<Node> {
        let test = self.expression(0)?;
        self.word("then")?;
        let yes = self.expression(0)?;
        self.word("else")?;
        let no = self.expression(0)?;
        let height = test.height.max(yes.height).max(no.height);
        let span = start.to(no.span);
        self.node(NodeKind::If(Box::new([test, yes, no])), span, height)
    }

    fn call(&mut self, name: String, start: Span) -> Result<Node> {
        self.sign("(")?;
        if let ("date" | "duration", Token::Text(text)) = (name.as_str(), self.peek().clone()) {
            let at = self.take().1;
            let span = start.to(self.sign(")")?);
            return self.temporal(&text, at, span);
        }
        let mut arguments = Vec::new();
        if !self.is_sign(")") {
            arguments.push(self.expression(0)?);
            while self.is_sign(",") {
                self.take();
                arguments.push(self.expression(0)?);
            }
        }
        let span = start.to(self.sign(")")?);
        let height = arguments.iter().map(|it| it.height).max().unwrap_or(0);
        self.node(NodeKind::Call(name, arguments), span, height)
    }

    fn temporal_at(&mut self, start: Span) -> Result<Node> {
        let Token::Text(text) = self.peek().clone() else {
            return Err(self.wrong("expected a text behind `@`"));
        };
        let at = self.take().1;
        self.temporal(&text, at, start.to(at))
    }

    /// Reads a date or a span of days, months or years.
    fn temporal(&mut self, text: &str, at: Span, span: Span) -> Result<Node> {
        let literal = Date::parse(text).ok().map(Literal::Date).or_else(|| duration(text));
        let Some(literal) = literal else {
            let message = "expected a date like `2026-01-31`, or a span like `P30D`, `P6M` or `P1Y6M`";
            return Err(lexer::wrong(self.text, at.start, message));
        };
        self.node(NodeKind::Literal(literal), span, 0)
    }
}

/// Returns a span of days, or of years and months, in the form of ISO 8601: at most six digits of each.
fn duration(text: &str) -> Option<Literal> {
    let (sign, rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let mut rest = rest.strip_prefix('P')?;
    let mut months = None;
    for (mark, each) in [('Y', 12.0), ('M', 1.0), ('D', 0.0)] {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if let (1..=6, Some(behind)) = (digits, rest.get(digits..).and_then(|it| it.strip_prefix(mark))) {
            let number: f64 = rest.get(..digits)?.parse().ok()?;
            if mark == 'D' {
                return (months.is_none() && behind.is_empty()).then_some(Literal::Days(sign * number));
            }
            *months.get_or_insert(0.0) += number * each;
            rest = behind;
        }
    }
    if rest.is_empty() { months.map(|it| Literal::Months(sign * it)) } else { None }
}

impl UnaryTest {
    /// Returns the parts of a test.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node> {
        let (first, second) = match self {
            Self::Equal(node) | Self::Compare(_, node) => (node, None),
            Self::Range { low, high, .. } => (low, Some(high)),
        };
        core::iter::once(first).chain(second)
    }
}
