//! From a frame to the rows of a development: exclusions, the definition of bad, and the hold-out rows.

use super::outcome::{self, Matcher, Outcome, OutcomeColumn, find_values};
use super::request::{ScorecardDevelopRequest, TargetKind};
use super::response::{ExcludedRows, SampleReport};
use super::sample_settings::{Exclusion, SplitMethod, SplitSettings};
use super::weights::{self, Scale};
use crate::domain::{Column, Frame};
use crate::error::{Cause, Error, Result};
use crate::fitting::{self, Target};
use crate::json::Scalar;
use crate::scorecard::body::SampleDates;
use crate::time::Date;

/// Rows from which `auto` holds out a fifth. With fewer, a fit loses more by the rows held out than cross-validation
/// costs.
const HOLD_OUT_ROWS_MIN: usize = 50_000;
/// The share that `auto` and `random` hold out by default.
const HOLD_OUT_DEFAULT: f64 = 0.2;
/// The largest share that may be held out.
const HOLD_OUT_MAX: f64 = 0.9;
/// A century, the longest outcome window.
const HORIZON_DAYS_MAX: u32 = 36_500;

/// Rows of one part with their outcomes, in frame order.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Index in the frame.
    pub(super) rows: Vec<u32>,
    /// 1 is bad; empty for a continuous target.
    pub(super) bad: Vec<u8>,
    /// The outcome of a continuous target.
    pub(super) value: Vec<f64>,
    /// Weights, when a column gives them.
    pub(super) weight: Option<Vec<f64>>,
}

impl Part {
    /// Returns the outcomes of the rows of the part.
    pub(super) fn target(&self) -> Target<'_> {
        let weight = self.weight.as_deref();
        if self.value.is_empty() {
            Target::Binary { bad: &self.bad, weight }
        } else {
            Target::Continuous { value: &self.value, weight }
        }
    }

    /// Returns the rows at these places of the part.
    pub(super) fn pick(&self, places: impl Iterator<Item = usize> + Clone) -> Self {
        let weight = self.weight.as_ref();
        Self {
            rows: places.clone().filter_map(|place| self.rows.get(place).copied()).collect(),
            bad: places.clone().filter_map(|place| self.bad.get(place).copied()).collect(),
            value: places.clone().filter_map(|place| self.value.get(place).copied()).collect(),
            weight: weight.map(|own| places.filter_map(|place| own.get(place).copied()).collect()),
        }
    }

    /// Returns the weights of good and of bad rows.
    pub(super) fn goods_and_bads(&self) -> (f64, f64) {
        let target = self.target();
        let (mut goods, mut bads) = (0.0, 0.0);
        for (row, bad) in self.bad.iter().enumerate() {
            if *bad == 1 { bads += target.weight(row) } else { goods += target.weight(row) }
        }
        (goods, bads)
    }

    /// Returns the number of bad rows.
    pub(super) fn bad_rows(&self) -> u64 {
        self.bad.iter().map(|bad| u64::from(*bad)).sum()
    }
}

/// The rows of a development.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    /// Outcome and weight of every row of the frame; those of rows outside the sample are not used.
    pub(super) frame: Part,
    /// Rows that are fitted.
    pub(super) development: Part,
    /// Hold-out rows.
    pub(super) hold_out: Part,
    /// Out-of-time rows.
    pub(super) out_of_time: Part,
    /// The number of rows in each part, and of those left out.
    pub(super) report: SampleReport,
}

/// The part that a row belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Development,
    HoldOut,
    OutOfTime,
}

impl Sample {
    /// Reads outcomes, weights, dates, exclusions and the split.
    pub(super) fn read(request: &ScorecardDevelopRequest, frame: &Frame<'_>, as_of: Date) -> Result<Self> {
        let mut kept = Kept::read(request, frame)?;
        kept.exclude(request, frame)?;
        let dates = kept.observe(request, frame, as_of)?;
        let places = places(request, frame, &kept.part, dates.as_deref())?;
        let of = |place: Place| {
            let rows: Vec<usize> =
                places.iter().enumerate().filter(|(_, it)| **it == place).map(|(row, _)| row).collect();
            kept.part.pick(rows.iter().copied())
        };
        let mut sample = Self {
            frame: kept.frame,
            development: of(Place::Development),
            hold_out: of(Place::HoldOut),
            out_of_time: of(Place::OutOfTime),
            report: SampleReport {
                excluded: kept.excluded,
                rows: count(frame.rows()),
                ..SampleReport::default()
            },
        };
        sample.scale_weights()?;
        sample.report.dates = period(dates.as_deref());
        sample.report.count(&sample.development, &sample.hold_out, &sample.out_of_time);
        sample.check(request.target_kind)?;
        Ok(sample)
    }

    /// Brings the weights of the development rows to mean 1, and those of the others to the same scale.
    fn scale_weights(&mut self) -> Result<()> {
        let Some(scale) = self.development.weight.as_deref().and_then(Scale::of) else { return Ok(()) };
        for weights in [&mut self.development, &mut self.hold_out, &mut self.out_of_time, &mut self.frame] {
            weights.weight.as_deref_mut().map_or(Ok(()), |own| scale.apply(own))?;
        }
        self.report.weight_mean = Some(scale.mean());
        Ok(())
    }

    /// Both outcomes must be among the rows that are fitted.
    fn check(&self, kind: TargetKind) -> Result<()> {
        let rows = self.development.rows.len();
        let bads = self.development.bad_rows();
        if rows > 0 && (kind == TargetKind::Continuous || (bads > 0 && bads < count(rows))) {
            return Ok(());
        }
        let left: Vec<String> =
            self.report.excluded.iter().map(|it| format!("`{}` rows as `{}`", it.rows, it.reason)).collect();
        let left =
            if left.is_empty() { String::new() } else { format!("; left out were {}", left.join(", ")) };
        let message = format!(
            "the development rows must hold both outcomes; got `{rows}` rows, `{bads}` of them bad; `bad` names the bad values{left}"
        );
        Err(Error::new(Cause::FittingTarget, message).at("/target"))
    }
}

/// Rows that are still in the sample, and why others are not.
struct Kept {
    frame: Part,
    part: Part,
    excluded: Vec<ExcludedRows>,
}

impl Kept {
    fn read(request: &ScorecardDevelopRequest, frame: &Frame<'_>) -> Result<Self> {
        if u32::try_from(frame.rows()).is_err() {
            let message = format!("a development takes at most `{}` rows; got `{}`", u32::MAX, frame.rows());
            return Err(Error::new(Cause::LimitExceeded, message).at("/columns"));
        }
        let mut all = Part {
            weight: request.weight.as_deref().map(|name| weights::read(frame, name)).transpose()?,
            ..Part::default()
        };
        let mut known = Vec::new();
        let outcomes = OutcomeColumn::read(frame, request)?;
        for row in 0..frame.rows() {
            let outcome = outcomes.of(row);
            if outcome.is_some() {
                known.push(row);
            }
            match request.target_kind {
                TargetKind::Binary => all.bad.push(u8::from(outcome == Some(Outcome::Bad))),
                TargetKind::Continuous => all.value.push(match outcome {
                    Some(Outcome::Value(value)) => value,
                    _ => 0.0,
                }),
            }
        }
        all.rows = (0..u32::try_from(frame.rows()).unwrap_or(u32::MAX)).collect();
        let part = all.pick(known.iter().copied());
        let unknown = frame.rows() - known.len();
        let mut kept = Self { frame: all, part, excluded: Vec::new() };
        kept.note("outcome not known", unknown);
        Ok(kept)
    }

    fn note(&mut self, reason: &str, rows: usize) {
        if rows > 0 {
            self.excluded.push(ExcludedRows { reason: reason.to_owned(), rows: count(rows) });
        }
    }

    fn retain(&mut self, reason: &str, keep: impl Fn(usize) -> bool) {
        let stays = |place: &usize| self.part.rows.get(*place).is_some_and(|row| keep(row_index(*row)));
        let before = self.part.rows.len();
        let places: Vec<usize> = (0..before).filter(stays).collect();
        if places.len() < before {
            self.part = self.part.pick(places.iter().copied());
        }
        self.note(reason, before - places.len());
    }

    fn exclude(&mut self, request: &ScorecardDevelopRequest, frame: &Frame<'_>) -> Result<()> {
        for (index, exclusion) in request.sample.exclusions.iter().enumerate() {
            let pointer = format!("/sample/exclusions/{index}");
            let column = find_values(frame, &exclusion.column, &format!("{pointer}/column"))?;
            let leaves = Leaves::new(exclusion, column).map_err(|error| error.under(&pointer))?;
            self.retain(&exclusion.reason, |row| !leaves.row(row));
        }
        Ok(())
    }

    /// Returns the day of each row that stays, and leaves out rows whose outcome window is not over.
    fn observe(
        &mut self,
        request: &ScorecardDevelopRequest,
        frame: &Frame<'_>,
        as_of: Date,
    ) -> Result<Option<Vec<Date>>> {
        let settings = &request.sample;
        if let Some(days) = settings.horizon_days
            && !(1..=HORIZON_DAYS_MAX).contains(&days)
        {
            let message = format!("horizon_days must be in 1..={HORIZON_DAYS_MAX}; got `{days}`");
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/sample/horizon_days"));
        }
        let Some(name) = &settings.observation_date else { return Ok(None) };
        let column = outcome::find(frame, name, "/sample/observation_date")?;
        let days = outcome::dates(column, name)?;
        let day = |row: usize| days.get(row).copied().flatten();
        self.retain("observation date missing", |row| day(row).is_some());
        let window = settings.horizon_days.map_or(0, |days| i32::try_from(days).unwrap_or(i32::MAX));
        self.retain("outcome window not over", |row| {
            day(row).is_some_and(|day| as_of.days_since(day) >= window)
        });
        Ok(Some(self.part.rows.iter().filter_map(|row| day(row_index(*row))).collect()))
    }
}

/// Which rows an exclusion leaves out.
struct Leaves<'f, 'a> {
    column: &'f Column<'a>,
    values: Matcher,
    below: f64,
    above: f64,
}

impl<'f, 'a> Leaves<'f, 'a> {
    fn new(exclusion: &'f Exclusion, column: &'f Column<'a>) -> Result<Self> {
        let bounds = exclusion.below.is_some() || exclusion.above.is_some();
        if bounds != exclusion.values.is_empty() {
            let message = "an exclusion states `values`, or `below` and `above`";
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/values"));
        }
        if bounds && column.is_text() {
            let message = "`below` and `above` need numbers; the column holds text";
            return Err(Error::new(Cause::FrameColumnType, message).at("/column"));
        }
        Ok(Self {
            column,
            values: Matcher::new(column, &exclusion.values),
            below: exclusion.below.unwrap_or(f64::NEG_INFINITY),
            above: exclusion.above.unwrap_or(f64::INFINITY),
        })
    }

    fn row(&self, row: usize) -> bool {
        self.values.matches(self.column, row)
            || self.column.number(row).is_some_and(|number| number < self.below || number > self.above)
    }
}

fn places(
    request: &ScorecardDevelopRequest,
    frame: &Frame<'_>,
    part: &Part,
    dates: Option<&[Date]>,
) -> Result<Vec<Place>> {
    let split = &request.sample.split;
    let place = |message: &str, field: &str| {
        Err(Error::new(Cause::ValueOutOfRange, message).at(format!("/sample/split/{field}")))
    };
    if (split.column.is_some() || !split.development.is_empty() || !split.out_of_time.is_empty())
        && split.method != SplitMethod::Column
    {
        return place("`column`, `development` and `out_of_time` need method `column`", "method");
    }
    if split.out_of_time_from.is_some() && dates.is_none() {
        return place("`out_of_time_from` needs `observation_date`", "out_of_time_from");
    }
    if let Some(share) = split.hold_out
        && !(0.0..=HOLD_OUT_MAX).contains(&share)
    {
        return place(&format!("hold_out must be in 0..={HOLD_OUT_MAX}; got `{share}`"), "hold_out");
    }
    let rows = part.rows.len();
    let mut places = vec![Place::Development; rows];
    if let (Some(from), Some(dates)) = (split.out_of_time_from, dates) {
        for (place, date) in places.iter_mut().zip(dates) {
            if *date >= from {
                *place = Place::OutOfTime;
            }
        }
    }
    let share = match split.method {
        SplitMethod::Column => return by_column(split, frame, part),
        SplitMethod::None => 0.0,
        SplitMethod::Auto if rows < HOLD_OUT_ROWS_MIN => split.hold_out.unwrap_or(0.0),
        SplitMethod::Auto | SplitMethod::Random => split.hold_out.unwrap_or(HOLD_OUT_DEFAULT),
    };
    if share > 0.0 {
        let stays = |place: &Place| *place == Place::Development;
        let classes: Vec<u8> =
            places.iter().zip(&part.bad).filter(|(place, _)| stays(place)).map(|(_, bad)| *bad).collect();
        let held = fitting::split(&classes, share, request.seed.cast_unsigned());
        for (place, held) in places.iter_mut().filter(|place| stays(place)).zip(held) {
            if held {
                *place = Place::HoldOut;
            }
        }
    }
    Ok(places)
}

fn by_column(split: &SplitSettings, frame: &Frame<'_>, part: &Part) -> Result<Vec<Place>> {
    let Some(name) = &split.column else {
        return Err(
            Error::new(Cause::ValueOutOfRange, "method `column` needs `column`").at("/sample/split/column")
        );
    };
    let column = find_values(frame, name, "/sample/split/column")?;
    let default: Vec<Scalar> = vec![
        Scalar::Number(1.0),
        Scalar::Bool(true),
        Scalar::Text("train".to_owned()),
        Scalar::Text("development".to_owned()),
    ];
    let development =
        Matcher::new(column, if split.development.is_empty() { &default } else { &split.development });
    let out_of_time = Matcher::new(column, &split.out_of_time);
    let of = |row: &u32| match row_index(*row) {
        row if development.matches(column, row) => Place::Development,
        row if out_of_time.matches(column, row) => Place::OutOfTime,
        _ => Place::HoldOut,
    };
    Ok(part.rows.iter().map(of).collect())
}

fn period(dates: Option<&[Date]>) -> Option<SampleDates> {
    let dates = dates?;
    Some(SampleDates { from: *dates.iter().min()?, to: *dates.iter().max()? })
}

pub(super) fn row_index(row: u32) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX)
}

pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
