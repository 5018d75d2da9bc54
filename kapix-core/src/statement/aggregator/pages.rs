//! The pages of the documents: their arrays of rows, what they say of other pages, and their rows joined.

use super::document::{Form, Node};
use super::groups::Units;
use super::join::{Entry, Joined, Owner, Versions};
use super::pointer::{Found, Pointer};
use super::row::RowReader;
use crate::domain::AccountKind;
use crate::error::{Cause, Detail, Error, Result};
use crate::id::Id;
use crate::limits::{self, Limits};
use crate::statement::LeftOutReason;
use std::collections::{BTreeMap, BTreeSet};

/// Rows that one error names at most.
const DETAILS_MAX: usize = 100;

/// Words of a page that its provider could not give.
const FAILED: &[&str] = &["failed", "failure", "error", "unsuccessful", "false"];

/// Rows of a page at which the fit of a preset is judged.
const LOOKED_AT: usize = 20;

/// One page.
pub(super) struct Page<'a> {
    /// Its pointer.
    place: String,
    /// Its arrays of rows.
    pub(super) rows: Vec<Found<'a>>,
    modified: Vec<Found<'a>>,
    removed: Vec<Found<'a>>,
    /// Whether it says that another page follows, and how many rows all pages hold, each with the elements of its stars.
    pub(super) more: Vec<(Vec<usize>, bool)>,
    pub(super) totals: Vec<(Vec<usize>, i64)>,
    /// What its list of accounts says that they are.
    pub(super) kinds: BTreeMap<Id, Option<AccountKind>>,
    root: Node<'a>,
}

/// Returns the pages of the documents: a document is one, or an array of them.
pub(super) fn of<'a>(roots: &[(&str, Node<'a>)], reader: &RowReader<'_>) -> Result<Vec<Page<'a>>> {
    let mut pages = Vec::new();
    for (place, root) in roots {
        let elements = root.elements(reader.rows).map_err(|error| error.under(place))?;
        let first = elements.first().map(|first| page((*place).to_owned(), *first, reader)).transpose()?;
        if first.is_some_and(|first| first.has_arrays()) {
            for (index, element) in (0_usize..).zip(elements) {
                pages.push(required(page(format!("{place}/{index}"), element, reader)?, reader)?);
            }
        } else {
            pages.push(required(page((*place).to_owned(), *root, reader)?, reader)?);
        }
    }
    Ok(pages)
}

/// Returns whether the documents have rows, and the first ones of each array are rows of the preset.
pub(super) fn fit(roots: &[(&str, Node<'_>)], reader: &RowReader<'_>) -> Result<bool> {
    let Ok(pages) = of(roots, reader) else { return Ok(false) };
    let mut rows = 0;
    for found in pages.iter().flat_map(|page| page.rows.iter().chain(&page.modified)) {
        for row in found.node.elements(reader.rows)?.into_iter().take(LOOKED_AT) {
            if !reader.fits(row)? {
                return Ok(false);
            }
            rows += 1;
        }
    }
    Ok(rows > 0)
}

/// Returns whether the documents have arrays of rows of the preset, and no row in them.
pub(super) fn are_empty(roots: &[(&str, Node<'_>)], reader: &RowReader<'_>) -> Result<bool> {
    let Ok(pages) = of(roots, reader) else { return Ok(false) };
    for found in pages.iter().flat_map(|page| page.rows.iter().chain(&page.modified).chain(&page.removed)) {
        if !found.node.elements(reader.rows)?.is_empty() {
            return Ok(false);
        }
    }
    Ok(pages.iter().all(Page::has_arrays))
}

/// Refuses documents of which a page, the first one of an array, says that the request for it failed.
pub(super) fn refuse_failures(roots: &[(&str, Node<'_>)], rows: u64) -> Result<()> {
    for (place, root) in roots {
        refuse_failed(*root, place)?;
        if let Some(first) = root.elements(rows).unwrap_or_default().first() {
            refuse_failed(*first, &format!("{place}/0"))?;
        }
    }
    Ok(())
}

fn page<'a>(place: String, root: Node<'a>, reader: &RowReader<'_>) -> Result<Page<'a>> {
    let map = reader.map;
    let arrays = |pointers: &[Pointer]| -> Result<Vec<Found<'a>>> {
        let mut arrays = Vec::new();
        for pointer in pointers {
            let found = pointer.all(root, reader.rows).map_err(|error| error.under(&place))?;
            arrays.extend(found.into_iter().filter(|found| found.node.form() == Form::Array));
        }
        Ok(arrays)
    };
    let (rows, modified, removed) = (arrays(&map.rows)?, arrays(&map.modified)?, arrays(&map.removed)?);
    let mut more = Vec::new();
    for pointer in &map.next {
        for found in pointer.all(root, reader.rows)? {
            let says = found.node.word()?.is_some_and(|word| !word.is_empty() && word != "false");
            more.push((found.stars, says));
        }
    }
    let mut totals = Vec::new();
    for pointer in &map.total {
        for found in pointer.all(root, reader.rows)? {
            totals.extend(
                found.node.word()?.and_then(|word| word.parse().ok()).map(|total| (found.stars, total)),
            );
        }
    }
    let kinds = kinds(root, reader)?;
    Ok(Page { place, rows, modified, removed, more, totals, kinds, root })
}

/// Returns what the list of accounts of a page says that each is, by the first pointer whose word is known.
fn kinds(root: Node<'_>, reader: &RowReader<'_>) -> Result<BTreeMap<Id, Option<AccountKind>>> {
    let map = reader.map;
    let mut words = Vec::new();
    for pointer in &map.listed_kind {
        words.extend(pointer.all(root, reader.rows)?);
    }
    let mut kinds = BTreeMap::new();
    for pointer in &map.listed_id {
        for found in pointer.all(root, reader.rows)? {
            let Some(id) = found.node.word()?.and_then(|word| Id::parse(&word).ok()) else { continue };
            let mut kind = None;
            for word in words.iter().filter(|word| word.stars == found.stars) {
                let own = word.node.word()?.and_then(|word| map.kinds.get(&word.to_lowercase()).copied());
                kind = kind.or(own);
            }
            kinds.insert(id, kind);
        }
    }
    Ok(kinds)
}

/// Returns a page that has an array of rows, or the error of one without.
fn required<'a>(page: Page<'a>, reader: &RowReader<'_>) -> Result<Page<'a>> {
    if page.has_arrays() || !page.rows.is_empty() {
        return Ok(page);
    }
    let known: Vec<String> = reader.map.rows.iter().map(Pointer::text).collect();
    let message = format!("a page must have an array of rows at one of `{}`", known.join("`, `"));
    Err(Error::new(Cause::StatementForm, message).at(page.place))
}

/// Refuses a page whose provider says that it failed.
fn refuse_failed(root: Node<'_>, place: &str) -> Result<()> {
    if root.form() != Form::Object {
        return Ok(());
    }
    let members = root.members().map_err(|error| error.under(place))?;
    for (name, node) in &members {
        let failed = match &**name {
            "status" => node.word().map_err(|error| error.under(place))?,
            // An answer of GraphQL may hold a part of the data beside its errors.
            "errors" if node.elements(1).map_or(true, |all| !all.is_empty()) => Some("error".into()),
            "error_code" => node.word().map_err(|error| error.under(place))?.map(|_| "error".into()),
            _ => None,
        };
        if failed.is_some_and(|word| FAILED.contains(&&*word.to_lowercase())) {
            let message = "the document says that the request for it failed; ask the provider again";
            return Err(Error::new(Cause::StatementForm, message).at(format!("{place}/{name}")));
        }
    }
    Ok(())
}

impl Page<'_> {
    /// Returns whether the page is an object with arrays of rows, added, modified or removed.
    fn has_arrays(&self) -> bool {
        let mut arrays = self.rows.iter().chain(&self.modified).chain(&self.removed);
        self.root.form() == Form::Object && arrays.next().is_some()
    }
}

/// Reads the rows of pages and joins them.
pub(super) struct Pages<'p, 'm> {
    reader: &'p RowReader<'m>,
    joined: Joined,
    problems: Vec<Detail>,
    units: Units,
    /// Elements so far.
    number: u64,
}

impl<'p, 'm> Pages<'p, 'm> {
    pub(super) fn new(reader: &'p RowReader<'m>) -> Self {
        Self { reader, joined: Joined::default(), problems: Vec::new(), units: Units::new(), number: 0 }
    }

    /// Returns the rows of the pages as one list, with the accounts of the pages, or one error for all that cannot be read.
    pub(super) fn join(mut self, pages: &[Page<'_>], limits: &Limits) -> Result<(Joined, Units)> {
        pages.iter().try_for_each(|page| refuse_failed(page.root, &page.place))?;
        let versions = if self.reader.map.id_is_unique { Versions::ByPage } else { Versions::Apart };
        for (index, page) in pages.iter().enumerate() {
            let listed = page.kinds.keys().cloned().map(Owner::Id);
            self.units.entry((index, Vec::new())).or_default().extend(listed);
            for (arrays, versions) in [(&page.rows, versions), (&page.modified, Versions::Latest)] {
                for array in arrays {
                    self.array((index, page), array, versions)?;
                    let rows = usize::try_from(self.number).unwrap_or(usize::MAX);
                    limits::check("rows", limits.rows, rows).map_err(|error| error.at("/document"))?;
                }
            }
            for array in &page.removed {
                for (element, row) in (0_usize..).zip(array.node.elements(self.reader.rows)?) {
                    match self.reader.id_of(row) {
                        Ok(id) => self.joined.remove(id),
                        Err(error) => self.problem(error, page, array, element),
                    }
                }
            }
        }
        // A page whose rows have places of their own is those.
        let (joined, mut units) = (self.joined, self.units);
        let starred: BTreeSet<usize> =
            units.keys().filter(|(_, stars)| !stars.is_empty()).map(|(page, _)| *page).collect();
        units.retain(|(page, stars), own| !own.is_empty() || !stars.is_empty() || !starred.contains(page));
        Error::from_details(self.problems).map_or(Ok((joined, units)), Err)
    }

    /// Reads the rows of an array.
    fn array(&mut self, page: (usize, &Page<'_>), array: &Found<'_>, versions: Versions) -> Result<()> {
        let (index, page) = page;
        let owner = self.owner(page, array)?;
        let has_own = page.more.iter().any(|(stars, _)| !stars.is_empty());
        let mut accounts: BTreeSet<Owner> = BTreeSet::new();
        accounts.extend(Some(&owner).filter(|owner| matches!(owner, Owner::Id(_))).cloned());
        for (element, row) in (0_usize..).zip(array.node.elements(self.reader.rows)?) {
            match self.reader.read(row) {
                Ok(Some(row)) => {
                    let owner = row.account.clone().map_or_else(|| owner.clone(), Owner::Id);
                    if !accounts.contains(&owner) {
                        accounts.insert(owner.clone());
                    }
                    self.joined.add(Entry { number: self.number, page: index, owner, row }, versions);
                }
                Ok(None) => self.joined.left_out.push(self.number, LeftOutReason::NoAmount),
                Err(error) => self.problem(error, page, array, element),
            }
            self.number += 1;
        }
        let stars = if has_own { array.stars.clone() } else { Vec::new() };
        self.units.entry((index, stars)).or_default().extend(accounts);
        Ok(())
    }

    /// Keeps what is wrong with an element, as long as one error can name it.
    fn problem(&mut self, error: Error, page: &Page<'_>, array: &Found<'_>, element: usize) {
        if self.problems.len() < DETAILS_MAX {
            self.problems.push(detail(error, &format!("{}{}/{element}", page.place, array.place)));
        }
    }

    /// Returns the account of the rows of an array that name none.
    fn owner(&self, page: &Page<'_>, array: &Found<'_>) -> Result<Owner> {
        for pointer in &self.reader.map.account_of_rows {
            let found = pointer.all(page.root, self.reader.rows)?;
            if let Some(found) = found.into_iter().find(|found| found.stars == array.stars)
                && let Some(word) = found.node.word()?
            {
                let place = format!("{}{}", page.place, found.place);
                return Id::parse(&word).map(Owner::Id).map_err(|error| error.at(place));
            }
        }
        Ok(Owner::Array(array.stars.clone()))
    }
}

fn detail(error: Error, place: &str) -> Detail {
    let error = error.under(place);
    let field = error.fields.into_iter().next().unwrap_or_default();
    Detail { cause: error.cause, message: error.message, field }
}
