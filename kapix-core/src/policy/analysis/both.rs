//! A table of two versions as one. The rows of the first and those of the second stand on the same axes, with the inputs of both.

use super::applicant::{Applicant, Given};
use super::beside::Beside;
use super::boxes::{Boxes, common};
use super::cells::cells;
use super::difference::{RuleDifference, RuleGives, TableDifference, is_single, step_name};
use super::pairs::{Choice, Decides, Ordered, Twins, options};
use super::steps::Steps;
use super::together::together;
use super::tree::Tree;
use super::witness::Claim;
use crate::expression::Intervals;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::policy::document::{
    CallBody, HitPolicy, InputBody, OnMissing, Outcome, OutputBody, PolicyBody, RuleBody, StepBody,
    TableBody, ThenBody,
};
use crate::policy::load::{Policy, Step};
use crate::policy::table::Table;
use crate::policy::verdict::PolicyDoubt;
use std::collections::BTreeMap;

/// Differences that are told of a table.
pub(super) const TOLD_MAX: usize = 50;

/// Parts that are told of what two rows, or what decides by them, give differently.
pub(super) const PARTS_OF_PAIR: usize = 8;

/// Ranks of an applicant whom the versions tell other reasons or terms, or another outcome.
const REASONS: u32 = 50_000;
const OUTCOMES: u32 = 100_000;

/// A version with the step of the table.
#[derive(Clone, Copy)]
pub(super) struct Version<'v> {
    policy: &'v Policy,
    step: usize,
    pub(super) hit: HitPolicy,
    /// Number of its first row among those of both.
    first: usize,
}

/// A table of two versions as one: the rows of the first, then those of the second.
pub(super) struct Both<'v> {
    policy: Policy,
    step: usize,
    /// The rows of both, as their documents have them.
    rules: Vec<RuleBody>,
    /// What they give: of outputs that are the same and written in different ways, the one that comes first.
    thens: Vec<ThenBody>,
    one: Version<'v>,
    other: Version<'v>,
}

/// A part of the table where the versions give different things: what decides there by each.
pub(super) struct Part {
    pub(super) one: Decides,
    pub(super) other: Decides,
    pub(super) region: Vec<Intervals>,
    /// Whether rows that both have come in another order.
    pub(super) is_turned: bool,
}

impl Version<'_> {
    /// Returns its rows, by their numbers among those of both, in the order in which they come before each other.
    fn order(self) -> Vec<usize> {
        match self.policy.steps.get(self.step) {
            Some(Step::Table(table)) => table.in_order().into_iter().map(|row| self.first + row).collect(),
            _ => Vec::new(),
        }
    }
}

impl<'v> Both<'v> {
    pub(super) fn of(
        (one, step, table): (&'v Policy, usize, &Table),
        (other, place, same): (&'v Policy, usize, &Table),
        limits: &Limits,
    ) -> Result<Self, String> {
        let columns = same.body.columns.iter();
        let places: Option<Vec<usize>> =
            table.body.columns.iter().map(|column| columns.clone().position(|it| it == column)).collect();
        let (Some(places), true) = (places, table.body.columns.len() == same.body.columns.len()) else {
            return Err("the versions have other columns".to_owned());
        };
        let turned = same.body.rules.iter().map(|rule| RuleBody {
            when: places.iter().filter_map(|place| rule.when.get(*place).cloned()).collect(),
            ..rule.clone()
        });
        let rules: Vec<RuleBody> = table.body.rules.iter().cloned().chain(turned).collect();
        let named = |(number, rule): (usize, &RuleBody)| RuleBody {
            id: Some(format!("row_{number}")),
            then: ThenBody { outcome: Some(Outcome::Approve), ..ThenBody::default() },
            ..rule.clone()
        };
        let thens = same_outputs((&one.body, step), (&other.body, same), (table, &rules), limits);
        let whole = TableBody {
            hit: HitPolicy::First,
            outputs: BTreeMap::new(),
            rules: rules.iter().enumerate().map(named).collect(),
            ..table.body.clone()
        };
        let body = whole_body((&one.body, step), &other.body, whole)?;
        let policy = Policy::load(body, limits).map_err(|error| {
            format!("the rows of both versions do not stand beside each other: {}", error.message)
        })?;
        let version =
            |policy, step, table: &Table, first| Version { policy, step, hit: table.body.hit, first };
        let count = table.rows.len();
        Ok(Self {
            policy,
            step,
            rules,
            thens,
            one: version(one, step, table, 0),
            other: version(other, place, same, count),
        })
    }

    fn table(&self) -> Option<&Table> {
        match self.policy.steps.get(self.step) {
            Some(Step::Table(table)) => Some(table),
            _ => None,
        }
    }

    pub(super) fn then(&self, row: usize) -> Option<&ThenBody> {
        self.thens.get(row)
    }

    pub(super) fn rule(&self, row: usize) -> Option<&RuleBody> {
        self.rules.get(row)
    }

    pub(super) fn differences(&self, steps: &mut Steps<'_>) -> TableDifference {
        let Some(table) = self.table() else {
            return TableDifference { differences: Vec::new(), table: String::new(), whole: false };
        };
        let boxes = Boxes::of(&self.policy, table);
        let orders = (self.one.order(), self.other.order());
        let is_analysed = boxes.rows.iter().all(Option::is_some);
        let (parts, is_all) = if is_single(self.one.hit) {
            self.pairs((&orders.0, &orders.1), &boxes, steps)
        } else {
            together(self, (&orders.0, &orders.1), &boxes, steps)
        };
        let variables = self.policy.variables();
        let mut differences = Vec::new();
        let mut whole = is_analysed && is_all;
        for part in &parts {
            let matches: Vec<usize> = part.one.rows().iter().chain(part.other.rows()).copied().collect();
            let (policy, step, boxes, variables, matches) =
                (&self.policy, self.step, &boxes, &*variables, &*matches);
            let claim = Claim { policy, step, table, boxes, variables, matches };
            let found = claim.witness(&part.region, OUTCOMES, &|applicant| self.rank(part, applicant), steps);
            whole &= found.is_some() || !steps.are_searched();
            // Beside rows with computed cells, and where rows come in another order, only a run shows what is there.
            if found.is_none() && !is_single(self.one.hit) && (!is_analysed || part.is_turned) {
                whole = false;
                continue;
            }
            let region = cells(&self.policy, table, &boxes.axes, &part.region);
            differences.push(self.difference(part, found, region));
        }
        TableDifference { differences, table: table.body.name.clone(), whole }
    }

    fn difference(
        &self,
        part: &Part,
        found: Option<(Applicant, u32)>,
        region: BTreeMap<String, String>,
    ) -> RuleDifference {
        let outcome = |version: Version<'_>| {
            let (applicant, _) = found.as_ref()?;
            version.policy.ended(applicant).map(|it| it.outcome())
        };
        RuleDifference {
            differs: found.as_ref().map(|(_, rank)| *rank >= REASONS),
            gives: self.told(&part.one, self.one),
            other_gives: self.told(&part.other, self.other),
            other_outcome: outcome(self.other),
            outcome: outcome(self.one),
            region,
            witness: found.map(|(applicant, _)| applicant),
        }
    }

    /// Compares what decides by each version, part by part; returns whether everything was compared.
    fn pairs(
        &self,
        (one, other): (&[usize], &[usize]),
        boxes: &Boxes,
        steps: &mut Steps<'_>,
    ) -> (Vec<Part>, bool) {
        let (mut found, mut more, mut is_told) = (Vec::new(), Vec::new(), true);
        let mut beside = Beside::of(self, [self.one.hit, self.other.hit], (one, other), boxes);
        let (one, other) = (Ordered::of(one, boxes), Ordered::of(other, boxes));
        let (own, is_all) = options(self, self.one.hit, &one, boxes, steps);
        let (others, are_all) = options(self, self.other.hit, &other, boxes, steps);
        let twins = (Twins::of(self, one.order, other.order), Twins::of(self, other.order, one.order));
        let regions = others.iter().enumerate().map(|(number, choice)| (number, &*choice.region));
        let rights = Tree::of(boxes.axes.len(), regions);
        'pairs: for left in &own {
            let is_near = beside.is_near(left, steps);
            let Some(meeting) = rights.all_meeting(&left.region, 0..others.len(), steps) else { break };
            for right in meeting.into_iter().filter_map(|number| others.get(number)) {
                if found.len() >= TOLD_MAX || !steps.spend(1) {
                    break 'pairs;
                }
                if twins.0.excludes(left, right, self, &other) || twins.1.excludes(right, left, self, &one) {
                    continue;
                }
                let is_same = self.gives(&left.decides) == self.gives(&right.decides);
                if is_same && !is_near {
                    continue;
                }
                let Some((region, without)) = self.meeting((left, &one), (right, &other), steps) else {
                    continue;
                };
                if is_same {
                    more.extend(beside.parts(self, (left, right), (&region, &without), (boxes, steps)));
                    continue;
                }
                let regions = boxes.uncovered(&region, &without, PARTS_OF_PAIR + 1, steps);
                is_told &= regions.len() <= PARTS_OF_PAIR;
                let mut parts = regions.into_iter().take(PARTS_OF_PAIR).map(|region| Part {
                    one: left.decides.clone(),
                    other: right.decides.clone(),
                    region,
                    is_turned: false,
                });
                found.extend(parts.next());
                more.extend(parts);
            }
        }
        // One part of every two rows goes before the others.
        found.append(&mut more);
        is_told &= found.len() < TOLD_MAX;
        found.truncate(TOLD_MAX);
        (found, !steps.are_spent() && is_all && are_all && is_told && beside.is_whole)
    }

    /// Returns where something can decide by both versions, and the rows that must not match there; none where that is nowhere, or
    /// not known.
    fn meeting(
        &self,
        (left, one): (&Choice, &Ordered<'_>),
        (right, other): (&Choice, &Ordered<'_>),
        steps: &mut Steps<'_>,
    ) -> Option<(Vec<Intervals>, Vec<usize>)> {
        let region = common(&left.region, &right.region);
        if region.iter().any(Intervals::is_empty) {
            return None;
        }
        let without = [left.without(self, one, &region, steps)?, right.without(self, other, &region, steps)?];
        Some((region, without.concat()))
    }

    /// Returns what an application gets; rows that disagree give the same referral whichever they are.
    fn gives(&self, decides: &Decides) -> Result<Option<&ThenBody>, ()> {
        match decides {
            Decides::Nothing => Ok(None),
            Decides::Rows(rows) | Decides::Declines(rows) => Ok(rows.first().and_then(|row| self.then(*row))),
            Decides::Disagree(..) => Err(()),
        }
    }

    /// Returns how well an applicant shows a part: the versions tell other outcomes, other reasons or terms, or only the tables
    /// give other things, and how near the runs come to them; 0 where a run does not show the part.
    fn rank(&self, part: &Part, applicant: &Applicant) -> u32 {
        if !self.is_so(part, applicant) {
            return 0;
        }
        let (Some(one), Some(other)) = (self.one.policy.ended(applicant), self.other.policy.ended(applicant))
        else {
            return 0;
        };
        let few = 100_u32.saturating_sub(one.reasons()) + 100_u32.saturating_sub(other.reasons());
        if one.outcome() != other.outcome() {
            OUTCOMES
        } else if !one.tells(&other) {
            REASONS + few
        } else {
            one.nearness(self.one.step) + other.nearness(self.other.step) + few
        }
    }

    fn is_so(&self, part: &Part, applicant: &Applicant) -> bool {
        let given = |version: Version<'_>| version.policy.table_gives(version.step, applicant);
        let (Some(one), Some(other)) = (given(self.one), given(self.other)) else { return false };
        if is_single(self.one.hit) {
            let shows = |given: &Given, decides: &Decides, version: Version<'_>| match (given, decides) {
                (Given::Nothing, Decides::Nothing) => true,
                (Given::Rows(rows), Decides::Rows(claimed)) => {
                    claimed.iter().all(|row| rows.contains(&(*row - version.first)))
                }
                // The others are told beside the row that decides: that they match is claimed.
                (Given::Rows(rows), Decides::Declines(claimed)) => {
                    claimed.first().is_some_and(|row| rows.contains(&(*row - version.first)))
                }
                (Given::Disagree(rows), Decides::Disagree(claimed)) => {
                    claimed.iter().all(|row| rows.contains(&(*row - version.first)))
                }
                _ => false,
            };
            return shows(&one, &part.one, self.one) && shows(&other, &part.other, self.other);
        }
        let rows = |given: Given, version: Version<'_>| match given {
            Given::Rows(rows) => Some(rows.into_iter().map(|row| version.first + row).collect()),
            Given::Nothing => Some(Vec::new()),
            Given::Disagree(_) | Given::Doubt => None,
        };
        let (Some(one), Some(other)) = (rows(one, self.one), rows(other, self.other)) else { return false };
        super::together::shows(self, part, &one, &other)
    }

    /// Returns what a version gives by its own names.
    fn told(&self, decides: &Decides, version: Version<'_>) -> Option<RuleGives> {
        let name = |row: usize| {
            let id = self.rules.get(row).and_then(|rule| rule.id.clone());
            id.unwrap_or_else(|| format!("rule_{}", row - version.first + 1))
        };
        let rows = decides.rows();
        let several = RuleGives {
            outcome: rows.iter().filter_map(|row| self.then(*row)?.outcome).max(),
            outputs: BTreeMap::new(),
            reason: None,
            rule: None,
            rules: rows.iter().map(|row| name(*row)).collect(),
        };
        match (decides, rows) {
            (Decides::Nothing, _) | (_, []) => None,
            (Decides::Disagree(_), _) => Some(RuleGives {
                outcome: Some(Outcome::Refer),
                reason: Some(<&str>::from(PolicyDoubt::RowsDisagree).to_owned()),
                ..several
            }),
            (Decides::Rows(_) | Decides::Declines(_), [row]) => {
                let then = &self.rule(*row)?.then;
                Some(RuleGives {
                    outcome: then.outcome,
                    outputs: then.outputs.clone(),
                    reason: then.reason.clone(),
                    rule: Some(name(*row)),
                    rules: Vec::new(),
                })
            }
            (Decides::Rows(_) | Decides::Declines(_), _) => Some(several),
        }
    }
}

/// Returns what rows of both versions give, where outputs that are compiled to the same are written as the first of them is; as the
/// documents have it where these do not stand beside each other.
fn same_outputs(
    one: (&PolicyBody, usize),
    (other, same): (&PolicyBody, &Table),
    (table, rules): (&Table, &[RuleBody]),
    limits: &Limits,
) -> Vec<ThenBody> {
    let written: Vec<ThenBody> = rules.iter().map(|rule| rule.then.clone()).collect();
    let outputs = |table: &Table| -> BTreeMap<String, OutputBody> {
        let plain = |it: &OutputBody| OutputBody { aggregate: None, priority: None, ..it.clone() };
        table.body.outputs.iter().map(|(name, it)| (name.clone(), plain(it))).collect()
    };
    let declared = outputs(table);
    // Numbers and truth values are written in one way.
    let is_text = |rule: &RuleBody| rule.then.outputs.values().any(|it| matches!(it, JsonValue::Text(_)));
    if !rules.iter().any(is_text) || declared != outputs(same) {
        return written;
    }
    let named = |(number, rule): (usize, &RuleBody)| {
        let (outcome, outputs) = (Some(Outcome::Approve), rule.then.outputs.clone());
        let then = ThenBody { outcome, outputs, ..ThenBody::default() };
        RuleBody { id: Some(format!("row_{number}")), then, ..rule.clone() }
    };
    let rules = rules.iter().enumerate().map(named).collect();
    let whole = TableBody { hit: HitPolicy::First, outputs: declared, rules, ..table.body.clone() };
    let loaded = whole_body(one, other, whole).ok().and_then(|body| Policy::load(body, limits).ok());
    let Some(Step::Table(whole)) = loaded.as_ref().and_then(|it| it.steps.get(one.1)) else { return written };
    let mut first: BTreeMap<u32, &ThenBody> = BTreeMap::new();
    let mut all = Vec::new();
    for (row, own) in whole.rows.iter().zip(&written) {
        let like = *first.entry(row.then).or_insert(own);
        all.push(ThenBody { outputs: like.outputs.clone(), ..own.clone() });
    }
    if all.len() == written.len() { all } else { written }
}

/// Returns the document of a policy that ends with a table of both versions: what the first does before it, the inputs of both,
/// and the results of the steps of both.
fn whole_body(
    (body, step): (&PolicyBody, usize),
    other: &PolicyBody,
    table: TableBody,
) -> Result<PolicyBody, String> {
    let currencies = |body: &PolicyBody, input: &InputBody| input.currency.or(body.currency);
    let mut inputs = body.inputs.clone();
    for (name, input) in &other.inputs {
        let stated = InputBody { currency: money(input, currencies(other, input)), ..input.clone() };
        let joined = match inputs.get(name) {
            None => stated,
            Some(own)
                if own.kind != input.kind
                    || own.list != input.list
                    || money(own, currencies(body, own)) != stated.currency =>
            {
                return Err(format!("the versions state another type or currency of the input `{name}`"));
            }
            Some(own) => wider(own, input),
        };
        inputs.insert(name.clone(), joined);
    }
    for input in inputs.values_mut() {
        input.on_missing = OnMissing::Refer;
    }
    let mut steps: Vec<StepBody> = body.steps.iter().take(step).cloned().collect();
    let calls = body.steps.iter().map(|it| (it, body)).chain(other.steps.iter().map(|it| (it, other)));
    let mut later: Vec<StepBody> = Vec::new();
    for (call, of) in calls {
        let is_new = |all: &[StepBody]| all.iter().all(|it| step_name(it) != step_name(call));
        if let StepBody::Call(call) = call
            && is_new(&steps)
            && is_new(&later)
            && !inputs.contains_key(&call.name)
            && call.name != table.name
        {
            let mut results = call.results.clone();
            for result in results.values_mut().filter(|it| it.kind == crate::policy::InputType::Money) {
                result.currency = result.currency.or(of.currency);
            }
            let (arguments, values) = (BTreeMap::new(), BTreeMap::new());
            later.push(StepBody::Call(CallBody { arguments, results, values, ..call.clone() }));
        }
    }
    steps.push(StepBody::Table(table));
    steps.extend(later);
    let reasons = other.reasons.iter().chain(&body.reasons).map(|(code, it)| (code.clone(), it.clone()));
    Ok(PolicyBody {
        inputs,
        reasons: reasons.collect(),
        steps,
        offer: None,
        overriding: None,
        tests: Vec::new(),
        ..body.clone()
    })
}

/// Returns the currency of an input of money.
fn money(input: &InputBody, currency: Option<crate::money::Currency>) -> Option<crate::money::Currency> {
    currency.filter(|_| input.kind == crate::policy::InputType::Money)
}

/// Returns an input with the values of both versions.
fn wider(one: &InputBody, other: &InputBody) -> InputBody {
    let least = |one: Option<f64>, other: Option<f64>| one.zip(other).map(|(one, other)| one.min(other));
    let most = |one: Option<f64>, other: Option<f64>| one.zip(other).map(|(one, other)| one.max(other));
    let values = one.values.as_ref().zip(other.values.as_ref()).map(|(one, other)| {
        let added = other.iter().filter(|it| !one.contains(it));
        one.iter().chain(added).cloned().collect()
    });
    InputBody { min: least(one.min, other.min), max: most(one.max, other.max), values, ..one.clone() }
}
