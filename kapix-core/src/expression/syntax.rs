//! The tree of a text, before its types are known.

use super::literal::Literal;

/// Where a part of a text stands, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    /// Returns the span of both and of what lies between.
    pub(super) const fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

/// A part of an expression.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) span: Span,
    /// Nodes on the longest way down, this one included.
    pub(super) height: usize,
}

#[derive(Debug)]
pub(super) enum NodeKind {
    Literal(Literal),
    /// Names with dots between them.
    Name(String),
    /// `value.days`, a part of a date or a span.
    Part(Box<Node>, String),
    Negative(Box<Node>),
    /// A comparison or a power.
    Binary(Operator, Box<Node>, Box<Node>),
    /// Operators that bind alike, from the left: however long it is, it is one part above its own.
    Chain(Box<Node>, Vec<(Operator, Node)>),
    /// `value between low and high`.
    Between(Box<[Node; 3]>),
    /// `value in tests`.
    In(Box<Node>, Vec<UnaryTest>),
    If(Box<[Node; 3]>),
    Call(String, Vec<Node>),
    /// `list[condition on item]`.
    Filter(Box<Node>, Box<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// One test of a cell, or of the right side of `in`.
#[derive(Debug)]
pub(super) enum UnaryTest {
    /// The value is equal.
    Equal(Node),
    /// The value is on this side.
    Compare(Operator, Node),
    /// The value lies within the ends, which belong to it or not.
    Range { low: Node, low_closed: bool, high: Node, high_closed: bool },
}

impl Operator {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "**",
        }
    }

    /// Returns how tightly it binds; a higher one binds first.
    pub(super) const fn binding(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => 3,
            Self::Add | Self::Subtract => 4,
            Self::Multiply | Self::Divide => 5,
            Self::Power => 6,
        }
    }
}

impl Node {
    /// Returns whether a part is `item`, the value that a condition or a cell is asked of.
    pub(super) fn reads_item(&self) -> bool {
        let any = |nodes: &[Node]| nodes.iter().any(Self::reads_item);
        match &self.kind {
            NodeKind::Name(name) => name == "item" || name.starts_with("item."),
            NodeKind::Literal(_) => false,
            NodeKind::Part(node, _) | NodeKind::Negative(node) => node.reads_item(),
            NodeKind::Binary(_, left, right) | NodeKind::Filter(left, right) => {
                left.reads_item() || right.reads_item()
            }
            NodeKind::Chain(first, links) => {
                first.reads_item() || links.iter().any(|(_, node)| node.reads_item())
            }
            NodeKind::Between(parts) | NodeKind::If(parts) => any(&**parts),
            NodeKind::Call(_, arguments) => any(arguments),
            NodeKind::In(value, tests) => {
                value.reads_item() || tests.iter().flat_map(UnaryTest::nodes).any(Self::reads_item)
            }
        }
    }
}
