//! Code that hides nothing of what it reads.

use super::program::{Aggregate, Program, Step};

impl Program {
    /// Returns whether it has a value wherever all that it reads has one.
    pub(crate) fn is_total(&self) -> bool {
        self.code.iter().all(|step| match step {
            Step::Aggregate { aggregate, condition, .. } => {
                matches!(aggregate, Aggregate::All | Aggregate::Any | Aggregate::Count)
                    && condition.as_ref().is_none_or(|condition| condition.is_total())
            }
            Step::Choose | Step::Part(_) | Step::TextLength | Step::TextTest(_) | Step::ListContains(_) => {
                true
            }
            step => step.joins(),
        })
    }

    /// Returns whether it is total and, where it has no value, has the causes of everything unknown that it reads: what the
    /// values of some operands decide is decided, whatever the others are.
    pub(crate) fn tells_causes(&self) -> bool {
        self.code.iter().all(Step::joins)
    }
}

impl Step {
    const fn joins(&self) -> bool {
        matches!(
            self,
            Self::Constant(_)
                | Self::Load(_)
                | Self::Item
                | Self::Negate
                | Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessOrEqual
                | Self::Greater
                | Self::GreaterOrEqual
                | Self::Copy(_)
                | Self::DropBelow
                | Self::And
                | Self::Or
                | Self::Not
                | Self::Min
                | Self::Max
                | Self::Abs
        )
    }
}
