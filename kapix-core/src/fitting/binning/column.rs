//! One column to attributes.

use super::bin_totals::{BinTotals, total};
use super::fallback::Applied;
use super::levels::{self, Levels};
use super::optimum::{self, Infeasible, Solved};
use super::options::BinningOptions;
use super::prebin;
use super::settings::{BinKind, BinRule};
use super::sorted::Sorted;
use super::special;
use super::table::{BinningTable, RowKind, Sample, Slot};
use crate::domain::{Column, Kind};
use crate::error::{Cause, Error, Result};
use crate::fitting::Target;
use crate::fitting::optimal::{Solution, Trend};
use crate::json::Scalar;
use serde::Serialize;

/// Most slots of a characteristic, as many as a card takes.
const SLOTS_MAX: usize = 60_000;

/// The attributes of one characteristic with their table.
///
/// Slots: attributes in order (ascending intervals, or groups of categories by ascending rate), then special values,
/// then missing, then for categories unseen.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Binning {
    /// Cut points of a numeric characteristic, one fewer than attributes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<f64>,
    /// What the reader of the table should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<BinningFinding>,
    /// Categories of each attribute of a categorical characteristic, in byte order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Vec<String>>,
    /// Intervals or sets.
    pub kind: BinKind,
    /// Special values in slot order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub special: Vec<Scalar>,
    /// How the binning of the column ended.
    pub status: BinningStatus,
    /// The table, one row a slot.
    pub table: BinningTable,
    /// The trend of the attributes, where there was a choice.
    pub trend: Option<Trend>,
    /// Weight of evidence of each slot by its rule, in nats; 0 where the card refuses the input.
    pub woe: Vec<f64>,
}

/// How the binning of a column ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum BinningStatus {
    /// The attributes are the optimum over the pre-bins.
    Optimal,
    /// The optimum is one attribute: no split meets the constraints.
    NoSplit,
    /// One value or category in all rows that have one; one attribute.
    Constant,
    /// No row has a value.
    AllMissing,
    /// Every category is rarer than `rare_share`.
    AllRare,
    /// No partition meets the constraints, not even one attribute alone; one attribute stands for all values.
    Infeasible,
    /// The rows hold goods only or bads only, so no split can be measured; one attribute.
    OneClass,
}

/// What the reader of a binning should know.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BinningFinding {
    /// Settings of which each alone, when relaxed, makes the problem feasible, or a split possible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<String>,
    /// How many.
    pub count: Option<u64>,
    /// What was found.
    pub kind: BinningFindingKind,
    /// Share of the total weight concerned.
    pub share: Option<f64>,
    /// Slot concerned.
    pub slot: Option<u16>,
    /// The other characteristic concerned.
    pub with: Option<String>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum BinningFindingKind {
    /// `count` fixed cut points separate no rows and were left out.
    FixedCutIdle,
    /// No partition meets the constraints; `constraints` names those that alone stand in the way.
    Infeasible,
    /// The optimum is one attribute; `constraints` names those that alone forbid every split. Without any, several do
    /// together, or the values tell no rows apart.
    NoSplit,
    /// `count` categories with `share` of the weight are rare and count as unseen.
    RareLevels,
    /// The rows of a slot are nearly the same as those of a slot of `with`. They count there, and this slot gets weight of
    /// evidence 0.
    Together,
    /// The rule of a slot gives a weight of evidence above 0, but its rows do not show that it is safer than the sample:
    /// it gets 0.
    Unsupported,
}

/// A column read and partitioned, before the table is made.
struct Parts {
    attributes: Vec<BinTotals>,
    cuts: Vec<f64>,
    findings: Vec<BinningFinding>,
    groups: Vec<Vec<String>>,
    kind: BinKind,
    missing: BinTotals,
    special: Vec<(Scalar, BinTotals)>,
    status: BinningStatus,
    trend: Option<Trend>,
    unseen: Option<BinTotals>,
}

/// Returns the optimal binning of the `rows` of a column; the slices of the target have one entry a row of the column.
///
/// Errors: `frame.infinity`, `frame.column_type` where text is to be numeric, `frame.shape` where a row lies outside or
/// the weights are not one a row.
///
/// The table of age in N. Siddiqi, "Credit Risk Scorecards" (2006), chapter 6, by numbers of goods and bads:
///
/// ```
/// use kapix_core::fitting::{BinningOptions, BinningSettings, Target, Trend, bin};
/// use kapix_core::frame::Column;
///
/// let none = f64::NAN;
/// let age = [none, none, 20.0, 20.0, 25.0, 25.0, 28.0, 28.0, 32.0, 32.0, 40.0, 40.0, 50.0, 50.0];
/// let bad = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
/// let n = [860., 140., 3040., 960., 4920., 1080., 8100., 900., 9500., 500., 6800., 200., 2940., 60.];
/// let settings = BinningSettings {
///     cuts: Some(vec![23.0, 27.0, 30.0, 35.0, 44.0]),
///     p_value_max: Some(1.0),
///     size_min: Some(0.0),
///     trend: Some(Trend::None),
///     ..BinningSettings::default()
/// };
/// let target = Target::Binary { bad: &bad, weight: Some(&n) };
/// let rows: Vec<u32> = (0..14).collect();
/// let binning = bin(&Column::float(&age), &rows, target, &BinningOptions::new(&settings)?)?;
/// // The book prints 100 x the weight of evidence; the last row is `missing`.
/// let printed = [-108.980, -72.613, -4.526, 70.196, 128.388, 164.934, -42.719];
/// for (row, printed) in binning.table.rows.iter().zip(printed) {
///     assert!((100.0 * row.woe.unwrap() - printed).abs() < 5e-4);
/// }
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn bin(
    column: &Column<'_>,
    rows: &[u32],
    target: Target<'_>,
    options: &BinningOptions,
) -> Result<Binning> {
    let length = column.len().min(target.rows());
    let last = rows.iter().max().map_or(Some(0), |row| usize::try_from(*row).ok());
    if !rows.is_empty() && last.is_none_or(|last| last >= length) {
        return Err(Error::new(
            Cause::FrameShape,
            format!("a row lies outside the `{length}` rows of a column"),
        ));
    }
    if target.weights().is_some_and(|weights| weights.len() != target.rows()) {
        return Err(Error::new(Cause::FrameShape, "a target needs one weight a row"));
    }
    let encoded = column.encode();
    let column = &encoded.as_ref().map_or_else(|| column.view(), |encoded| encoded.column());
    readable(column)?;
    let is_text = column.is_text();
    let kind = options.kind.unwrap_or(if is_text { BinKind::Categorical } else { BinKind::Numeric });
    let is_binary = matches!(target, Target::Binary { .. });
    let parts = match kind {
        BinKind::Numeric if is_text => {
            let message = "the binning is numeric; the column holds text";
            return Err(Error::new(Cause::FrameColumnType, message));
        }
        BinKind::Numeric => numeric(&Reading { column, rows, target, options, is_binary })?,
        BinKind::Categorical => categorical(&Reading { column, rows, target, options, is_binary })?,
    };
    let slots = parts.attributes.len() + parts.special.len() + 2;
    if slots > SLOTS_MAX {
        return Err(Error::new(
            Cause::LimitExceeded,
            format!("slots must be at most `{SLOTS_MAX}`; got `{slots}`"),
        ));
    }
    Ok(parts.assemble(options, is_binary))
}

/// Returns an error unless the column holds numbers or text.
pub(super) fn readable(column: &Column<'_>) -> Result<()> {
    match column.kind() {
        Kind::Numbers | Kind::Text => Ok(()),
        _ => {
            let message = format!("a binning reads numbers or text; the column holds {}", column.kind_name());
            Err(Error::new(Cause::FrameColumnType, message))
        }
    }
}

/// What both kinds of columns are read with.
struct Reading<'r, 'a> {
    column: &'r Column<'a>,
    rows: &'r [u32],
    target: Target<'r>,
    options: &'r BinningOptions,
    is_binary: bool,
}

fn numeric(reading: &Reading<'_, '_>) -> Result<Parts> {
    let options = reading.options;
    let special = special::numbers(&options.special_values);
    let sorted = Sorted::new(reading.column, reading.rows, reading.target, &special)?;
    let mut parts = Parts::new(BinKind::Numeric, sorted.missing);
    parts.special =
        special.iter().map(|number| Scalar::Number(*number)).zip(sorted.special.iter().copied()).collect();
    let Some((low, high)) = sorted.range() else {
        parts.attributes.push(BinTotals::default());
        parts.status = BinningStatus::AllMissing;
        return Ok(parts);
    };
    if low.to_bits() == high.to_bits() {
        sorted.each(|_, totals| parts.attributes.push(totals));
        return Ok(parts);
    }
    let mut outside = total(parts.special.iter().map(|(_, totals)| totals));
    outside += sorted.missing;
    let prebins = prebin::prebins(&sorted, options, outside.weight + sorted.weight);
    if !prebins.idle.is_empty() {
        parts.findings.push(BinningFinding {
            count: u64::try_from(prebins.idle.len()).ok(),
            ..BinningFinding::new(BinningFindingKind::FixedCutIdle)
        });
    }
    let sample = parts.sample(&prebins.bins, reading);
    let solved = optimum::solve(&prebins.bins, &prebins.is_fixed, &sample, options);
    let ends = parts.settle(&prebins.bins, solved);
    let inner = ends.split_last().map_or(&[][..], |(_, inner)| inner);
    parts.cuts = inner.iter().filter_map(|end| prebins.cuts.get(*end)).copied().collect();
    Ok(parts)
}

fn categorical(reading: &Reading<'_, '_>) -> Result<Parts> {
    let options = reading.options;
    let Levels { kept, mut names, missing, special, unseen, rare } =
        levels::read(reading.column, reading.rows, reading.target, options)?;
    let mut parts = Parts::new(BinKind::Categorical, missing);
    parts.special = special.into_iter().map(|(text, totals)| (Scalar::Text(text), totals)).collect();
    if rare > 0 {
        let sample = parts.sample(&kept, reading);
        parts.findings.push(BinningFinding {
            count: Some(rare),
            share: Some(unseen.weight / (sample.all.weight + unseen.weight)),
            ..BinningFinding::new(BinningFindingKind::RareLevels)
        });
    }
    parts.unseen = Some(unseen);
    match kept.len() {
        0 => {
            parts.status = if rare > 0 { BinningStatus::AllRare } else { BinningStatus::AllMissing };
            return Ok(parts);
        }
        1 if rare == 0 => {
            parts.attributes = kept;
            parts.groups.push(names);
            return Ok(parts);
        }
        _ => {}
    }
    let free = BinningOptions { trend: Trend::None, ..options.clone() };
    let solved = optimum::solve(&kept, &[], &parts.sample(&kept, reading), &free);
    let ends = parts.settle(&kept, solved);
    let mut start = 0;
    for end in ends {
        let mut group: Vec<String> = names.drain(..(end + 1 - start).min(names.len())).collect();
        group.sort_unstable();
        parts.groups.push(group);
        start = end + 1;
    }
    Ok(parts)
}

impl Parts {
    /// Returns a constant column without rows.
    fn new(kind: BinKind, missing: BinTotals) -> Self {
        Self {
            attributes: Vec::new(),
            cuts: Vec::new(),
            findings: Vec::new(),
            groups: Vec::new(),
            kind,
            missing,
            special: Vec::new(),
            status: BinningStatus::Constant,
            trend: None,
            unseen: None,
        }
    }

    /// Returns the whole sample; `inside` are the rows of all attributes.
    fn sample(&self, inside: &[BinTotals], reading: &Reading<'_, '_>) -> Sample {
        let outside =
            self.special.iter().map(|(_, totals)| totals).chain([&self.missing]).chain(&self.unseen);
        Sample { all: total(inside.iter().chain(outside)), is_binary: reading.is_binary }
    }

    /// Adopts the partition of one or more cells, and returns the last pre-bin of each attribute.
    #[expect(
        clippy::indexing_slicing,
        reason = "a partition ends at ascending cells, the last one at the last cell"
    )]
    fn settle(
        &mut self,
        cells: &[BinTotals],
        solved: core::result::Result<Solved, Infeasible>,
    ) -> Vec<usize> {
        let last = cells.len() - 1;
        let ends = match solved {
            Ok(Solved { solution: Solution { ends, trend, .. }, forbidding }) => {
                if ends.len() > 1 {
                    (self.status, self.trend) = (BinningStatus::Optimal, Some(trend));
                } else {
                    self.status = BinningStatus::NoSplit;
                    let finding = BinningFinding::new(BinningFindingKind::NoSplit);
                    self.findings.push(BinningFinding { constraints: forbidding, ..finding });
                }
                ends
            }
            Err(Infeasible::OneClass) => {
                self.status = BinningStatus::OneClass;
                vec![last]
            }
            Err(Infeasible::Constraints(constraints)) => {
                self.status = BinningStatus::Infeasible;
                let kind = BinningFindingKind::Infeasible;
                self.findings.push(BinningFinding { constraints, ..BinningFinding::new(kind) });
                vec![last]
            }
        };
        let mut start = 0;
        for end in &ends {
            self.attributes.push(total(&cells[start..=*end]));
            start = end + 1;
        }
        ends
    }

    fn assemble(self, options: &BinningOptions, is_binary: bool) -> Binning {
        let special = self.special.iter().map(|(_, totals)| totals);
        let all = total(self.attributes.iter().chain(special).chain([&self.missing]).chain(&self.unseen));
        let sample = Sample { all, is_binary };
        let bare = |kind, totals, applied| Slot {
            kind,
            totals,
            applied,
            categories: Vec::new(),
            lower: None,
            upper: None,
            value: None,
        };
        let mut slots: Vec<Slot> = Vec::new();
        for (index, totals) in self.attributes.iter().enumerate() {
            slots.push(Slot {
                categories: self.groups.get(index).cloned().unwrap_or_default(),
                lower: index.checked_sub(1).and_then(|before| self.cuts.get(before)).copied(),
                upper: self.cuts.get(index).copied(),
                ..bare(RowKind::Attribute, *totals, Applied::own(&sample, totals))
            });
        }
        let rule =
            |rule: BinRule, totals: &BinTotals| Applied::by_rule(rule, &sample, totals, &self.attributes);
        for (value, totals) in &self.special {
            let applied = rule(options.special, totals);
            slots.push(Slot { value: Some(value.clone()), ..bare(RowKind::Special, *totals, applied) });
        }
        slots.push(bare(RowKind::Missing, self.missing, rule(options.missing, &self.missing)));
        if let Some(unseen) = &self.unseen {
            slots.push(bare(RowKind::Unseen, *unseen, rule(options.unseen, unseen)));
        }
        let mut findings = self.findings;
        for (number, slot) in (0_u16..).zip(&slots) {
            if slot.applied.is_capped {
                let kind = BinningFindingKind::Unsupported;
                findings.push(BinningFinding { slot: Some(number), ..BinningFinding::new(kind) });
            }
        }
        Binning {
            cuts: self.cuts,
            findings,
            groups: self.groups,
            kind: self.kind,
            special: self.special.into_iter().map(|(value, _)| value).collect(),
            status: self.status,
            woe: slots.iter().map(|slot| slot.applied.woe.unwrap_or_default()).collect(),
            table: BinningTable::new(&sample, slots, options.p_value_test),
            trend: self.trend,
        }
    }
}

impl Binning {
    /// Returns the slots for missing, special and unseen values that hold rows and get their own weight of evidence.
    pub(crate) fn slots_without_attribute(&self, options: &BinningOptions) -> Vec<usize> {
        let takes_own = |kind: RowKind| match kind {
            RowKind::Attribute => false,
            RowKind::Special => options.special == BinRule::Own,
            RowKind::Missing => options.missing == BinRule::Own,
            RowKind::Unseen => options.unseen == BinRule::Own,
        };
        let rows = self.table.rows.iter().enumerate();
        rows.filter(|(_, row)| row.count > 0 && takes_own(row.kind)).map(|(slot, _)| slot).collect()
    }

    /// Gives a slot weight of evidence 0: its rows count in a slot of another characteristic.
    pub(crate) fn set_neutral(&mut self, slot: usize, other: &str) {
        let (Some(woe), Some(row)) = (self.woe.get_mut(slot), self.table.rows.get_mut(slot)) else { return };
        *woe = 0.0;
        row.woe_applied = Some(0.0);
        let with = Some(other.to_owned());
        let finding = BinningFinding::new(BinningFindingKind::Together);
        self.findings.push(BinningFinding { slot: u16::try_from(slot).ok(), with, ..finding });
    }
}

impl BinningFinding {
    fn new(kind: BinningFindingKind) -> Self {
        Self { constraints: Vec::new(), count: None, kind, share: None, slot: None, with: None }
    }
}
