//! Counterparties: who pays the applicant, and whom the applicant pays.

use crate::domain::Row;

/// What one named counterparty moved.
#[derive(Clone, Copy, Debug, Default)]
struct Party {
    /// Income that it paid in the last 180 days, in minor units.
    income_minor: i128,
    /// Debits that it took in the last 90 days, in minor units above zero.
    debits_minor: i128,
    /// It occurs in the last 90 days.
    recent: bool,
}

/// How much of an amount has a name, and how much of it one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Concentration {
    /// Amount with a named counterparty, in minor units.
    pub(super) named_minor: i128,
    /// Amount of the largest named counterparty, in minor units.
    pub(super) top_minor: i128,
}

/// The named counterparties of an applicant, by the number that the ledger gave them: 0, 1, 2 ... without holes.
#[derive(Debug, Default)]
pub(super) struct Parties {
    by_number: Vec<Party>,
}

impl Parties {
    /// Counts a row of the last 180 days; `recent` if of the last 90. Rows without a name count nothing.
    pub(super) fn add(&mut self, row: &Row, recent: bool) {
        let Some(number) = row.counterparty.and_then(|number| usize::try_from(number).ok()) else { return };
        if number >= self.by_number.len() {
            self.by_number.resize(number.saturating_add(1), Party::default());
        }
        let Some(party) = self.by_number.get_mut(number) else { return };
        if row.income {
            party.income_minor += i128::from(row.amount_minor);
        }
        if recent {
            party.recent = true;
            if row.amount_minor < 0 && !row.transfer {
                party.debits_minor -= i128::from(row.amount_minor);
            }
        }
    }

    /// Returns how many named counterparties occur in the last 90 days.
    pub(super) fn recent(&self) -> u32 {
        u32::try_from(self.by_number.iter().filter(|party| party.recent).count()).unwrap_or(u32::MAX)
    }

    /// Returns who paid the income of the last 180 days.
    pub(super) fn income(&self) -> Concentration {
        concentration(self.by_number.iter().map(|party| party.income_minor))
    }

    /// Returns who took the debits of the last 90 days.
    pub(super) fn debits(&self) -> Concentration {
        concentration(self.by_number.iter().map(|party| party.debits_minor))
    }
}

/// Returns sum and largest of amounts at or above zero.
fn concentration(amounts: impl Iterator<Item = i128>) -> Concentration {
    amounts.fold(Concentration::default(), |seen, amount| Concentration {
        named_minor: seen.named_minor + amount,
        top_minor: seen.top_minor.max(amount),
    })
}
