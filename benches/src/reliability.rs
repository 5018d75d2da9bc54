//! How often a decision stays, counted: inputs are hidden, and the card is developed again on bootstrap samples.
//!
//! Each count is set beside the confidence that the card stated. A row's decision stays when the decision with every
//! input known, of the same card or of a redevelopment, equals the one that was made.

use crate::rows::{Cells, Rows};
use kapix_core::numeric::{Random, count};
use kapix_core::{
    Control, Engine, EngineOptions, Limits, Operation, Request, Response,
    scorecard::{
        BinCounts, Card, CardBody, CharacteristicBody, CharacteristicCounts, Cutoffs, Decision,
        DevelopmentBody, Input, Slots,
    },
};
use serde_json::{Value, json};
use std::io;
use std::num::NonZeroU64;

/// Share of the rows that the card is developed on.
const DEVELOPMENT_SHARE: f64 = 0.7;
/// Shares of the development rows below the refer and below the approve cut-off.
const SHARES_BELOW: (f64, f64) = (0.3, 0.6);
/// Ends of the bins of predicted confidence; the last bin holds 1 too.
pub const EDGES: [f64; 8] = [0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0];
/// Streams of the seed.
const SPLIT: u64 = 0;
const HIDING: u64 = 1;
const BOOTSTRAP: u64 = 2;

/// What is developed on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Column with the outcome.
    pub target: String,
    /// Value of the target that is bad.
    pub bad: Value,
    /// Values that mean something of their own.
    pub special: Vec<Value>,
    /// Columns that are no characteristics.
    pub exclude: Vec<String>,
    /// Stepwise search of the selection: `none`, `forward`, `backward`, `stepwise`.
    pub selection: String,
    /// Seed of split, hiding and bootstrap.
    pub seed: u64,
    /// Threads of a development; 0 takes all.
    pub threads: usize,
}

/// One decision with its predicted confidence and the share of trials in which it stayed, both 0..=1.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The card's confidence.
    pub predicted: f64,
    /// Share of the trials in which the decision stayed.
    pub stayed: f64,
}

/// One line of a reliability table.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Cases of the bin.
    pub cases: usize,
    /// Mean of the predicted confidence.
    pub predicted: f64,
    /// Mean share of trials in which the decision stayed.
    pub stayed: f64,
}

/// A card, the rows that it was developed on, and the rows that it is tested on.
pub struct Study {
    /// The card, with cut-offs.
    pub card: Card,
    /// The same card as if its estimates were exact: its confidence is about missing inputs alone.
    exact: Card,
    engine: Engine,
    settings: Settings,
    development: Rows,
    test: Rows,
    /// Slots of each test row with every input as the data have it.
    known: Vec<Slots>,
}

/// What redevelopments decided of the test rows.
pub struct Redevelopments {
    /// Decisions at the card's own cut-offs (the same PD), by redevelopment and row.
    pub same_pd: Vec<Vec<Decision>>,
    /// Decisions at cut-offs that approve and refer the same shares of the redevelopment's own rows.
    pub same_shares: Vec<Vec<Decision>>,
    /// Totals, by redevelopment and row.
    pub totals: Vec<Vec<i32>>,
    /// Characteristics of each redevelopment, and how many of them the card has too.
    pub characteristics: Vec<(usize, usize)>,
}

impl Study {
    /// Develops a card on a random 70 % of the rows; it declines the lowest 30 % of their totals and approves the highest 40 %.
    pub fn new(rows: &Rows, settings: Settings) -> io::Result<Self> {
        let engine = Engine::load(&[] as &[&[u8]], EngineOptions::default()).map_err(io::Error::other)?;
        let (development, test) = split(rows.len, settings.seed);
        let (development, test) = (rows.pick(&development), rows.pick(&test));
        let card = develop(&engine, &settings, &development)?;
        let known = places(&card, &test)?;
        let exact = without_estimation(&card)?;
        Ok(Self { card, exact, engine, settings, development, test, known })
    }

    /// Returns the number of test rows.
    pub fn rows(&self) -> usize {
        self.test.len
    }

    /// Returns what is decided of each test row with every input known.
    pub fn decisions(&self) -> io::Result<Vec<Decision>> {
        decisions(&self.card, &self.known)
    }

    /// Returns the slots of each test row with `hidden` inputs of the card, drawn for each row, missing.
    pub fn hide(&self, hidden: usize) -> io::Result<Vec<Slots>> {
        let mut random = Random::new(self.settings.seed, HIDING);
        let inputs = self.card.inputs().len();
        place_hidden(&self.card, &self.test, || draw(&mut random, inputs, hidden))
    }

    /// Returns the slots of each test row with the same inputs missing.
    pub fn hide_block(&self, block: &[usize]) -> io::Result<Vec<Slots>> {
        place_hidden(&self.card, &self.test, || block.to_vec())
    }

    /// Returns each test row's confidence of the decision by `slots`, and the share of trials that decide the same.
    pub fn cases(&self, slots: &[Slots], trials: &[Vec<Decision>]) -> io::Result<Vec<Case>> {
        cases(&self.card, slots, trials)
    }

    /// Returns the same with the confidence that only missing inputs would leave.
    pub fn cases_of_missing(&self, slots: &[Slots], trials: &[Vec<Decision>]) -> io::Result<Vec<Case>> {
        cases(&self.exact, slots, trials)
    }

    /// Returns how far totals move when the card is developed again, in points.
    pub fn spread(&self, again: &Redevelopments) -> io::Result<Spread> {
        let development = self.card.body.development.as_ref().ok_or_else(|| other("no development"))?;
        let bins = bins(&self.card.body, development);
        let points_per_nat = self.card.body.scaling.pdo / core::f64::consts::LN_2;
        let (mut coefficients, mut woe, mut moved) = (0.0, 0.0, 0.0);
        for (row, slots) in self.known.iter().enumerate() {
            let at =
                |(bins, slot): (&Vec<Bin>, &u16)| bins.get(usize::from(*slot)).copied().unwrap_or_default();
            let own: Vec<Bin> = bins.iter().zip(&slots.slots).map(at).collect();
            let x: Vec<f64> = core::iter::once(1.0).chain(own.iter().map(|bin| bin.woe)).collect();
            let c = development.coefficient_covariance.iter().flatten().zip(&x);
            coefficients +=
                c.map(|(c, x_i)| x_i * c.iter().zip(&x).map(|(c, x_j)| c * x_j).sum::<f64>()).sum::<f64>();
            let slopes = development.coefficients.iter().flatten().skip(1);
            woe += own.iter().zip(slopes).map(|(bin, b)| b * b * bin.variance).sum::<f64>();
            let others = again.totals.iter().filter_map(|totals| totals.get(row));
            moved += others.map(|it| f64::from(it - slots.points)).map(|it| it * it).sum::<f64>()
                / count(again.totals.len());
        }
        let sd = |nats: f64| points_per_nat * (nats / count(self.known.len())).sqrt();
        Ok(Spread {
            coefficients: sd(coefficients),
            stated: sd(2.0 * (coefficients + woe)),
            counted: (moved / count(self.known.len())).sqrt(),
        })
    }

    /// Returns the slots of each test row with every input known.
    pub fn known(&self) -> &[Slots] {
        &self.known
    }

    /// Develops the card again, with binning and selection, on bootstrap samples of its rows.
    pub fn redevelop(&self, times: u32) -> io::Result<Redevelopments> {
        let mut all = Redevelopments {
            same_pd: Vec::new(),
            same_shares: Vec::new(),
            totals: Vec::new(),
            characteristics: Vec::new(),
        };
        let names: Vec<&str> = self.card.inputs().map(|(name, _, _)| name).collect();
        let rows = NonZeroU64::new(wide(self.development.len)).ok_or_else(|| other("no rows"))?;
        for time in 0..u64::from(times) {
            let mut random = Random::new(self.settings.seed, BOOTSTRAP + time);
            let drawn: Vec<usize> = (0..rows.get()).map(|_| narrow(random.below(rows))).collect();
            let card = develop(&self.engine, &self.settings, &self.development.pick(&drawn))?;
            let slots = places(&card, &self.test)?;
            all.same_shares.push(decisions(&card, &slots)?);
            let at_own = slots.iter().map(|slots| self.card.decision(slots.points));
            all.same_pd.push(at_own.collect::<Option<_>>().ok_or_else(|| other("no cut-offs"))?);
            all.totals.push(slots.iter().map(|slots| slots.points).collect());
            let shared = card.inputs().filter(|(name, _, _)| names.contains(name)).count();
            all.characteristics.push((card.inputs().len(), shared));
        }
        Ok(all)
    }
}

/// Root mean square distances over the test rows, in points.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// From the covariance of the coefficients alone, (pdo / ln 2)^2 x'Cx.
    pub coefficients: f64,
    /// By the formula of confidence, with the sampling of WoEs, twice.
    pub stated: f64,
    /// Of the totals of the redevelopments from the card's.
    pub counted: f64,
}

/// WoE of a slot and its sampling variance.
#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    woe: f64,
    variance: f64,
}

/// Slots of each characteristic, worked out anew from the document.
fn bins(body: &CardBody, development: &DevelopmentBody) -> Vec<Vec<Bin>> {
    let (goods, bads) = (development.goods, development.bads);
    let variance = |bin: Option<&BinCounts>| {
        let bin = bin.filter(|bin| bin.goods + bin.bads > 0.0)?;
        let half = if bin.goods.min(bin.bads) > 0.0 { 0.0 } else { 0.5 };
        Some((1.0 / (bin.goods + half) + 1.0 / (bin.bads + half) - 1.0 / goods - 1.0 / bads).max(0.0))
    };
    let bin = |woe: Option<f64>, counts: Option<&BinCounts>| Bin {
        woe: woe.unwrap_or_default(),
        variance: variance(counts).unwrap_or_default(),
    };
    let slots = |(own, counts): (&CharacteristicBody, &CharacteristicCounts)| {
        let attributes = own.attributes.iter().map(|it| it.woe).zip(counts.attributes.iter().map(Some));
        let special = own.special.iter().enumerate().map(|(at, it)| (it.woe, counts.special.get(at)));
        let fallbacks = [(&own.missing, &counts.missing), (&own.unseen, &counts.unseen)];
        let fallbacks =
            fallbacks.into_iter().filter_map(|(it, counts)| Some((it.as_ref()?.woe, counts.as_ref())));
        attributes.chain(special).chain(fallbacks).map(|(woe, counts)| bin(woe, counts)).collect()
    };
    body.characteristics.iter().zip(&development.counts).map(slots).collect()
}

fn without_estimation(card: &Card) -> io::Result<Card> {
    let mut body = card.body.clone();
    if let Some(development) = &mut body.development {
        development.coefficients = None;
        let zeros = |matrix: &mut Vec<Vec<f64>>| matrix.iter_mut().for_each(|row| row.fill(0.0));
        development.coefficient_covariance.iter_mut().for_each(zeros);
    }
    Card::load(body, &Limits::default()).map_err(io::Error::other)
}

fn cases(card: &Card, slots: &[Slots], trials: &[Vec<Decision>]) -> io::Result<Vec<Case>> {
    let made = decisions(card, slots)?;
    let mut cases = Vec::with_capacity(made.len());
    for (row, (slots, made)) in slots.iter().zip(made).enumerate() {
        let predicted = card.confidence(slots).ok_or_else(|| other("a card without confidence"))?;
        let same = trials.iter().filter(|trial| trial.get(row) == Some(&made)).count();
        cases.push(Case { predicted, stayed: count(same) / count(trials.len()) });
    }
    Ok(cases)
}

/// Returns the lines of a reliability table by [`EDGES`], then one of all cases.
pub fn table(cases: &[Case]) -> Vec<Line> {
    let last = EDGES.len() - 2;
    let bin = |case: &Case| EDGES.iter().skip(1).filter(|end| case.predicted >= **end).count().min(last);
    let line = |own: Vec<&Case>| {
        let mean = |of: fn(&Case) -> f64| own.iter().map(|case| of(case)).sum::<f64>() / count(own.len());
        Line { cases: own.len(), predicted: mean(|case| case.predicted), stayed: mean(|case| case.stayed) }
    };
    let mut lines: Vec<Line> =
        (0..=last).map(|index| line(cases.iter().filter(|case| bin(case) == index).collect())).collect();
    lines.push(line(cases.iter().collect()));
    lines
}

/// Returns the mean over the cases of the distance between predicted and observed, bin by bin (the expected calibration error).
pub fn gap(lines: &[Line]) -> f64 {
    let Some((all, bins)) = lines.split_last() else { return 0.0 };
    let filled = bins.iter().filter(|line| line.cases > 0);
    filled.map(|line| count(line.cases) * (line.predicted - line.stayed).abs()).sum::<f64>()
        / count(all.cases)
}

/// Develops without cut-offs first, to see the totals, then sets them by their quantiles.
fn develop(engine: &Engine, settings: &Settings, rows: &Rows) -> io::Result<Card> {
    let request = json!({
        "as_of": "2026-01-01T00:00:00Z",
        "bad": [settings.bad],
        "binning": {"special_values": settings.special},
        "exclude": settings.exclude,
        "folds": 0,
        "seed": settings.seed,
        "selection": {"method": settings.selection},
        "target": settings.target,
    });
    let text = serde_json::to_vec(&request)?;
    let request =
        Request::read(Operation::ScorecardDevelop, &text, engine.limits()).map_err(io::Error::other)?;
    let control = Control { threads: settings.threads, ..Control::default() };
    let reply = engine.run_columns(&request, &rows.frame()?, &control).map_err(io::Error::other)?;
    let Response::ScorecardDevelop(response) = reply.response else { return Err(other("no card")) };
    let artefact = response.artefact.ok_or_else(|| other("no card"))?;
    let document: Value =
        serde_json::from_slice(&kapix_core::audit::to_vec(&artefact).map_err(io::Error::other)?)?;
    let body = document.get("body").cloned().ok_or_else(|| other("no body"))?;
    let mut body: CardBody = serde_json::from_value(body)?;
    let card = Card::load(body.clone(), engine.limits()).map_err(io::Error::other)?;
    let mut totals: Vec<i32> = places(&card, rows)?.iter().map(|slots| slots.points).collect();
    totals.sort_unstable();
    body.cutoffs = Some(cutoffs(&totals).ok_or_else(|| other("totals that cannot be told apart"))?);
    Card::load(body, engine.limits()).map_err(io::Error::other)
}

fn cutoffs(sorted: &[i32]) -> Option<Cutoffs> {
    let at =
        |share: f64| sorted.iter().copied().zip(1..).find(|(_, n)| count(*n) > share * count(sorted.len()));
    let (refer, approve) = (at(SHARES_BELOW.0)?.0, at(SHARES_BELOW.1)?.0);
    (refer < approve).then_some(Cutoffs { approve, refer })
}

fn split(rows: usize, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let mut random = Random::new(seed, SPLIT);
    (0..rows).partition(|_| random.uniform() < DEVELOPMENT_SHARE)
}

fn places(card: &Card, rows: &Rows) -> io::Result<Vec<Slots>> {
    place_hidden(card, rows, Vec::new)
}

/// Returns the slots of every row with the inputs missing that `hidden` names for it.
fn place_hidden(card: &Card, rows: &Rows, mut hidden: impl FnMut() -> Vec<usize>) -> io::Result<Vec<Slots>> {
    let columns: Option<Vec<&Cells>> = card.inputs().map(|(name, _, _)| rows.column(name)).collect();
    let columns = columns.ok_or_else(|| other("a column is missing"))?;
    let mut placed = Vec::with_capacity(rows.len);
    for row in 0..rows.len {
        let mut inputs: Vec<Input<'_>> = columns.iter().map(|cells| input(cells, row)).collect();
        for place in hidden() {
            if let Some(input) = inputs.get_mut(place) {
                *input = Input::Missing;
            }
        }
        let slots = card.place(&inputs, |_, name| format!("/features/{name}"));
        placed.push(slots.map_err(io::Error::other)?);
    }
    Ok(placed)
}

fn input(cells: &Cells, row: usize) -> Input<'_> {
    match cells {
        Cells::Number(numbers) => match numbers.get(row) {
            Some(number) if !number.is_nan() => Input::Number(*number),
            _ => Input::Missing,
        },
        Cells::Text(codes, names) => {
            let name = codes.get(row).and_then(|code| names.get(usize::try_from(*code).ok()?));
            name.map_or(Input::Missing, |name| Input::Text(name))
        }
    }
}

fn decisions(card: &Card, slots: &[Slots]) -> io::Result<Vec<Decision>> {
    let made = slots.iter().map(|slots| card.decision(slots.points));
    made.collect::<Option<_>>().ok_or_else(|| other("no cut-offs"))
}

/// Draws `k` of `n` places without replacement: the first k of a shuffle.
fn draw(random: &mut Random, n: usize, k: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..n).collect();
    for place in 0..k.min(n) {
        if let Some(rest) = NonZeroU64::new(wide(n - place)) {
            places.swap(place, place + narrow(random.below(rest)));
        }
    }
    places.truncate(k);
    places
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn narrow(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn other(message: &str) -> io::Error {
    io::Error::other(message.to_owned())
}
