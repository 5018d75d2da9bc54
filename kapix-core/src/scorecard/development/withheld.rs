//! The development rows by what they lack: which sets of inputs are evidence, and how many rows the rule refers.

use super::super::body::{CardBody, CharacteristicBody};
use super::super::finding::{DevelopmentFinding, DevelopmentFindingCode as Code};
use super::super::missing::{
    self, Gaps, InputTraits, MissingRule, ROWS_MIN, SETS_MAX, WithheldSet, digits_of, holds,
};
use super::findings::finding;
use super::population::Population;
use super::response::{MissingInput, MissingReport};
use super::sample::{Part, count};
use crate::numeric;
use std::collections::BTreeMap;

/// Lower end of the central 95 % of a posterior.
const QUANTILE: f64 = 0.025;
/// Share of referred rows above which there is a finding.
const SHARE_MAX: f64 = 0.05;

/// What each row lacks, as bits.
struct Rows {
    words: usize,
    bits: Vec<u64>,
}

/// Rows that lack exactly one set.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    rows: u64,
    goods: f64,
    bads: f64,
    /// Sum of weight times PD.
    pd: f64,
}

impl Rows {
    fn of(characteristics: &[CharacteristicBody], slots: &[&[u16]], rows: usize) -> Self {
        let words = missing::words(characteristics.len());
        let mut bits = vec![0; rows * words];
        for (position, (own, slots)) in characteristics.iter().zip(slots).enumerate() {
            let lacking: Vec<usize> =
                missing::special_slots(own).chain([own.attributes.len() + own.special.len()]).collect();
            for (row, slot) in bits.chunks_mut(words.max(1)).zip(*slots) {
                if lacking.contains(&usize::from(*slot)) {
                    missing::put(row, position);
                }
            }
        }
        Self { words: words.max(1), bits }
    }

    /// Returns the set of each row.
    fn sets(&self) -> impl Iterator<Item = &[u64]> {
        self.bits.chunks(self.words)
    }
}

/// Rows that a fit did not see, with their PDs.
pub(super) struct Judging<'j> {
    pub(super) slots: &'j [&'j [u16]],
    pub(super) part: &'j Part,
    pub(super) pd: Vec<f64>,
}

/// Returns the sets that are evidence: withheld by their sources, lacked by 50 fitted rows, and at a mean PD outside the
/// fit that is not below what the outcomes allow. `fitted` are the slots of the development rows.
pub(super) fn sets(
    characteristics: &[CharacteristicBody],
    (fitted, part): (&[&[u16]], &Part),
    judging: &Judging<'_>,
) -> Vec<WithheldSet> {
    let lacked = Rows::of(characteristics, fitted, part.rows.len());
    let withheld = |set: &[u64]| {
        let own = characteristics.iter().enumerate();
        own.into_iter().all(|(position, it)| missing::is_withheld(it) || !holds(set, position))
    };
    let own = groups(&lacked, part, None);
    let outside = Rows::of(characteristics, judging.slots, judging.part.rows.len());
    let outside = groups(&outside, judging.part, Some(&judging.pd));
    let evidence = |(set, group): (&[u64], &Group)| {
        let judged = outside.get(set)?;
        let is_evidence = group.rows >= ROWS_MIN && withheld(set) && judged.is_not_understated();
        is_evidence.then(|| WithheldSet {
            bads: group.bads,
            goods: group.goods,
            inputs: digits_of(set, characteristics.len()),
            rows: group.rows,
        })
    };
    let mut found: Vec<WithheldSet> = own.iter().filter_map(|(set, group)| evidence((set, group))).collect();
    found.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| b.inputs.cmp(&a.inputs)));
    found.truncate(SETS_MAX);
    found
}

/// Returns the rows of a part by the set that they lack; a row that lacks nothing is in no group.
fn groups<'r>(rows: &'r Rows, part: &Part, pd: Option<&[f64]>) -> BTreeMap<&'r [u64], Group> {
    let target = part.target();
    let mut groups: BTreeMap<&[u64], Group> = BTreeMap::new();
    for (row, set) in rows.sets().enumerate().filter(|(_, set)| set.iter().any(|word| *word != 0)) {
        let group = groups.entry(set).or_default();
        let weight = target.weight(row);
        group.rows += 1;
        *(if part.bad.get(row) == Some(&1) { &mut group.bads } else { &mut group.goods }) += weight;
        group.pd += weight * pd.and_then(|pd| pd.get(row)).copied().unwrap_or_default();
    }
    groups
}

impl Group {
    /// Returns whether 50 rows show a mean PD at or above the 2.5 % quantile of Beta(b + 1/2, n - b + 1/2), n the rows and
    /// b their bads. Weights change the share of bads, not the number of rows.
    fn is_not_understated(&self) -> bool {
        let weight = self.goods + self.bads;
        let rows = f64::from(u32::try_from(self.rows).unwrap_or(u32::MAX));
        let bads = rows * self.bads / weight;
        let least = numeric::beta_quantile(QUANTILE, bads + 0.5, rows - bads + 0.5);
        self.rows >= ROWS_MIN && self.pd / weight >= least
    }
}

/// Returns how many development rows a card refers since inputs are missing, in all and by input, and adds the
/// findings.
pub(super) fn report(
    body: &CardBody,
    slots: &[&[u16]],
    (part, population): (&Part, &Population),
    findings: &mut Vec<DevelopmentFinding>,
) -> MissingReport {
    let (own, target) = (&body.characteristics, part.target());
    let traits: Vec<InputTraits> = own.iter().map(|it| InputTraits::of(body, it)).collect();
    let points: Vec<Vec<i32>> = own.iter().map(slot_points).collect();
    let rule = MissingRule::of(body);
    let rows = Rows::of(own, slots, part.rows.len());
    let (mut all, mut referred) = (0.0, 0.0);
    let mut by_input = vec![0.0; own.len()];
    for (row, (set, total)) in rows.sets().zip(&population.totals).enumerate() {
        let weight = target.weight(row);
        all += weight;
        if set.iter().all(|word| *word == 0) {
            continue;
        }
        let mut gaps = Gaps::NONE;
        let mut forbids = false;
        let inputs = || (0..own.len()).filter(|position| holds(set, *position));
        for position in inputs() {
            let slot = slots.get(position).and_then(|slots| slots.get(row)).map(|slot| usize::from(*slot));
            let points = points.get(position).zip(slot).and_then(|(points, slot)| points.get(slot));
            if let (Some(traits), Some(points)) = (traits.get(position), points) {
                gaps.add(traits, *points);
            }
            let is_bin = |it: &CharacteristicBody| slot == Some(it.attributes.len() + it.special.len());
            forbids |= own
                .get(position)
                .is_some_and(|it| is_bin(it) && it.missing.as_ref().is_some_and(|missing| missing.refer));
        }
        if rule.changes(*total, (&gaps, set), forbids) {
            referred += weight;
            inputs()
                .for_each(|position| by_input.iter_mut().skip(position).take(1).for_each(|it| *it += weight));
        }
    }
    let inputs = own.iter().zip(by_input);
    let report = MissingReport {
        inputs: inputs
            .map(|(it, weight)| MissingInput { feature: it.feature.clone(), share: weight / all })
            .collect(),
        sets: count(body.development.as_ref().map_or(0, |development| development.withheld.len())),
        share: referred / all,
    };
    note(&report, findings);
    report
}

/// Returns the points of the slots of a characteristic, the missing bin last.
fn slot_points(own: &CharacteristicBody) -> Vec<i32> {
    let attributes = own.attributes.iter().map(|it| it.points);
    let special = own.special.iter().map(|it| it.points);
    attributes.chain(special).chain(own.missing.as_ref().map(|it| it.points)).collect()
}

fn note(report: &MissingReport, findings: &mut Vec<DevelopmentFinding>) {
    let all = core::iter::once((None, report.share));
    let inputs = report.inputs.iter().map(|input| (Some(input.feature.as_str()), input.share));
    for (feature, share) in all.chain(inputs).filter(|(_, share)| *share > SHARE_MAX) {
        let what = if feature.is_some() { "this input is missing" } else { "inputs are missing" };
        let message = format!("`{share}` of the development rows would be referred where {what}");
        findings.push(finding(Code::MissingRefers, feature, message));
    }
}
