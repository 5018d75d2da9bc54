//! Pages that belong together: those of one account, or of one connection with several. Each group says for itself whether
//! pages are missing, and how many rows it has.

use super::join::Owner;
use super::pages::Page;
use std::collections::{BTreeMap, BTreeSet};

/// The accounts of the arrays of a page that have one place: its number, and the elements that the stars stood for.
pub(super) type Units = BTreeMap<(usize, Vec<usize>), BTreeSet<Owner>>;

/// Pages that share an account.
#[derive(Default)]
pub(super) struct Group {
    accounts: BTreeSet<Owner>,
    /// Whether a page of it says that none follows.
    pub(super) is_whole: bool,
    /// How many rows it says that it has.
    pub(super) total: Option<i64>,
}

/// Returns the groups. A page without any account is of the group before it; the first one of that behind, of which it does not
/// say that no page follows.
pub(super) fn of(pages: &[Page<'_>], units: Units) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for ((page, stars), accounts) in units {
        let Some(page) = pages.get(page) else { continue };
        let own = |of: &[usize]| of.is_empty() || stars.is_empty() || *of == *stars;
        let says_more = page.more.iter().any(|(of, says)| own(of) && *says);
        let total = page.totals.iter().filter(|(of, _)| own(of)).map(|(_, total)| *total).max();
        let mut group = Group { accounts, is_whole: !says_more, total };
        let joins =
            |known: &mut Group| known.accounts.is_empty() || !known.accounts.is_disjoint(&group.accounts);
        let mut known: Vec<Group> = groups.extract_if(.., joins).collect();
        if group.accounts.is_empty() {
            known.extend(groups.pop());
        }
        for known in known {
            group.is_whole |= known.is_whole && (group.accounts.is_empty() || !known.accounts.is_empty());
            group.accounts.extend(known.accounts);
            group.total = group.total.max(known.total);
        }
        groups.push(group);
    }
    groups
}
