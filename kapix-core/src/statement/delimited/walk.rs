//! The walk over the records of a document, in parts on several threads. Each record is seen for what it shows and read
//! as a row in the same step, by a form that a sample shows. Only where the whole document shows another form are the rows
//! read again.

use super::balances::Known;
use super::breaks::DAYS_OF_TEXTS;
use super::cut::Cut;
use super::flags::{self, Says};
use super::found::{Building, Found, in_another_form};
use super::layout::Layout;
use super::parts::Part;
use super::place;
use super::preamble::Preamble;
use super::records::{Marks, Records};
use super::rows::Rows;
use super::sections::{self, Names};
use super::sides::{SideForm, Sides};
use super::survey::{Choices, Survey};
use crate::domain::AccountKind;
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::limits::Limits;
use crate::money::Currency;
use crate::parallel;
use crate::statement::columns::RowColumns;
use crate::statement::profile::ColumnRole;
use crate::statement::reading::LeftOutRows;
use crate::statement::request::TransactionsReadRequest;
use crate::time::UtcOffset;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The operator of a statement of M-PESA, and its currency and zone, as the preset of its JSON has them.
const MPESA: &str = "M-PESA";
const MPESA_CURRENCY: &str = "KES";
const MPESA_MINUTES: i32 = 180;

/// Records of each part that the sample has.
const SAMPLE: usize = 64;

/// What comes after the header.
pub(super) struct Body<'t> {
    pub(super) parts: Vec<Part<'t>>,
    pub(super) marks: Marks,
    pub(super) preamble: Preamble,
    pub(super) request: &'t TransactionsReadRequest,
    pub(super) limits: &'t Limits,
    pub(super) threads: usize,
}

/// How rows are read.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) choices: Choices,
    /// Currency of a row whose column names none.
    currency: Option<Currency>,
    /// Offset of the days of the accounts.
    offset: UtcOffset,
}

/// What a part gave.
#[derive(Default)]
struct Walked {
    survey: Survey,
    found: Found,
    /// The first error, behind the rows that were found.
    failed: Option<Error>,
}

/// What the parts gave, joined in their order as they come: memory of parts is given back while others are read.
#[derive(Default)]
struct Joined {
    survey: Survey,
    found: Found,
    /// The first error behind the rows that were found.
    failed: Option<Error>,
    /// The number of parts that were joined.
    parts: usize,
    /// Parts ahead of those before them.
    ahead: BTreeMap<usize, Walked>,
    /// Memory of rows that were joined, for the parts to come.
    spare: Vec<RowColumns>,
}

impl Joined {
    /// Adds what a part gave, with its number of so many.
    fn add(&mut self, (number, of): (usize, usize), walked: Walked, limits: &Limits) {
        self.ahead.insert(number, walked);
        while let Some(mut next) = self.ahead.remove(&self.parts) {
            self.parts += 1;
            if self.parts == 1
                && let [account] = &mut *next.found.accounts
            {
                account.rows.reserve(account.rows.len() * (of - 1));
            }
            self.survey.join(&next.survey);
            if self.failed.is_none() {
                match self.found.join(next.found, limits) {
                    Ok(spare) => self.spare.push(spare),
                    Err(error) => self.failed = Some(error),
                }
                self.failed = self.failed.take().or(next.failed);
            }
        }
    }
}

impl Form {
    /// Returns whether rows are read in the same way.
    fn reads_as(&self, other: &Self) -> bool {
        let parts = |it: &Choices| {
            (
                it.date_order.0,
                it.debit_sign.0,
                it.decimal_mark.0,
                it.sign.0,
                it.sign_by_type,
                it.bare_is_debit,
            )
        };
        parts(&self.choices) == parts(&other.choices)
            && self.currency == other.currency
            && self.offset == other.offset
    }
}

impl Body<'_> {
    /// Returns what the records gave, and what was decided on the way.
    pub(super) fn read(&self, layout: &mut Layout, left_out: LeftOutRows) -> Result<(Found, Form)> {
        let mut sample = self.sample(layout);
        let is_stated = self.request.profile.columns.contains_key(&ColumnRole::Type);
        if is_stated && layout.places.side_form == SideForm::Words && sample.foreign_type(layout).is_some() {
            layout.places.side_form = SideForm::Stated;
            sample = self.sample(layout);
        }
        // What is refused here is refused below, at its first line in the whole document.
        let left = sample.foreign_type(layout).map_or(Ok(()), |line| self.leave_type(layout, line));
        let guess = left.and_then(|()| self.decide(&sample, layout)).ok();
        let (mut survey, mut read) = self.walk(layout, guess)?;
        let again = survey.wants_type(layout);
        if again {
            layout.places.set(ColumnRole::Type, layout.left_type.take());
            (survey, read) = self.walk(layout, None)?;
        }
        let is_foreign = survey.foreign_type(layout);
        is_foreign.map_or(Ok(()), |line| self.leave_type(layout, line))?;
        let form = self.decide(&survey, layout)?;
        if again || is_foreign.is_some() || !guess.is_some_and(|guess| guess.reads_as(&form)) {
            read = self.walk(layout, Some(form))?.1;
        }
        let mut found = read?;
        let open =
            found.sections.iter().filter(|it| matches!(it.names, Names::Open) && it.rows_before < found.rows);
        open.for_each(|it| found.states.doubt(it.line));
        let behind = core::mem::replace(&mut found.left_out, left_out);
        found.left_out.join(behind);
        Ok((found, form))
    }

    /// Returns the first error of rows that are of another account, or took no effect, by what stands beside them.
    pub(super) fn not_whole(&self, found: &Found, layout: &Layout) -> Option<Error> {
        let stated = self.request.account.account_id.as_ref();
        let known = [stated, self.preamble.account_id.as_ref()].map(|id| id.map(Id::as_str));
        let section = sections::check(&found.sections, known, &self.preamble.titles, found.rows);
        let named = found.named_again().map(|(line, at)| (line, flags::named_again(line, layout, at)));
        let no_effect = found.no_effect.map(|(line, at)| (line, flags::says_no_effect(line, layout, at)));
        let form = found.in_another_form.first().map(|line| (*line, in_another_form(*line)));
        let rows = found.unsettled.clone().into_iter().chain(found.beside_against());
        let all = named.into_iter().chain(no_effect).chain(section).chain(form).chain(rows);
        all.min_by_key(|(line, _)| *line).map(|(_, error)| error)
    }

    /// Returns what the document says of an account beside its rows; of one alone the days that the lines before the header
    /// name, and the balances at their ends.
    pub(super) fn known(&self, account: &Building, is_one: bool, form: &Form, layout: &Layout) -> Known {
        let days = account.rows.at.iter().map(|at| at.date(form.offset));
        let is_mpesa = layout.is_mpesa();
        let kind = self.preamble.kind.map(|(kind, _)| kind);
        Known {
            period: if is_one { self.preamble.period(days, form.choices.date_order.0) } else { None },
            ends: if is_one { self.preamble.ends(&form.choices, account.currency) } else { [None; 2] },
            kind: kind.or_else(|| is_mpesa.then_some(AccountKind::MobileMoney)),
            provider: is_mpesa.then_some(MPESA),
            utc_offset: form.offset,
        }
    }

    /// Returns what the columns that nothing reads show of sides.
    pub(super) fn sides(&self, layout: &Layout) -> Sides {
        let mut sides = Sides::of(layout);
        for part in &self.parts {
            let mut records = Records::new(*part, self.marks);
            for _ in 0..SAMPLE {
                let Some(record) = records.next() else { break };
                sides.see(&Cut::new(record, &layout.places), layout);
            }
        }
        sides.see_all(&self.parts, self.marks, layout)
    }

    fn decide(&self, survey: &Survey, layout: &Layout) -> Result<Form> {
        let mut choices = survey.decide(&self.request.profile, layout)?;
        choices.has_balance_below |= layout.flags.iter().any(|(_, says)| *says == Says::BalanceSide);
        let beside = survey.currency.map(|(currency, _)| currency);
        let currency = self.currency(layout)?.or(beside).or_else(|| self.preamble.currency_beside());
        let is_mpesa = layout.is_mpesa();
        let currency = currency.or_else(|| Currency::parse(MPESA_CURRENCY).ok().filter(|_| is_mpesa));
        let is_of_kenya = is_mpesa && currency.is_some_and(|own| own.as_str() == MPESA_CURRENCY);
        let of_mpesa = UtcOffset::from_minutes(MPESA_MINUTES).ok().filter(|_| is_of_kenya);
        let offset = self.request.account.utc_offset.or(choices.zone).or(of_mpesa).unwrap_or(UtcOffset::UTC);
        Ok(Form { choices, currency, offset })
    }

    /// Returns the currency that the request, the header or a line before it names; an error where two name another.
    fn currency(&self, layout: &Layout) -> Result<Option<Currency>> {
        let stated = self.request.account.currency;
        let header = layout.currency.map(|currency| (currency, layout.header_line));
        let mut first = stated.map(|currency| (currency, None));
        let named = header.into_iter().chain(self.preamble.currencies.iter().copied());
        // Balances beside a currency name it where nothing else does; else they must agree.
        let is_named = first.is_some() || header.is_some() || !self.preamble.currencies.is_empty();
        let beside = self.preamble.beside.iter().copied().filter(|_| is_named);
        for (currency, line) in named.chain(beside) {
            let (other, before) = *first.get_or_insert((currency, Some(line)));
            if other != currency {
                let by = before.map_or("the request".to_owned(), |line| format!("line `{line}`"));
                let message = format!("the line names the currency {currency}; {by} names {other}");
                return Err(place(Cause::MoneyCurrencyMixed, line, None, &message));
            }
        }
        Ok(first.map(|(currency, _)| currency))
    }

    /// Returns what the first records of each part show.
    fn sample(&self, layout: &Layout) -> Survey {
        let mut survey = Survey::default();
        for part in &self.parts {
            let mut records = Records::new(*part, self.marks);
            for _ in 0..SAMPLE {
                let Some(record) = records.next() else { break };
                survey.see(&Cut::new(record, &layout.places), layout, self.request.account.period);
            }
        }
        survey
    }

    /// Returns what all records show, and what they give under a form.
    fn walk(&self, layout: &Layout, form: Option<Form>) -> Result<(Survey, Result<Found>)> {
        let joined = Mutex::new(Joined::default());
        parallel::run(self.parts.iter(), self.threads, |number, part| {
            let (has_failed, spare) = {
                let mut joined = locked(&joined);
                (joined.failed.is_some(), joined.spare.pop().unwrap_or_default())
            };
            // Behind an error in rows no row is read.
            let walked = self.part(*part, layout, (form.filter(|_| !has_failed), spare));
            locked(&joined).add((number, self.parts.len()), walked, self.limits);
            Ok(())
        })?;
        let Joined { survey, found, failed, .. } =
            joined.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok((survey, failed.map_or(Ok(found), Err)))
    }

    fn part(&self, part: Part<'_>, layout: &Layout, (form, spare): (Option<Form>, RowColumns)) -> Walked {
        let mut survey = Survey::default();
        let mut failed = None;
        let mut rows = form.map(|form| Rows {
            layout,
            choices: form.choices,
            stated: &self.request.account,
            preamble: &self.preamble,
            limits: self.limits,
            currency: form.currency,
            offset: form.offset,
            found: Found::default(),
            last_day: None,
            ahead: part.lines(),
            spare,
            unread: layout.unread(),
            texts: layout.texts(),
        });
        let mut records = Records::new(part, self.marks);
        while let Some(record) = records.next() {
            let cut = Cut::new(record, &layout.places);
            survey.see(&cut, layout, self.request.account.period);
            if let (Some(rows), None) = (&mut rows, &failed) {
                failed = rows.read(&cut).err();
            }
        }
        // An empty line at the end of a part stands before the first row of the next.
        if let Some(rows) = &mut rows
            && (part.text.ends_with("\n\n") || part.text.ends_with("\n\r\n"))
        {
            rows.found.open_break(0, DAYS_OF_TEXTS);
        }
        Walked { survey, found: rows.map(|it| it.found).unwrap_or_default(), failed }
    }

    /// A column of types that states other things than directions is none, unless the request says that it is.
    fn leave_type(&self, layout: &mut Layout, line: u64) -> Result<()> {
        let refuse = |message: &str| Err(place(Cause::TransactionCsv, line, Some(ColumnRole::Type), message));
        if self.request.profile.columns.contains_key(&ColumnRole::Type) {
            return refuse("the value must say credit or debit; else state another column of `type`");
        }
        let name = layout.places.of(ColumnRole::Type).and_then(|place| layout.header.get(place));
        if name.is_some_and(|name| name == ColumnRole::Type.as_str()) {
            return refuse("the value must be `credit` or `debit`");
        }
        layout.left_type = layout.places.of(ColumnRole::Type);
        layout.places.set(ColumnRole::Type, None);
        Ok(())
    }
}

fn locked(joined: &Mutex<Joined>) -> MutexGuard<'_, Joined> {
    joined.lock().unwrap_or_else(PoisonError::into_inner)
}
