//! Inputs of many applications as columns, and the results of their steps beside them.
//!
//! Types are those of a single application: truth values are no texts, and a list is the text of a JSON array. Each text
//! of a column is read once, however many rows have it.

use super::input::{self, Input, Place};
use super::load::{Call, CallResult, Policy, Step};
use super::state::State;
use super::step::{Answers, Taken};
use crate::domain::{Column, Frame, Kind, Values};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::expression::{Scalar, Slot, Unknown};
use crate::json::{AMBIGUOUS_MIN, check_number};
use crate::json_value::JsonValue;
use crate::limits::{self, Limits};
use crate::time::{At, Date, Instant};
use std::collections::BTreeMap;

/// Behind the name of an input: the column of the dates of its values.
pub(crate) const DATED: &str = "@at";

/// Name of the column, behind that of a step, which says whether the operation referred the application itself.
pub(crate) const REFERRED: &str = "referred";

/// The columns of a portfolio, by what reads them.
#[derive(Debug)]
pub(crate) struct Applications<'p, 'f, 'a> {
    policy: &'p Policy,
    inputs: Vec<InputColumn<'p, 'f, 'a>>,
    calls: Vec<CallColumns<'p, 'f, 'a>>,
    when: When<'f, 'a>,
    /// Texts of the columns that the policy does not know, by their numbers.
    texts: Vec<String>,
}

#[derive(Debug)]
struct InputColumn<'p, 'f, 'a> {
    input: &'p Input,
    given: Given<'f, 'a>,
    at: Option<&'f Column<'a>>,
}

/// The values of an input, and where they go; none where it has no column.
#[derive(Debug)]
enum Given<'f, 'a> {
    One(u16, Option<Cells<'f, 'a>>),
    List(u16, Option<Lists<'f, 'a>>),
    /// Values that no rule may read: they are of their type all the same.
    Unread(Option<Cells<'f, 'a>>),
    UnreadList(Option<Lists<'f, 'a>>),
}

#[derive(Debug)]
struct CallColumns<'p, 'f, 'a> {
    name: &'p str,
    results: Vec<(&'p CallResult, Option<Cells<'f, 'a>>)>,
    referred: Option<Cells<'f, 'a>>,
}

#[derive(Clone, Copy, Debug)]
enum When<'f, 'a> {
    All(Instant),
    Each(&'f Column<'a>),
}

/// A column of lists.
#[derive(Debug)]
struct Lists<'f, 'a> {
    column: &'f Column<'a>,
    /// The items of each text, or why it is no list of the type.
    categories: Vec<core::result::Result<Vec<Slot>, Cause>>,
}

/// A column as values of a type.
#[derive(Debug)]
struct Cells<'f, 'a> {
    column: &'f Column<'a>,
    scalar: Scalar,
    /// The value of each category, or why it is none of the type.
    categories: Vec<core::result::Result<Slot, Cause>>,
}

impl Policy {
    /// Returns the columns of a frame as applications; text must stand as codes.
    ///
    /// Errors: `frame.column_type`, and `frame.column_missing` for a column of instants that is named and absent.
    pub(crate) fn applications<'p, 'f, 'a>(
        &'p self,
        frame: &'f Frame<'a>,
        (as_of, as_of_column): (Instant, Option<&str>),
        limits: &'p Limits,
    ) -> Result<Applications<'p, 'f, 'a>> {
        let mut texts = Texts { policy: self, limits, unknown: BTreeMap::new(), list: Vec::new() };
        let when = match as_of_column {
            None => When::All(as_of),
            Some(name) => {
                let Some(column) = frame.column(name) else {
                    let message = "no column has this name";
                    return Err(Error::new(Cause::FrameColumnMissing, message).at("/as_of_column"));
                };
                if !column.is_void() && !matches!(column.kind(), Kind::Dates | Kind::Instants | Kind::Text) {
                    return Err(mistyped(name, column, "dates or instants"));
                }
                When::Each(column)
            }
        };
        let mut inputs = Vec::new();
        for input in &self.inputs {
            let name = &*input.name;
            let given = match input.place {
                Place::Slot(slot) => Given::One(slot, cells(frame, name, input.scalar, &mut texts)?),
                Place::List(list) => Given::List(list, lists(frame, input, &mut texts)?),
                Place::Unread if input.is_list => Given::UnreadList(lists(frame, input, &mut texts)?),
                Place::Unread => Given::Unread(cells(frame, name, input.scalar, &mut texts)?),
            };
            let dated = format!("{name}{DATED}");
            let at = frame.column(&dated).filter(|column| !column.is_void());
            if let Some(column) = at
                && !matches!(column.kind(), Kind::Dates | Kind::Instants | Kind::Text)
            {
                return Err(mistyped(&dated, column, "dates or instants"));
            }
            inputs.push(InputColumn { input, given, at });
        }
        let mut calls = Vec::new();
        for call in self.calls() {
            let name = &call.body.name;
            let mut results = Vec::new();
            for (result, wanted) in call.body.results.keys().zip(&call.results) {
                results.push((wanted, cells(frame, &format!("{name}.{result}"), wanted.scalar, &mut texts)?));
            }
            let referred = cells(frame, &format!("{name}.{REFERRED}"), Scalar::Boolean, &mut texts)?;
            calls.push(CallColumns { name, results, referred });
        }
        Ok(Applications { policy: self, inputs, calls, when, texts: texts.list })
    }

    /// Returns the calls of the policy, in their order.
    pub(super) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.steps.iter().filter_map(|step| if let Step::Call(call) = step { Some(call) } else { None })
    }

    /// Returns the names of the columns that a portfolio may have for the policy.
    pub(crate) fn column_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for input in self.inputs.iter().filter(|input| input.place != Place::Unread) {
            names.push(input.name.to_string());
            names.push(format!("{}{DATED}", input.name));
        }
        for call in self.calls() {
            names.extend(call.body.results.keys().map(|result| format!("{}.{result}", call.body.name)));
            names.push(format!("{}.{REFERRED}", call.body.name));
        }
        names
    }
}

impl<'f, 'a> Applications<'_, 'f, 'a> {
    /// Returns the memory for runs over these applications.
    pub(crate) fn state(&self) -> State {
        let mut state = State::default();
        state.clear(self.policy.slots.len(), self.policy.lists.len());
        state.texts.clone_from(&self.texts);
        state
    }

    /// Puts the inputs of one application into a run, or returns why it cannot be decided.
    pub(super) fn begin(&self, row: usize, state: &mut State) -> core::result::Result<(), Cause> {
        let as_of = match self.when {
            When::All(as_of) => as_of,
            When::Each(column) => match at(column, row).map_err(|error| error.cause)? {
                Some(At::Instant(instant)) => instant,
                Some(At::Date(date)) => start(date)?,
                None => return Err(Cause::TimeAsOfMissing),
            },
        };
        if !self.policy.is_effective(as_of) {
            return Err(Cause::PolicyNotEffective);
        }
        state.assumed.clear();
        for InputColumn { input, given, at: dates } in &self.inputs {
            // A date that is none is refused beside a missing value too, whose age says nothing.
            let dated = dates.map_or(Ok(None), |dates| at(dates, row)).map_err(|error| error.cause)?;
            let doubt = |is_there: bool| if is_there { input.aged(dated, as_of) } else { Unknown::MISSING };
            match given {
                Given::One(slot, cells) => {
                    let read = cells.as_ref().map_or(Ok(None), |cells| cells.read(row))?;
                    input.fill(*slot, read.map(|slot| input.within(slot)), doubt(read.is_some()), state);
                }
                Given::List(list, lists) => {
                    let items = lists.as_ref().map_or(Ok(None), |lists| lists.read(row))?;
                    let doubt = doubt(items.is_some());
                    put_list(*list, items.filter(|_| doubt.is_empty()).ok_or(doubt), state);
                }
                Given::Unread(cells) => {
                    cells.as_ref().map_or(Ok(None), |cells| cells.read(row))?;
                }
                Given::UnreadList(lists) => {
                    lists.as_ref().map_or(Ok(None), |lists| lists.read(row))?;
                }
            }
        }
        Ok(())
    }

    /// Returns the name of the column whose value keeps one application from being decided; none where it is the instant.
    pub(crate) fn refused_by(&self, row: usize) -> Option<String> {
        self.inputs.iter().find_map(|InputColumn { input, given, at: dates }| {
            if dates.is_some_and(|dates| at(dates, row).is_err()) {
                return Some(format!("{}{DATED}", input.name));
            }
            let is_refused = match given {
                Given::One(_, cells) | Given::Unread(cells) => {
                    cells.as_ref().is_some_and(|it| it.read(row).is_err())
                }
                Given::List(_, lists) | Given::UnreadList(lists) => {
                    lists.as_ref().is_some_and(|it| it.read(row).is_err())
                }
            };
            is_refused.then(|| input.name.to_string())
        })
    }

    /// Returns the results of the steps of one application.
    pub(super) fn results(&self, row: usize) -> Results<'_, 'f, 'a> {
        Results { calls: &self.calls, row }
    }
}

/// The results of the steps of one row.
pub(super) struct Results<'c, 'f, 'a> {
    calls: &'c [CallColumns<'c, 'f, 'a>],
    row: usize,
}

impl Answers for Results<'_, '_, '_> {
    /// Takes what the columns of the step say. By its name: a step that cannot be asked is passed over.
    fn take(&mut self, (_, call): (u32, &Call), _: &Policy, state: &mut State) -> Option<Taken> {
        // Where nothing says that it did not refer, it may have.
        let mut taken = Taken { is_whole: false, referred: true, unfit: None };
        if let Some(columns) = self.calls.iter().find(|it| *it.name == *call.body.name) {
            taken.is_whole = true;
            for (wanted, cells) in &columns.results {
                let read = cells.as_ref().and_then(|cells| cells.read(self.row).ok().flatten());
                taken.is_whole &= wanted.put(read, state);
            }
            let flag = columns.referred.as_ref().and_then(|cells| cells.read(self.row).ok().flatten());
            taken.referred = flag.and_then(Slot::value) != Some(0.0);
        }
        Some(taken)
    }
}

/// Puts a list into a run, in the memory of the list before it.
fn put_list(list: u16, items: core::result::Result<&[Slot], Unknown>, state: &mut State) {
    let Some(place) = state.lists.get_mut(usize::from(list)) else { return };
    match (items, place) {
        (Ok(items), Ok(own)) => {
            own.clear();
            own.extend_from_slice(items);
        }
        (items, place) => *place = items.map(<[Slot]>::to_vec),
    }
}

impl Lists<'_, '_> {
    /// Returns the items of a row, `None` where there is no list, or why the text is no list of the type.
    fn read(&self, row: usize) -> core::result::Result<Option<&[Slot]>, Cause> {
        let items = self.column.code(row).and_then(|code| self.categories.get(code));
        items.map(|items| items.as_deref().map_err(|cause| *cause)).transpose()
    }
}

impl Cells<'_, '_> {
    /// Returns the value of a row, `None` where there is none, or the cause that it is none of the type.
    fn read(&self, row: usize) -> core::result::Result<Option<Slot>, Cause> {
        if let Values::Bool { bits, .. } = &self.column.values {
            return Ok(self.column.is_valid(row).then(|| Slot::boolean(bits.is_set(row))));
        }
        match self.column.kind() {
            Kind::Text => match self.column.code(row) {
                None => Ok(None),
                Some(code) => self.categories.get(code).copied().transpose(),
            },
            Kind::Dates => match (&self.column.values, self.column.is_valid(row)) {
                (Values::Date(days), true) => days
                    .get(row)
                    .map(|days| Date::from_epoch_days(*days).map(day))
                    .transpose()
                    .map_err(|error| error.cause),
                _ => Ok(None),
            },
            _ => match self.column.number(row) {
                None => Ok(None),
                Some(value) => {
                    // What no request can state is refused by the cause that a request is refused for.
                    if value.abs() >= AMBIGUOUS_MIN {
                        check_number(value).map_err(|error| error.cause)?;
                    }
                    let fits = match self.scalar {
                        Scalar::Integer | Scalar::Money(_) => input::is_integer(value),
                        _ => true,
                    };
                    if fits { Ok(Some(Slot::number(value))) } else { Err(Cause::PolicyInput) }
                }
            },
        }
    }
}

/// Numbers of texts that a policy does not know.
struct Texts<'p> {
    policy: &'p Policy,
    limits: &'p Limits,
    unknown: BTreeMap<String, u32>,
    list: Vec<String>,
}

impl Texts<'_> {
    fn number(&mut self, text: &str) -> u32 {
        let symbols = &self.policy.symbols;
        if let Some(number) = symbols.get(text).or_else(|| self.unknown.get(text).copied()) {
            return number;
        }
        let number = u32::try_from(symbols.count() + self.list.len()).unwrap_or(u32::MAX);
        self.list.push(text.to_owned());
        self.unknown.insert(text.to_owned(), number);
        number
    }
}

/// Returns a column as values of a type; `None` where there is no such column, or no value in it.
fn cells<'f, 'a>(
    frame: &'f Frame<'a>,
    name: &str,
    scalar: Scalar,
    texts: &mut Texts<'_>,
) -> Result<Option<Cells<'f, 'a>>> {
    let Some(column) = frame.column(name).filter(|column| !column.is_void()) else { return Ok(None) };
    let is_truth = matches!(column.values, Values::Bool { .. });
    let fits = match scalar {
        Scalar::Boolean => is_truth,
        Scalar::Text => column.kind() == Kind::Text && !is_truth,
        Scalar::Date => column.kind() == Kind::Dates || column.kind() == Kind::Text && !is_truth,
        _ => column.kind() == Kind::Numbers,
    };
    if !fits {
        return Err(mistyped(name, column, words(scalar)));
    }
    let categories = match &column.values {
        Values::Dictionary { categories, .. } => {
            categories.iter().map(|text| category(text, scalar, texts)).collect()
        }
        _ => Vec::new(),
    };
    Ok(Some(Cells { column, scalar, categories }))
}

/// Returns what a column of a type holds, as messages say it.
const fn words(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Boolean => "booleans",
        Scalar::Date => "dates",
        Scalar::Text => "text",
        Scalar::Integer => "whole numbers",
        Scalar::Money(_) => "whole minor units",
        _ => "numbers",
    }
}

/// Returns a column as lists of a type; `None` where there is no such column, or no value in it.
fn lists<'f, 'a>(
    frame: &'f Frame<'a>,
    input: &Input,
    texts: &mut Texts<'_>,
) -> Result<Option<Lists<'f, 'a>>> {
    let name = &*input.name;
    let Some(column) = frame.column(name).filter(|column| !column.is_void()) else { return Ok(None) };
    let Values::Dictionary { categories, .. } = &column.values else {
        let expected = format!("lists of {}, each the text of a JSON array", words(input.scalar));
        return Err(mistyped(name, column, &expected));
    };
    let categories = categories.iter().map(|text| items(text, input, texts)).collect();
    Ok(Some(Lists { column, categories }))
}

/// Returns the items of the text of a JSON array, as a single application gives them; null is a missing item.
fn items(text: &str, input: &Input, texts: &mut Texts<'_>) -> core::result::Result<Vec<Slot>, Cause> {
    // A text that is no JSON is no list; what no request can state is refused by the cause that a request is refused for.
    let value = JsonValue::read_text(text.as_bytes(), texts.limits).map_err(|error| match error.cause {
        Cause::JsonSyntax => Cause::PolicyInput,
        cause => cause,
    })?;
    let JsonValue::Array(items) = value else { return Err(Cause::PolicyInput) };
    input.check_items(items.len()).map_err(|error| error.cause)?;
    let read = |item: &JsonValue| match (item, input.scalar) {
        (JsonValue::Null, _) => Ok(Slot::without(Unknown::MISSING)),
        (JsonValue::Text(text), Scalar::Text) => {
            Ok(input.within(Slot::number(f64::from(texts.number(text)))))
        }
        (item, _) => input.read(item, &texts.policy.symbols, &mut Vec::new()).map_err(|error| error.cause),
    };
    items.iter().map(read).collect()
}

/// Returns the value that a text stands for, or why it is none of the type.
fn category(text: &str, scalar: Scalar, texts: &mut Texts<'_>) -> core::result::Result<Slot, Cause> {
    limits::check("string_bytes", texts.limits.string_bytes, text.len()).map_err(|error| error.cause)?;
    match scalar {
        Scalar::Text => Ok(Slot::number(f64::from(texts.number(text)))),
        Scalar::Date => Date::parse(text).map(day).map_err(|error| error.cause),
        _ => Err(Cause::PolicyInput),
    }
}

fn day(date: Date) -> Slot {
    Slot::number(f64::from(date.epoch_days()))
}

/// Returns the first instant of a day.
fn start(date: Date) -> core::result::Result<Instant, Cause> {
    let microseconds = i64::from(date.epoch_days()) * 86_400_000_000;
    Instant::from_epoch_microseconds(microseconds).map_err(|error| error.cause)
}

/// Returns the date or instant of a row.
fn at(column: &Column<'_>, row: usize) -> Result<Option<At>> {
    if !column.is_valid(row) {
        return Ok(None);
    }
    match &column.values {
        Values::Date(days) => {
            days.get(row).map(|days| Date::from_epoch_days(*days).map(At::Date)).transpose()
        }
        Values::Instant(all) => {
            all.get(row).map(|it| Instant::from_epoch_microseconds(*it).map(At::Instant)).transpose()
        }
        _ => column.text(row).map(At::parse).transpose(),
    }
}

fn mistyped(name: &str, column: &Column<'_>, expected: &str) -> Error {
    // The texts `true` and `false` are texts here.
    let got = if matches!(column.values, Values::Dictionary { .. }) { "text" } else { column.kind_name() };
    let message = format!("expected a column of {expected}, got {got}; nothing is converted");
    Error::new(Cause::FrameColumnType, message).at(format!("/columns/{}", escape_segment(name)))
}
