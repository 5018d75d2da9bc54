//! The slot of each row, as the card places it.

use super::column::Binning;
use super::settings::BinKind;
use crate::domain::{Column, Values};
use crate::error::{Cause, Error, Result};
use crate::json::Scalar;

impl Binning {
    /// Returns the slot of missing inputs.
    ///
    /// ```
    /// # use kapix_core::fitting::{BinningOptions, BinningSettings, Target, bin};
    /// # use kapix_core::frame::Column;
    /// # let income = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    /// # let target = Target::Binary { bad: &[1, 1, 1, 0, 1, 0, 0, 0], weight: None };
    /// # let settings = BinningSettings { size_min: Some(0.25), p_value_max: Some(1.0), ..BinningSettings::default() };
    /// # let options = BinningOptions::new(&settings)?;
    /// # let binning = bin(&Column::float(&income), &[0, 1, 2, 3, 4, 5, 6, 7], target, &options)?;
    /// // Below 4, 4 to below 6, 6 or more; then the missing values.
    /// assert_eq!(binning.cuts, [4.0, 6.0]);
    /// assert_eq!(binning.missing_slot(), 3);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn missing_slot(&self) -> u16 {
        let attributes = match self.kind {
            BinKind::Numeric => self.cuts.len() + 1,
            BinKind::Categorical => self.groups.len(),
        };
        slot_number(attributes + self.special.len())
    }

    /// Writes the slot of each of the `rows` of a column to `out`, one entry a row of `rows`.
    ///
    /// Special values go first, by their bits after adding 0; then `[lower, upper)`. Errors: `frame.infinity`,
    /// `frame.column_type`, `frame.shape` where a row lies outside or `out` has another length than `rows`.
    ///
    /// ```
    /// # use kapix_core::fitting::{BinningOptions, BinningSettings, Target, bin};
    /// # use kapix_core::frame::Column;
    /// # let income = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    /// # let target = Target::Binary { bad: &[1, 1, 1, 0, 1, 0, 0, 0], weight: None };
    /// # let settings = BinningSettings { size_min: Some(0.25), p_value_max: Some(1.0), ..BinningSettings::default() };
    /// # let options = BinningOptions::new(&settings)?;
    /// # let binning = bin(&Column::float(&income), &[0, 1, 2, 3, 4, 5, 6, 7], target, &options)?;
    /// assert_eq!(binning.cuts, [4.0, 6.0]);
    /// let applicants = [3.9, 4.0, 100.0, f64::NAN];
    /// let mut slots = [0; 4];
    /// binning.slots(&Column::float(&applicants), &[0, 1, 2, 3], &mut slots)?;
    /// assert_eq!(slots, [0, 1, 2, 3]);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn slots(&self, column: &Column<'_>, rows: &[u32], out: &mut [u16]) -> Result<()> {
        let last = rows.iter().max().map(|row| usize::try_from(*row).unwrap_or(usize::MAX));
        if out.len() != rows.len() || last.is_some_and(|last| last >= column.len()) {
            let message =
                format!("a row lies outside the `{}` rows of a column, or has no slot", column.len());
            return Err(Error::new(Cause::FrameShape, message));
        }
        if let Some(encoded) = column.encode() {
            return self.slots(&encoded.column(), rows, out);
        }
        super::column::readable(column)?;
        match (&column.values, self.kind) {
            (Values::Dictionary { categories, .. }, BinKind::Categorical) => {
                self.dictionary(column, categories, rows, out);
                Ok(())
            }
            (Values::Dictionary { categories, .. }, BinKind::Numeric) if categories.is_empty() => {
                out.fill(self.missing_slot());
                Ok(())
            }
            (Values::Dictionary { .. }, BinKind::Numeric) => {
                Err(Error::new(Cause::FrameColumnType, "the binning is numeric; the column holds text"))
            }
            (_, BinKind::Categorical) => {
                let places = self.places();
                let place = |value: f64| self.slot_of_text(&places, &value.to_string());
                self.numbers(column, rows, out, place)
            }
            (_, BinKind::Numeric) => {
                let special: Vec<(u64, u16)> = self
                    .special
                    .iter()
                    .zip(slot_number(self.cuts.len() + 1)..)
                    .filter_map(|(value, slot)| match value {
                        Scalar::Number(number) => Some(((number + 0.0).to_bits(), slot)),
                        _ => None,
                    })
                    .collect();
                self.numbers(column, rows, out, |value| {
                    let inside = self.cuts.iter().map(|cut| u16::from(value >= *cut)).sum();
                    special
                        .iter()
                        .fold(inside, |slot, (bits, own)| if *bits == value.to_bits() { *own } else { slot })
                })
            }
        }
    }

    #[expect(clippy::indexing_slicing, reason = "rows that the column has not are refused")]
    fn numbers(
        &self,
        column: &Column<'_>,
        rows: &[u32],
        out: &mut [u16],
        place: impl Fn(f64) -> u16,
    ) -> Result<()> {
        match plain_values(column) {
            Some(values) => self.fill(rows, out, |row| values[row], place),
            None => self.fill(rows, out, |row| column.number(row).unwrap_or(f64::NAN), place),
        }
    }

    fn fill(
        &self,
        rows: &[u32],
        out: &mut [u16],
        value: impl Fn(usize) -> f64,
        place: impl Fn(f64) -> u16,
    ) -> Result<()> {
        let missing = self.missing_slot();
        for (row, out) in rows.iter().zip(out) {
            let value = usize::try_from(*row).map_or(f64::NAN, &value) + 0.0;
            if value.is_infinite() {
                return Err(Error::new(Cause::FrameInfinity, format!("row `{row}` holds an infinity")));
            }
            *out = if value.is_nan() { missing } else { place(value) };
        }
        Ok(())
    }

    fn dictionary(&self, column: &Column<'_>, categories: &[&str], rows: &[u32], out: &mut [u16]) {
        let places = self.places();
        let by_code: Vec<u16> = categories.iter().map(|text| self.slot_of_text(&places, text)).collect();
        let (missing, unseen) = (self.missing_slot(), self.missing_slot().saturating_add(1));
        for (row, out) in rows.iter().zip(out) {
            let code = usize::try_from(*row).ok().and_then(|row| code(column, row));
            *out = code.map_or(missing, |code| by_code.get(code).copied().unwrap_or(unseen));
        }
    }

    /// Returns every category that has a slot, in byte order.
    fn places(&self) -> Vec<(&str, u16)> {
        let groups = self.groups.iter().zip(0_u16..);
        let grouped = groups.flat_map(|(group, slot)| group.iter().map(move |text| (text.as_str(), slot)));
        let special = self.special.iter().zip(slot_number(self.groups.len())..);
        let special = special.filter_map(|(value, slot)| match value {
            Scalar::Text(text) => Some((text.as_str(), slot)),
            _ => None,
        });
        let mut places: Vec<(&str, u16)> = grouped.chain(special).collect();
        places.sort_unstable();
        places
    }

    fn slot_of_text(&self, places: &[(&str, u16)], text: &str) -> u16 {
        let found =
            places.binary_search_by(|(own, _)| (*own).cmp(text)).ok().and_then(|place| places.get(place));
        found.map_or(self.missing_slot().saturating_add(1), |(_, slot)| *slot)
    }
}

/// Returns the values of a column of floats without a bitmap that lie one after the other.
pub(super) fn plain_values<'c>(column: &'c Column<'_>) -> Option<&'c [f64]> {
    match (&column.values, &column.validity) {
        (Values::Float(values), None) => values.as_slice(),
        _ => None,
    }
}

/// Returns the dictionary code of a row; `None` where the row is missing or the column holds numbers.
pub(super) fn code(column: &Column<'_>, row: usize) -> Option<usize> {
    let Values::Dictionary { codes, .. } = &column.values else { return None };
    if !column.is_valid(row) {
        return None;
    }
    usize::try_from(*codes.get(row)?).ok()
}

/// A binning has at most 60,000 slots.
fn slot_number(slot: usize) -> u16 {
    u16::try_from(slot).unwrap_or(u16::MAX)
}
