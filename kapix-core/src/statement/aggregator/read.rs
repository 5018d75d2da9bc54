//! From documents to accounts: the preset, the pages, their rows joined, and what they prove.

use super::balances::{self, SignIs};
use super::document::Node;
use super::groups::{self, Group};
use super::join::{AccountRows, Owner};
use super::pages::{self, Page, Pages};
use super::preset::{AggregatorPreset, Map, aggregator_presets};
use super::row::{RowRead, RowReader};
use crate::domain::{Account, AccountKind, TransactionStatus};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::limits::{self, Limits};
use crate::money::Currency;
use crate::statement::delimited::tells_of_money_in;
use crate::statement::profile::{Format, Profile, Sign};
use crate::statement::reading::{
    AccountRead, Choice, LeftOutReason, Proof, Reading, ReadingFinding, ReadingFindingKind, TotalCheck,
    TotalKind,
};
use crate::statement::request::TransactionsReadRequest;
use std::collections::BTreeMap;

/// The preset of a reading.
struct Chosen {
    preset: AggregatorPreset,
    map: Map,
    /// Its name, where it ships.
    name: Option<String>,
    choice: Choice,
}

/// Returns the accounts of an aggregator's answer, given as one document or as several.
pub(crate) fn read(
    documents: &[&[u8]],
    request: &TransactionsReadRequest,
    limits: &Limits,
) -> Result<Reading> {
    let places: Vec<String> = match documents.len() {
        1 => vec!["/document".to_owned()],
        count => (0..count).map(|index| format!("/documents/{index}")).collect(),
    };
    let roots = documents.iter().zip(&places).map(|(document, place)| {
        let root = Node::document(document, limits).map_err(|error| error.under(place))?;
        Ok((place.as_str(), root))
    });
    let roots: Vec<(&str, Node<'_>)> = roots.collect::<Result<_>>()?;
    let chosen = chosen(&roots, request, limits)?;
    let sign = request.profile.sign.or(chosen.preset.sign).unwrap_or(Sign::CreditPositive);
    let reader = reader(&chosen.preset, &chosen.map, sign, request, limits);
    let pages = pages::of(&roots, &reader)?;
    if pages.iter().all(|page| page.rows.is_empty()) {
        return Err(Error::new(Cause::StatementEmpty, "the document holds no row").at("/document"));
    }
    let (joined, units) = Pages::new(&reader).join(&pages, limits)?;
    let groups = groups::of(&pages, units);
    let distinct = joined.len();
    let (rows, left_out) = joined.accounts();
    if rows.is_empty() {
        return Err(
            Error::new(Cause::StatementEmpty, "no row of the document is a transaction").at("/document")
        );
    }
    limits::check("accounts", limits.accounts, rows.len()).map_err(|error| error.at("/document"))?;
    let mut proof = Proof::default();
    let mut findings = pages_found(&groups, distinct, &mut proof);
    let open = open_rows(&rows);
    let mut accounts = accounts(rows, &chosen.preset, &pages, request)?;
    // Whether a row without an amount moved money stays open.
    let without = left_out.counts.get(&LeftOutReason::NoAmount).copied().unwrap_or_default();
    for account in &mut accounts {
        account.doubt(without);
    }
    let sign_is = match request.profile.sign {
        _ if !chosen.map.is_signed || chosen.map.amount.is_empty() => SignIs::Told,
        Some(_) => SignIs::Stated,
        None => SignIs::Open,
    };
    let settled = balances::settle(&mut accounts, sign_is, &mut proof, &mut findings)?;
    // Balances that chain over all rows show that each took effect.
    let rows: usize = accounts.iter().map(|it| it.lines.len().saturating_sub(1)).sum();
    let steps = u64::try_from(rows).unwrap_or(u64::MAX);
    let are_whole =
        steps > 1 && proof.balances_checked >= steps && proof.balances_chained == proof.balances_checked;
    if !open.is_empty() && !are_whole {
        findings.push(ReadingFindingKind::StateUnknown.at(open));
    }
    let sign = if settled { turned(sign) } else { sign };
    let profile = profile(&chosen, sign, request, &mut proof);
    Ok(Reading { accounts, findings, left_out, profile, proof })
}

/// Returns the numbers of the rows of which it is open whether they took effect: without a status where others state one, and money
/// in whose text tells that it did not come.
fn open_rows(rows: &[AccountRows]) -> Vec<u64> {
    let all = || rows.iter().flat_map(|(_, _, rows)| rows);
    let has_statuses = all().any(|(_, row)| row.has_status);
    let is_open = |row: &RowRead| {
        let it = &row.transaction;
        let mut texts = [&it.description, &it.counterparty].into_iter().flatten();
        let is_told = it.amount_minor > 0 && texts.any(|text| tells_of_money_in(text));
        it.status == TransactionStatus::Posted && (is_told || (has_statuses && !row.has_status))
    };
    let mut numbers: Vec<u64> = all().filter(|(_, row)| is_open(row)).map(|(number, _)| *number).collect();
    numbers.sort_unstable();
    numbers
}

/// Refuses a kind that the request states of an account which a page lists as another one.
fn check_kind(stated: Option<AccountKind>, listed: Option<AccountKind>) -> Result<()> {
    let (Some(stated), Some(listed)) = (stated, listed) else { return Ok(()) };
    if stated == listed {
        return Ok(());
    }
    let (own, stated): (&str, &str) = (listed.into(), stated.into());
    let message = format!("the document lists an account of kind `{own}`; the request states `{stated}`");
    Err(Error::new(Cause::StatementForm, message).at("/account/kind"))
}

/// Returns how rows are read by a preset under a request.
fn reader<'m>(
    preset: &AggregatorPreset,
    map: &'m Map,
    sign: Sign,
    request: &TransactionsReadRequest,
    limits: &Limits,
) -> RowReader<'m> {
    RowReader {
        map,
        sign,
        currency: request.account.currency,
        currency_default: preset.currency_default,
        offset: request.account.utc_offset.or(preset.utc_offset),
        rows: limits.rows,
    }
}

/// Returns the preset that the request states, or the only one that the documents fit.
fn chosen(roots: &[(&str, Node<'_>)], request: &TransactionsReadRequest, limits: &Limits) -> Result<Chosen> {
    let stated = &request.profile;
    let replaced = |mut preset: AggregatorPreset| {
        if let Some(categories) = &stated.categories {
            preset.categories.clone_from(categories);
        }
        preset
    };
    let at = |place: &'static str| move |error: Error| error.under(place);
    if let Some(pointers) = &stated.pointers {
        if stated.preset.is_some() {
            let message = "`preset` and `pointers` replace each other; give one";
            return Err(Error::new(Cause::DataExclusive, message).at("/profile/pointers"));
        }
        let preset = replaced((**pointers).clone());
        let map = preset.map(limits).map_err(at("/profile/pointers"))?;
        return Ok(Chosen { preset, map, name: None, choice: Choice::Stated });
    }
    let mut shipped = aggregator_presets()?;
    let names = || "`akiba`, `mono`, `mpesa`, `plaid`, `stitch`";
    if let Some(name) = &stated.preset {
        let Some(preset) = shipped.remove(name) else {
            let message = format!("preset must be one of {}; got `{}` bytes", names(), name.len());
            return Err(Error::new(Cause::ValueOutOfRange, message).at("/profile/preset"));
        };
        let preset = replaced(preset);
        let map = preset.map(limits).map_err(at("/profile"))?;
        return Ok(Chosen { preset, map, name: Some(name.clone()), choice: Choice::Stated });
    }
    let (mut fitting, mut empty) = (Vec::new(), Vec::new());
    for (name, preset) in shipped {
        let preset = replaced(preset);
        let map = preset.map(limits).map_err(at("/profile"))?;
        let reader = reader(&preset, &map, Sign::CreditPositive, request, limits);
        if pages::are_empty(roots, &reader)? {
            empty.push(name);
        } else if pages::fit(roots, &reader)? {
            fitting.push(Chosen { preset, map, name: Some(name), choice: Choice::Found { line: 0 } });
        }
    }
    if fitting.len() > 1 {
        let fit: Vec<&str> = fitting.iter().filter_map(|it| it.name.as_deref()).collect();
        let message = format!("the document fits the presets `{}`; state `profile.preset`", fit.join("`, `"));
        return Err(Error::new(Cause::StatementUnstated, message).at("/profile/preset"));
    }
    if fitting.is_empty() {
        pages::refuse_failures(roots, limits.rows)?;
    }
    if fitting.is_empty() && !empty.is_empty() {
        let message = format!("the document has the form of `{}` and holds no row", empty.join("` or of `"));
        return Err(Error::new(Cause::StatementEmpty, message).at("/document"));
    }
    fitting.pop().ok_or_else(|| {
        let message = format!(
            "the document fits none of the presets {}; state `profile.pointers`, or `profile.preset` to see what is amiss; rows \
             of a table must come as CSV, or in Python as a frame",
            names()
        );
        Error::new(Cause::StatementForm, message).at("/document")
    })
}

/// Returns what the pages of each account say of pages and rows that did not come.
fn pages_found(groups: &[Group], distinct: usize, proof: &mut Proof) -> Vec<ReadingFinding> {
    let mut findings = Vec::new();
    if groups.iter().any(|group| !group.is_whole) {
        findings.push(ReadingFindingKind::PagesMissing.at(vec![0]));
    }
    let totals = groups.iter().filter_map(|group| group.total);
    if let Some(stated) = totals.reduce(i64::saturating_add) {
        let found = i64::try_from(distinct).unwrap_or(i64::MAX);
        proof.totals.push(TotalCheck {
            found_minor: found,
            kind: TotalKind::Rows,
            line: 0,
            stated_minor: stated,
        });
        if found < stated {
            findings.push(ReadingFindingKind::TotalMismatch.at(vec![0]));
        }
    }
    findings
}

/// Returns the accounts of the rows, with what the request states of the one account, or of all.
fn accounts(
    rows: Vec<AccountRows>,
    preset: &AggregatorPreset,
    pages: &[Page<'_>],
    request: &TransactionsReadRequest,
) -> Result<Vec<AccountRead>> {
    let stated = &request.account;
    // What is stated of several accounts is not what each is listed as.
    let stated_kind = stated.kind.filter(|_| rows.len() == 1);
    let listed = |owner: &Owner| match owner {
        Owner::Id(id) => pages.iter().find_map(|page| *page.kinds.get(id)?),
        Owner::Array(_) => None,
    };
    if rows.len() > 1 {
        let of_one = [
            ("account_id", stated.account_id.is_some()),
            ("closing_balance_minor", stated.closing_balance_minor.is_some()),
            ("opening_balance_minor", stated.opening_balance_minor.is_some()),
        ];
        if let Some((name, _)) = of_one.iter().find(|(_, is_stated)| *is_stated) {
            let message = format!("{name} is of one account; the document holds `{}`", rows.len());
            return Err(Error::new(Cause::DataExclusive, message).at(format!("/account/{name}")));
        }
    }
    let mut seen: BTreeMap<String, Currency> = BTreeMap::new();
    let accounts = rows.into_iter().map(|(owner, currency, rows)| {
        check_kind(stated_kind, listed(&owner))?;
        let mut id = match (&stated.account_id, &owner) {
            (Some(id), _) | (None, Owner::Id(id)) => id.as_str().to_owned(),
            (None, Owner::Array(stars)) if stars.is_empty() => "account".to_owned(),
            (None, Owner::Array(stars)) => {
                stars.iter().fold("account".to_owned(), |id, index| format!("{id}-{}", index + 1))
            }
        };
        // One account in two currencies is two.
        if seen.insert(id.clone(), currency).is_some() {
            id = format!("{id}/{currency}");
        }
        let (lines, transactions) = rows.into_iter().map(|(number, row)| (number, row.transaction)).unzip();
        let account = Account {
            account_id: Id::parse(&id).map_err(|error| error.at("/document"))?,
            chain_tolerance_minor: 0,
            closing_balance_minor: stated.closing_balance_minor,
            currency,
            kind: stated_kind
                .or(listed(&owner))
                .or(stated.kind)
                .or(preset.kind)
                .unwrap_or(AccountKind::Other),
            opening_balance_minor: stated.opening_balance_minor,
            period: stated.period,
            provider: stated.provider.clone().or_else(|| preset.provider.clone()),
            reading_doubts: None,
            transactions,
            utc_offset: stated.utc_offset.or(preset.utc_offset).unwrap_or_default(),
        };
        Ok(AccountRead { account, lines })
    });
    accounts.collect()
}

/// Returns the form that was used, whole, and enters how each part came about.
fn profile(chosen: &Chosen, sign: Sign, request: &TransactionsReadRequest, proof: &mut Proof) -> Profile {
    let stated = &request.profile;
    let format = if stated.format.is_some() { Choice::Stated } else { Choice::Found { line: 0 } };
    proof.choices.insert("format", format);
    proof.choices.insert("preset", chosen.choice);
    if !chosen.map.amount.is_empty() && chosen.map.is_signed {
        let choice = match (stated.sign, chosen.preset.sign) {
            (Some(_), _) => Choice::Stated,
            (None, Some(by_preset)) if by_preset == sign => Choice::Default,
            (None, _) => Choice::Found { line: 0 },
        };
        proof.choices.insert("sign", choice);
    }
    Profile {
        categories: stated.categories.clone(),
        format: Some(Format::Json),
        pointers: stated.pointers.clone(),
        preset: chosen.name.clone(),
        sign: chosen.map.is_signed.then_some(sign).filter(|_| !chosen.map.amount.is_empty()),
        ..Profile::default()
    }
}

fn turned(sign: Sign) -> Sign {
    match sign {
        Sign::CreditPositive => Sign::DebitPositive,
        Sign::DebitPositive => Sign::CreditPositive,
    }
}
