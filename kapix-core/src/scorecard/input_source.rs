//! Where the inputs of a card come from, by their names.

use crate::cashflow::FeatureId;
use crate::domain::SourceKey;
use strum::{IntoStaticStr, VariantArray};

/// Where the engine finds the input of a characteristic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputSource {
    /// A feature of the cash flow.
    Cashflow(FeatureId),
    /// What the credit is for.
    Context(ContextInput),
    /// A value of a flat source.
    Flat(SourceKey, String),
    /// An input that the caller computes; it comes by `features` or by column.
    Host,
}

/// An input that the context of a request gives, read as `context.NAME`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ContextInput {
    /// Currency of the loan.
    Currency,
    /// Amount of the loan in minor units.
    LoanAmount,
    /// Purpose of the loan.
    LoanPurpose,
    /// Amount of the loan / mean monthly income, `income_mean_monthly_minor`.
    LoanToIncome,
    /// Days until the loan is due.
    TenureDays,
}

impl ContextInput {
    /// Every input of the context, in the order of its name.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the name, for example `loan_amount`.
    ///
    /// ```
    /// assert_eq!(kapix_core::scorecard::ContextInput::TenureDays.as_str(), "tenure_days");
    /// ```
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl InputSource {
    /// Returns where the input of this name comes from.
    pub(crate) fn of(feature: &str) -> Self {
        if let Some(id) = FeatureId::of(feature) {
            return Self::Cashflow(id);
        }
        if let Some(name) = feature.strip_prefix("context.") {
            let found = ContextInput::ALL.iter().find(|it| it.as_str() == name);
            return found.map_or(Self::Host, |it| Self::Context(*it));
        }
        let flat = [SourceKey::Application, SourceKey::Bureau, SourceKey::InternalLoans];
        match feature.split_once('.') {
            Some((source, name)) => flat
                .into_iter()
                .find(|key| key.as_str() == source)
                .map_or(Self::Host, |key| Self::Flat(key, name.to_owned())),
            None => Self::Host,
        }
    }
    /// Returns whether the input is worked out of transactions.
    pub(crate) fn needs_rows(&self) -> bool {
        matches!(self, Self::Cashflow(_) | Self::Context(ContextInput::LoanToIncome))
    }

    /// Returns the name of the input in a flat source, if it is one of this source.
    pub(crate) fn name_in(&self, key: SourceKey) -> Option<&str> {
        match self {
            Self::Flat(own, name) if *own == key => Some(name),
            _ => None,
        }
    }
}
