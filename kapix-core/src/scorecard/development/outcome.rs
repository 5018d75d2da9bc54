//! Reading single columns of a frame: outcomes, dates, and values that a request names.

use super::coding::Coding;
use super::request::{ScorecardDevelopRequest, ScorecardEvaluateRequest, TargetKind};
use crate::domain::{Column, Frame, Kind, MISSING_TEXTS, Values, is_missing_text, short};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::fitting::{special_numbers, special_texts};
use crate::json::Scalar;
use crate::scorecard::Card;
use crate::time::{Date, Instant, UtcOffset};
use std::borrow::Cow;

/// Edits within which a name is taken for a misspelt one.
const EDITS_MAX: usize = 3;
/// Longer names are not compared letter by letter.
const NAME_MAX: usize = 200;

/// The outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    Bad,
    Good,
    Value(f64),
}

/// The column of a target, and its good and bad values.
pub(super) struct TargetValues<'r> {
    target: &'r str,
    bad: &'r [Scalar],
    good: &'r [Scalar],
    kind: TargetKind,
    /// Texts that mean that the outcome is not known.
    missing_texts: Cow<'r, [String]>,
}

impl<'r> From<&'r ScorecardDevelopRequest> for TargetValues<'r> {
    fn from(request: &'r ScorecardDevelopRequest) -> Self {
        Self {
            target: &request.target,
            bad: &request.bad,
            good: &request.good,
            kind: request.target_kind,
            missing_texts: request.missing.texts(),
        }
    }
}

impl<'r> From<(&'r ScorecardEvaluateRequest, &'r Card)> for TargetValues<'r> {
    fn from((request, card): (&'r ScorecardEvaluateRequest, &'r Card)) -> Self {
        Self {
            target: &request.target,
            bad: &request.bad,
            good: &request.good,
            kind: TargetKind::Binary,
            missing_texts: missing_texts_of(card),
        }
    }
}

/// Returns the texts of a card that mean no value; those that a development takes where the card states none, as one
/// without text does.
fn missing_texts_of(card: &Card) -> Cow<'_, [String]> {
    if card.body.missing_texts.is_empty() {
        return Cow::Owned(MISSING_TEXTS.map(str::to_owned).into());
    }
    Cow::Borrowed(&card.body.missing_texts)
}

/// The outcome of each row.
pub(super) enum OutcomeColumn<'f, 'a> {
    Classes { column: &'f Column<'a>, bad: Matcher, good: Option<Matcher>, unknown: Box<Matcher> },
    Numbers(&'f Column<'a>),
}

impl<'f, 'a> OutcomeColumn<'f, 'a> {
    /// Reads the target; a binary one that has a third value needs `good`.
    pub(super) fn read(frame: &'f Frame<'a>, values: impl Into<TargetValues<'f>>) -> Result<Self> {
        let values: TargetValues<'f> = values.into();
        let column = find(frame, values.target, "/target")?;
        if !matches!(column.kind(), Kind::Numbers | Kind::Text) && !column.is_void() {
            let message = format!("a target is numbers or text; the column holds {}", column.kind_name());
            return Err(Error::new(Cause::FittingTarget, message).at("/target"));
        }
        finite(column, values.target)?;
        if values.kind == TargetKind::Continuous {
            if column.is_text() {
                let message = "a continuous target needs numbers; the column holds text";
                return Err(Error::new(Cause::FittingTarget, message).at("/target"));
            }
            return Ok(Self::Numbers(column));
        }
        let coding = Coding::of(column, &values.missing_texts);
        let bad = if values.bad.is_empty() { Cow::Owned(coding.bad()?) } else { Cow::Borrowed(values.bad) };
        if values.good.is_empty() {
            coding.check_two(&bad)?;
        }
        check_apart(column, &bad, values.good)?;
        let good = (!values.good.is_empty()).then(|| Matcher::new(column, values.good));
        let unknown = Box::new(Matcher::of_missing_texts(column, &values.missing_texts));
        Ok(Self::Classes { column, bad: Matcher::new(column, &bad), good, unknown })
    }

    /// Returns the outcome of a row; `None` when it is not known.
    pub(super) fn of(&self, row: usize) -> Option<Outcome> {
        match self {
            Self::Numbers(column) => column.number(row).map(Outcome::Value),
            Self::Classes { column, bad, good, unknown } => {
                if bad.matches(column, row) {
                    return Some(Outcome::Bad);
                }
                let known = match good {
                    Some(good) => good.matches(column, row),
                    None if unknown.matches(column, row) => false,
                    None => column.number(row).is_some() || column.text(row).is_some(),
                };
                known.then_some(Outcome::Good)
            }
        }
    }
}

/// Returns an error where a value is both bad and good in the column.
fn check_apart(column: &Column<'_>, bad: &[Scalar], good: &[Scalar]) -> Result<()> {
    let listed = Listed::of(bad);
    for (index, value) in good.iter().enumerate() {
        let own = Listed::of(core::slice::from_ref(value));
        let is_read_alike = if column.is_text() {
            own.texts.iter().any(|text| listed.texts.contains(text))
        } else {
            own.numbers.iter().any(|number| listed.holds_number(*number))
        };
        if is_read_alike || bad.contains(value) {
            let message = "a value is bad or good: `bad` names this one too";
            return Err(Error::new(Cause::ValueOutOfRange, message).at(format!("/good/{index}")));
        }
    }
    Ok(())
}

/// Values that a request names, read as what a column holds: as special values are, -9 and the text `-9` are one.
pub(super) struct Listed {
    numbers: Vec<f64>,
    texts: Vec<String>,
}

impl Listed {
    pub(super) fn of(values: &[Scalar]) -> Self {
        let mut texts = special_texts(values, true);
        let is = |truth: bool| values.contains(&Scalar::Bool(truth)).then(|| truth.to_string());
        texts.extend([is(true), is(false)].into_iter().flatten());
        Self { numbers: special_numbers(values), texts }
    }

    pub(super) fn holds_number(&self, number: f64) -> bool {
        self.numbers.iter().any(|own| (own - number).abs() <= 0.0)
    }

    /// Returns whether a text is one of the values; a boolean is the text `true` or `false`.
    pub(super) fn holds_text(&self, text: &str) -> bool {
        self.texts.iter().any(|own| own == text)
    }
}

/// Which rows of a column hold one of some values.
pub(super) struct Matcher {
    listed: Listed,
    /// By dictionary code.
    codes: Vec<bool>,
    missing: bool,
}

impl Matcher {
    /// Returns the matcher of a column: values are read as what it holds, null among missing rows.
    pub(super) fn new(column: &Column<'_>, values: &[Scalar]) -> Self {
        let listed = Listed::of(values);
        let codes = match &column.values {
            Values::Dictionary { categories, .. } => {
                categories.iter().map(|category| listed.holds_text(category)).collect()
            }
            _ => Vec::new(),
        };
        Self { listed, codes, missing: values.contains(&Scalar::Null) }
    }

    /// Returns the matcher of text that means no value.
    pub(super) fn of_missing_texts(column: &Column<'_>, texts: &[String]) -> Self {
        let codes = match &column.values {
            Values::Dictionary { categories, .. } => {
                categories.iter().map(|category| is_missing_text(category, texts)).collect()
            }
            _ => Vec::new(),
        };
        Self { listed: Listed::of(&[]), codes, missing: false }
    }

    /// Returns whether the row holds one of the values.
    pub(super) fn matches(&self, column: &Column<'_>, row: usize) -> bool {
        match (column.number(row), column.code(row)) {
            (Some(own), _) => self.listed.holds_number(own),
            (None, Some(code)) => self.codes.get(code).copied().unwrap_or_default(),
            (None, None) => self.missing,
        }
    }
}

/// Returns the column of this name, or the error at the pointer that named it.
pub(super) fn find<'f, 'a>(frame: &'f Frame<'a>, name: &str, pointer: &str) -> Result<&'f Column<'a>> {
    frame.column(name).ok_or_else(|| {
        let edits = |own: &&str| strsim::damerau_levenshtein(&own.to_lowercase(), &name.to_lowercase());
        let is_like = |own: &&str| name.len() <= NAME_MAX && own.len().abs_diff(name.len()) <= EDITS_MAX;
        let near = frame.columns().map(|(own, _)| own).filter(is_like);
        let nearest = near.map(|own| (edits(&own), own)).min();
        let hint = match nearest {
            Some((edits, own)) if edits <= EDITS_MAX && 2 * edits <= name.len() => {
                format!("; did you mean `{}`?", short(own))
            }
            _ => String::new(),
        };
        let message = format!("no column has the name `{}`{hint}", short(name));
        Error::new(Cause::FrameColumnMissing, message).at(pointer)
    })
}

/// Returns a column of numbers or text of this name, or the error at the pointer that named it.
pub(super) fn find_values<'f, 'a>(frame: &'f Frame<'a>, name: &str, pointer: &str) -> Result<&'f Column<'a>> {
    let column = find(frame, name, pointer)?;
    if matches!(column.kind(), Kind::Numbers | Kind::Text) || column.is_void() {
        return Ok(column);
    }
    let message =
        format!("values are looked for in numbers or text; the column holds {}", column.kind_name());
    Err(Error::new(Cause::FrameColumnType, message).at(pointer))
}

/// Returns the day of every row; `None` where it is missing.
pub(super) fn dates(column: &Column<'_>, name: &str) -> Result<Vec<Option<Date>>> {
    let place = |error: Error| error.at(format!("/columns/{}", escape_segment(name)));
    let categories = match &column.values {
        Values::Dictionary { categories, .. } => categories,
        Values::Date(days) => {
            let day = |row: usize| days.get(row).map(|day| Date::from_epoch_days(*day)).transpose();
            return days_of(column, day).map_err(place);
        }
        Values::Instant(instants) => {
            let day = |row: usize| {
                let instant =
                    instants.get(row).map(|it| Instant::from_epoch_microseconds(*it)).transpose()?;
                Ok(instant.map(|instant| instant.date_at(UtcOffset::UTC)))
            };
            return days_of(column, day).map_err(place);
        }
        _ => {
            let got = column.kind_name();
            let message =
                format!("observation dates are text `YYYY-MM-DD`, dates or instants; the column holds {got}");
            return Err(place(Error::new(Cause::FrameColumnType, message)));
        }
    };
    let known: Vec<Result<Date>> = categories.iter().map(|text| Date::parse(text)).collect();
    let of = |row: usize| match column.code(row).and_then(|code| known.get(code)) {
        None => Ok(None),
        Some(Ok(date)) => Ok(Some(*date)),
        Some(Err(error)) => Err(place(error.clone())),
    };
    (0..column.len()).map(of).collect()
}

/// Returns what `day` returns of each row that holds a value.
fn days_of(column: &Column<'_>, day: impl Fn(usize) -> Result<Option<Date>>) -> Result<Vec<Option<Date>>> {
    let named = |row: usize| {
        day(row).map_err(|error| Error { message: format!("{} in row `{row}`", error.message), ..error })
    };
    (0..column.len()).map(|row| if column.is_missing(row) { Ok(None) } else { named(row) }).collect()
}

/// Returns an error when a column of numbers holds an infinity.
pub(super) fn finite(column: &Column<'_>, name: &str) -> Result<()> {
    let infinite = |row: &usize| column.number(*row).is_some_and(f64::is_infinite);
    match (0..column.len()).find(infinite) {
        None => Ok(()),
        Some(row) => {
            let message = format!("row `{row}` holds an infinity; missing is NaN or null");
            Err(Error::new(Cause::FrameInfinity, message).at(format!("/columns/{}", escape_segment(name))))
        }
    }
}
