//! The features of one applicant.

use super::definition::{Definition, NullReason};
use super::facts::Facts;
use super::selection::{RowRanges, Selection};
use super::table::DEFINITIONS;
use crate::domain::Ledger;

/// Place of a feature in [`DEFINITIONS`]; an artefact resolves its names to ids once, when it is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeatureId(u16);

impl FeatureId {
    /// Returns the id of the feature with this name, or `None` if there is none.
    ///
    /// ```
    /// use kapix_core::cashflow::FeatureId;
    ///
    /// assert_eq!(FeatureId::of("history_days").map(|id| id.definition().name), Some("history_days"));
    /// assert_eq!(FeatureId::of("history_weeks"), None);
    /// ```
    pub fn of(name: &str) -> Option<Self> {
        let place = DEFINITIONS.binary_search_by(|definition| definition.name.cmp(name)).ok()?;
        u16::try_from(place).ok().map(Self)
    }

    /// Returns every id, in the order of the names.
    ///
    /// ```
    /// use kapix_core::cashflow::{DEFINITIONS, FeatureId};
    ///
    /// assert!(FeatureId::all().map(|id| id.definition().name).eq(DEFINITIONS.iter().map(|it| it.name)));
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).take(DEFINITIONS.len()).map(Self)
    }

    /// Returns what the feature is.
    ///
    /// ```
    /// use kapix_core::cashflow::{FeatureId, Unit};
    ///
    /// let id = FeatureId::of("income_minor_90d").ok_or("a feature of the table")?;
    /// assert_eq!((id.definition().unit, id.definition().window_days), (Unit::Minor, Some(90)));
    /// # Ok::<(), &str>(())
    /// ```
    #[expect(
        clippy::indexing_slicing,
        reason = "an id is made from a place in the table and from nothing else"
    )]
    pub fn definition(self) -> &'static Definition {
        &DEFINITIONS[usize::from(self.0)]
    }
}

/// Returns what the feature with this name is, or `None` if no feature has it.
///
/// ```
/// use kapix_core::cashflow::definition;
///
/// let days = definition("days_since_last_income").ok_or("a feature of the table")?;
/// assert_eq!(days.formula, "days from the latest income to the last day");
/// assert!(definition("income").is_none());
/// # Ok::<(), &str>(())
/// ```
pub fn definition(name: &str) -> Option<&'static Definition> {
    FeatureId::of(name).map(FeatureId::definition)
}

/// One feature: its value, or why it has none.
#[derive(Clone, Copy, Debug)]
pub struct Feature {
    /// What the feature is.
    pub definition: &'static Definition,
    /// Value in the definition's unit; finite.
    pub value: Option<f64>,
    /// Why there is no value; `None` exactly when there is one.
    pub null_reason: Option<NullReason>,
    /// The transactions behind it.
    pub selection: Selection,
}

/// The features of one applicant, and the ledger that they come from.
#[derive(Debug)]
pub struct Features<'a> {
    ledger: &'a Ledger,
    facts: Facts,
}

/// Returns the features of all accounts of an applicant. Takes one pass over the rows of the last 180 days and
/// of the last 12 complete months; lists no rows.
///
/// ```
/// use kapix_core::{Limits, cashflow::{FeatureId, Selection, features}, ledger::{Data, Ledger}, time::Instant};
///
/// let data: Data = serde_json::from_str(
///     r#"{"bank": {"retrieved_at": "2026-03-31T09:00:00Z", "accounts": [{
///         "account_id": "a-1", "kind": "current", "currency": "KES", "opening_balance_minor": 50000,
///         "period": {"from": "2025-12-01", "to": "2026-03-31"},
///         "transactions": [
///             {"at": "2026-02-25", "amount_minor": 90000, "counterparty": "Employer"},
///             {"at": "2026-03-02", "amount_minor": -30000}
///         ]
///     }]}}"#,
/// )?;
/// let ledger = Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z")?, &Limits::default())?;
/// let features = features(&ledger);
///
/// assert_eq!(features.get("income_minor_90d").and_then(|feature| feature.value), Some(90_000.0));
/// let runway = FeatureId::of("balance_outflow_days").ok_or("a feature of the table")?;
/// assert_eq!(features.value(runway), Some(330.0)); // 110,000 / (30,000 / 90)
/// assert_eq!(features.rows(Selection::Debits90)[0].rows, [(1, 1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn features(ledger: &Ledger) -> Features<'_> {
    Features { ledger, facts: Facts::of(ledger) }
}

impl Features<'_> {
    /// Returns the value of a feature in its unit, or `None` when it is null.
    ///
    /// ```
    /// use kapix_core::{Limits, cashflow::{FeatureId, features}, ledger::{Data, Ledger}, time::Instant};
    ///
    /// # let data: Data = serde_json::from_str(
    /// #     r#"{"bank": {"retrieved_at": "2026-03-31T09:00:00Z", "accounts": [{
    /// #         "account_id": "a-1", "kind": "current", "currency": "KES",
    /// #         "period": {"from": "2025-12-01", "to": "2026-03-31"},
    /// #         "transactions": [
    /// #             {"at": "2026-02-25", "amount_minor": 90000, "counterparty": "Employer"},
    /// #             {"at": "2026-03-02", "amount_minor": -30000}
    /// #         ]
    /// #     }]}}"#,
    /// # )?;
    /// // A salary of 900.00 on 25 February, 300.00 spent on 2 March, no balances.
    /// let ledger = Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z")?, &Limits::default())?;
    /// let features = features(&ledger);
    /// let [spent, balance] = ["outflow_minor_90d", "balance_last_minor"].map(FeatureId::of);
    /// assert_eq!(spent.and_then(|id| features.value(id)), Some(30_000.0));
    /// assert_eq!(balance.and_then(|id| features.value(id)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn value(&self, id: FeatureId) -> Option<f64> {
        (id.definition().value)(&self.facts).ok()
    }

    /// Returns a feature with its value, or with the reason that it has none.
    ///
    /// ```
    /// use kapix_core::{Limits, cashflow::{FeatureId, NullReason, features}, ledger::{Data, Ledger}, time::Instant};
    ///
    /// # let data: Data = serde_json::from_str(
    /// #     r#"{"bank": {"retrieved_at": "2026-03-31T09:00:00Z", "accounts": [{
    /// #         "account_id": "a-1", "kind": "current", "currency": "KES",
    /// #         "period": {"from": "2025-12-01", "to": "2026-03-31"},
    /// #         "transactions": [
    /// #             {"at": "2026-02-25", "amount_minor": 90000, "counterparty": "Employer"},
    /// #             {"at": "2026-03-02", "amount_minor": -30000}
    /// #         ]
    /// #     }]}}"#,
    /// # )?;
    /// // A salary of 900.00 on 25 February, 300.00 spent on 2 March, no balances.
    /// let ledger = Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z")?, &Limits::default())?;
    /// let id = FeatureId::of("balance_last_minor").ok_or("a feature of the table")?;
    /// let balance = features(&ledger).feature(id);
    /// assert_eq!((balance.value, balance.null_reason), (None, Some(NullReason::NoBalances)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn feature(&self, id: FeatureId) -> Feature {
        let definition = id.definition();
        let value = (definition.value)(&self.facts);
        let selection = definition.selection;
        Feature { definition, value: value.ok(), null_reason: value.err(), selection }
    }

    /// Returns the feature with this name, or `None` if no feature has it.
    ///
    /// ```
    /// use kapix_core::{Limits, cashflow::features, ledger::{Data, Ledger}, time::Instant};
    ///
    /// # let data: Data = serde_json::from_str(
    /// #     r#"{"bank": {"retrieved_at": "2026-03-31T09:00:00Z", "accounts": [{
    /// #         "account_id": "a-1", "kind": "current", "currency": "KES",
    /// #         "period": {"from": "2025-12-01", "to": "2026-03-31"},
    /// #         "transactions": [
    /// #             {"at": "2026-02-25", "amount_minor": 90000, "counterparty": "Employer"},
    /// #             {"at": "2026-03-02", "amount_minor": -30000}
    /// #         ]
    /// #     }]}}"#,
    /// # )?;
    /// // A salary of 900.00 on 25 February, 300.00 spent on 2 March, no balances.
    /// let ledger = Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z")?, &Limits::default())?;
    /// let features = features(&ledger);
    /// assert_eq!(features.get("credits_90d").and_then(|feature| feature.value), Some(1.0));
    /// assert!(features.get("credits_91d").is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get(&self, name: &str) -> Option<Feature> {
        FeatureId::of(name).map(|id| self.feature(id))
    }

    /// Returns every feature, in the order of the names.
    ///
    /// ```
    /// use kapix_core::{Limits, cashflow::features, ledger::{Data, Ledger}, time::Instant};
    ///
    /// # let data: Data = serde_json::from_str(
    /// #     r#"{"bank": {"retrieved_at": "2026-03-31T09:00:00Z", "accounts": [{
    /// #         "account_id": "a-1", "kind": "current", "currency": "KES",
    /// #         "period": {"from": "2025-12-01", "to": "2026-03-31"},
    /// #         "transactions": [
    /// #             {"at": "2026-02-25", "amount_minor": 90000, "counterparty": "Employer"},
    /// #             {"at": "2026-03-02", "amount_minor": -30000}
    /// #         ]
    /// #     }]}}"#,
    /// # )?;
    /// // A salary of 900.00 on 25 February, 300.00 spent on 2 March, no balances.
    /// let ledger = Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z")?, &Limits::default())?;
    /// let features = features(&ledger);
    /// let unknown: Vec<&str> =
    ///     features.iter().filter(|it| it.value.is_none()).map(|it| it.definition.name).collect();
    /// assert!(unknown.contains(&"balance_last_minor") && !unknown.contains(&"credits_90d"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = Feature> + '_ {
        FeatureId::all().map(|id| self.feature(id))
    }

    /// Returns the transactions of a selection, account by account; accounts without one are left out. Works it
    /// out anew on each call.
    ///
    /// ```
    /// use kapix_core::{Limits, cashflow::{Selection, features}, ledger::{Data, Ledger}, time::Instant};
    ///
    /// # let data: Data = serde_json::from_str(
    /// #     r#"{"bank": {"retrieved_at": "2026-03-31T09:00:00Z", "accounts": [{
    /// #         "account_id": "a-1", "kind": "current", "currency": "KES",
    /// #         "period": {"from": "2025-12-01", "to": "2026-03-31"},
    /// #         "transactions": [
    /// #             {"at": "2026-02-25", "amount_minor": 90000, "counterparty": "Employer"},
    /// #             {"at": "2026-03-02", "amount_minor": -30000}
    /// #         ]
    /// #     }]}}"#,
    /// # )?;
    /// // A salary of 900.00 on 25 February, 300.00 spent on 2 March, no balances.
    /// let ledger = Ledger::build(&data, Instant::parse("2026-03-31T12:00:00Z")?, &Limits::default())?;
    /// let features = features(&ledger);
    /// // Row 0 of the request is the salary, row 1 what was spent.
    /// assert_eq!(features.rows(Selection::Income90)[0].rows, [(0, 0)]);
    /// assert_eq!(features.rows(Selection::Transactions90)[0].rows, [(0, 1)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rows(&self, selection: Selection) -> Vec<RowRanges> {
        selection.rows(self.ledger, &self.facts)
    }

    /// Returns the ledger that the features come from.
    pub(super) fn ledger(&self) -> &Ledger {
        self.ledger
    }
}
