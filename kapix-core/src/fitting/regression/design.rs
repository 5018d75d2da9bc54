//! The rows of a fit: checked, and the columns standardised.

use crate::error::{Cause, Error, Result};
use crate::fitting::{Run, Target};
use crate::numeric::{count, sqrt, sum};
use crate::parallel;
use std::borrow::Cow;

/// The values of one column, one a row.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// Finite numbers.
    Dense(&'a [f64]),
    /// The value of a row is that of its slot, such as the weight of evidence of its bin.
    Coded {
        /// The slot of each row.
        slots: &'a [u16],
        /// The value of each slot, finite where a row has the slot.
        values: &'a [f64],
    },
}

/// One column with its name.
#[derive(Clone, Copy, Debug)]
pub struct Predictor<'a> {
    /// Name of the characteristic.
    pub name: &'a str,
    /// The values.
    pub values: Values<'a>,
}

/// What a regression reads: the outcome and the columns; the intercept is added.
#[derive(Clone, Debug)]
pub struct Design<'a> {
    /// The columns.
    pub predictors: Vec<Predictor<'a>>,
    /// The outcome, binary, with optional weights: a row of weight 2 counts as two rows.
    pub target: Target<'a>,
    /// Known part of the log-odds of each row, finite; `None`: 0.
    pub offset: Option<&'a [f64]>,
}

/// A checked design whose columns are standardised to weighted mean 0 and variance 1.
#[derive(Clone, Debug)]
pub struct Prepared<'a> {
    /// 1 is bad, 0 is good.
    pub(super) bad: Cow<'a, [u8]>,
    /// Standardised columns.
    pub(super) columns: Vec<Column<'a>>,
    /// Known part of the log-odds.
    pub(super) offset: Option<Cow<'a, [f64]>>,
    /// Weights of the rows.
    pub(super) weight: Option<Cow<'a, [f64]>>,
    /// Sum of the weights of all rows and of the bad rows.
    pub(super) totals: [f64; 2],
}

/// One standardised column: z = (x - mean)/scale.
#[derive(Clone, Debug)]
pub(super) struct Column<'a> {
    pub(super) name: &'a str,
    pub(super) mean: f64,
    /// Standard deviation with divisor n, 1 for a constant column.
    pub(super) scale: f64,
    /// All rows have one value.
    pub(super) is_constant: bool,
    /// Least and greatest value of the good rows and of the bad rows.
    pub(super) ranges: [[f64; 2]; 2],
    pub(super) values: Standardised<'a>,
}

/// Where the z of a row comes from.
#[derive(Clone, Debug)]
pub(super) enum Standardised<'a> {
    /// The x of the rows.
    Dense(Cow<'a, [f64]>),
    /// The slots of the rows and the z of each slot.
    Coded { slots: Cow<'a, [u16]>, table: Vec<f64> },
}

impl<'a> Prepared<'a> {
    /// Returns the standardised design.
    ///
    /// Errors: a target that is not binary, not 0 or 1, or has one class only;
    /// weights not finite or not above 0; columns of another length, with slots outside or values not finite.
    ///
    /// ```
    /// use kapix_core::fitting::{Design, Predictor, PredictorValues, Prepared, Run, Target};
    ///
    /// let run = Run { check: &|| Ok(()), progress: &|_, _| (), threads: 1 };
    /// let income = Predictor { name: "income", values: PredictorValues::Dense(&[1.0, 2.0, 3.0]) };
    /// let target = Target::Binary { bad: &[1, 0, 0], weight: None };
    /// let mut design = Design { predictors: vec![income], target, offset: None };
    /// assert!(Prepared::new(&design, &run).is_ok());
    ///
    /// design.target = Target::Binary { bad: &[0, 0, 0], weight: None };
    /// let error = Prepared::new(&design, &run).unwrap_err();
    /// assert_eq!(error.message, "the sample must hold both good and bad rows");
    /// ```
    #[expect(clippy::indexing_slicing, reason = "`check_rows` proves that each row has its weight")]
    pub fn new(design: &Design<'a>, run: &Run<'_>) -> Result<Self> {
        let Target::Binary { bad, weight } = design.target else {
            return Err(Error::new(Cause::FittingTarget, "a logistic regression needs a binary target"));
        };
        check_rows(bad, weight, design.offset)?;
        let weight_of = |row: usize| weight.map_or(1.0, |weight| weight[row]);
        let is_bad = |row: &usize| bad.get(*row) == Some(&1);
        let totals = [sum((0..bad.len()).map(weight_of)), sum((0..bad.len()).filter(is_bad).map(weight_of))];
        if !(0..bad.len()).any(|row| is_bad(&row)) || (0..bad.len()).all(|row| is_bad(&row)) {
            return Err(Error::new(Cause::FittingTarget, "the sample must hold both good and bad rows"));
        }
        let rows = Rows { bad, weight, total: totals[0] };
        let mut columns: Vec<Option<Column<'a>>> = vec![None; design.predictors.len()];
        let jobs = columns.iter_mut().zip(&design.predictors);
        parallel::run(jobs, run.threads, |_, (place, predictor)| {
            (run.check)()?;
            *place = Some(rows.standardise(predictor)?);
            Ok(())
        })?;
        Ok(Self {
            bad: Cow::Borrowed(bad),
            columns: columns.into_iter().flatten().collect(),
            offset: design.offset.map(Cow::Borrowed),
            weight: weight.map(Cow::Borrowed),
            totals,
        })
    }

    /// Returns the number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.bad.len()
    }

    /// Returns the name of each column.
    pub(crate) fn names(&self) -> Vec<&'a str> {
        self.columns.iter().map(|column| column.name).collect()
    }

    /// Returns whether all rows have one value in a column.
    pub(crate) fn is_constant(&self, column: usize) -> bool {
        self.columns.get(column).is_some_and(|column| column.is_constant)
    }

    /// Returns the sum of the weights of the rows.
    pub(crate) fn weight(&self) -> f64 {
        let [total, _] = self.totals;
        total
    }

    /// Returns every `stride`-th row of the columns `kept`, standardised as before.
    #[expect(clippy::indexing_slicing, reason = "outcomes and weights are thinned alike")]
    pub(super) fn sample(&self, kept: &[usize], stride: usize) -> Self {
        fn every<T: Copy>(values: &[T], stride: usize) -> Vec<T> {
            values.iter().step_by(stride).copied().collect()
        }
        let columns = kept.iter().filter_map(|&at| self.columns.get(at)).map(|column| Column {
            values: match &column.values {
                Standardised::Dense(x) => Standardised::Dense(Cow::Owned(every(x, stride))),
                Standardised::Coded { slots, table } => {
                    Standardised::Coded { slots: Cow::Owned(every(slots, stride)), table: table.clone() }
                }
            },
            ..*column
        });
        let thin = |values: &Cow<'_, [f64]>| Cow::Owned(every(values, stride));
        let bad = every(&self.bad, stride);
        let weight: Option<Cow<'a, [f64]>> = self.weight.as_ref().map(thin);
        let weight_of = |row: usize| weight.as_ref().map_or(1.0, |weight| weight[row]);
        let of_bad = (0..bad.len()).filter(|&row| bad.get(row) == Some(&1)).map(weight_of);
        let totals = [sum((0..bad.len()).map(weight_of)), sum(of_bad)];
        Self {
            columns: columns.collect(),
            offset: self.offset.as_ref().map(thin),
            weight,
            totals,
            bad: Cow::Owned(bad),
        }
    }
}

fn check_rows(bad: &[u8], weight: Option<&[f64]>, offset: Option<&[f64]>) -> Result<()> {
    if let Some(row) = bad.iter().position(|&bad| bad > 1) {
        return Err(Error::new(
            Cause::FittingTarget,
            format!("the target must be 0 or 1; row `{row}` is not"),
        ));
    }
    for values in [weight, offset].into_iter().flatten() {
        same_length(values.len(), bad.len())?;
    }
    if weight.is_some_and(|weight| !weight.iter().all(|w| w.is_finite() && *w > 0.0)) {
        return Err(Error::new(Cause::FittingWeight, "weights must be finite and above 0"));
    }
    if offset.is_some_and(|offset| !offset.iter().all(|x| x.is_finite())) {
        return Err(Error::new(Cause::FittingColumn, "offsets must be finite"));
    }
    Ok(())
}

fn same_length(length: usize, rows: usize) -> Result<()> {
    if length == rows {
        return Ok(());
    }
    let message = format!("a column must have one value a row, `{rows}`; got `{length}`");
    Err(Error::new(Cause::FittingColumn, message))
}

/// What standardising reads beside the column.
struct Rows<'a> {
    bad: &'a [u8],
    weight: Option<&'a [f64]>,
    total: f64,
}

impl Rows<'_> {
    fn standardise<'c>(&self, predictor: &Predictor<'c>) -> Result<Column<'c>> {
        let column = match predictor.values {
            Values::Dense(x) => self.dense(predictor.name, x)?,
            Values::Coded { slots, values } => self.coded(predictor.name, slots, values)?,
        };
        if column.mean.is_finite() && column.scale.is_finite() {
            return Ok(column);
        }
        Err(Error::new(Cause::FittingColumn, "a column must be finite with a finite variance"))
    }

    #[expect(clippy::indexing_slicing, reason = "`check_rows` proves that each row has its weight")]
    fn weight(&self, row: usize) -> f64 {
        self.weight.map_or(1.0, |weight| weight[row])
    }

    fn dense<'c>(&self, name: &'c str, x: &'c [f64]) -> Result<Column<'c>> {
        same_length(x.len(), self.bad.len())?;
        let mut ranges = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
        for (&x, &bad) in x.iter().zip(self.bad) {
            if !x.is_finite() {
                return Err(Error::new(Cause::FittingColumn, "the values of a column must be finite"));
            }
            widen(&mut ranges, usize::from(bad), x);
        }
        let weighted = |f: &dyn Fn(f64) -> f64| {
            sum(x.iter().enumerate().map(|(row, &x)| self.weight(row) * f(x))) / self.total
        };
        let mean = weighted(&|x| x);
        let variance = weighted(&|x| (x - mean) * (x - mean));
        Ok(Column::new(name, [mean, variance], ranges, Standardised::Dense(Cow::Borrowed(x))))
    }

    fn coded<'c>(&self, name: &'c str, slots: &'c [u16], values: &[f64]) -> Result<Column<'c>> {
        same_length(slots.len(), self.bad.len())?;
        let weights = self.slot_weights(slots, values.len())?;
        let mut ranges = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
        let mut used = Vec::with_capacity(values.len());
        for (&value, weight) in values.iter().zip(&weights) {
            for (bad, &weight) in weight.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
                if !value.is_finite() {
                    return Err(Error::new(Cause::FittingColumn, "the value of a slot must be finite"));
                }
                widen(&mut ranges, bad, value);
                used.push((weight, value));
            }
        }
        let mean = sum(used.iter().map(|(weight, x)| weight * x)) / self.total;
        let variance = sum(used.iter().map(|(weight, x)| weight * (x - mean) * (x - mean))) / self.total;
        let empty = Standardised::Coded { slots: Cow::Borrowed(slots), table: Vec::new() };
        let mut column = Column::new(name, [mean, variance], ranges, empty);
        if let Standardised::Coded { table, .. } = &mut column.values {
            let z = |&x: &f64| if x.is_finite() { (x - column.mean) / column.scale } else { 0.0 };
            table.extend(values.iter().map(z));
        }
        Ok(column)
    }

    /// Returns the weight of the good and the bad rows of each slot.
    fn slot_weights(&self, slots: &[u16], size: usize) -> Result<Vec<[f64; 2]>> {
        let outside = || {
            let message = format!("a slot must be below the number of values, `{size}`");
            Err(Error::new(Cause::FittingColumn, message))
        };
        let rows = slots.iter().zip(self.bad);
        if let Some(weight) = self.weight {
            let mut weights = vec![[0.0; 2]; size];
            for ((&slot, &bad), weight) in rows.zip(weight) {
                match weights.get_mut(usize::from(slot)).and_then(|cell| cell.get_mut(usize::from(bad))) {
                    Some(place) => *place += weight,
                    None => return outside(),
                }
            }
            return Ok(weights);
        }
        let mut counts = vec![[0_usize; 2]; size];
        for (&slot, &bad) in rows {
            match counts.get_mut(usize::from(slot)).and_then(|cell| cell.get_mut(usize::from(bad))) {
                Some(place) => *place += 1,
                None => return outside(),
            }
        }
        Ok(counts.into_iter().map(|cell| cell.map(count)).collect())
    }
}

impl<'a> Column<'a> {
    fn new(name: &'a str, moments: [f64; 2], ranges: [[f64; 2]; 2], values: Standardised<'a>) -> Self {
        let [mean, variance] = moments;
        let [[good_least, good_most], [bad_least, bad_most]] = ranges;
        let is_constant = good_most.max(bad_most) <= good_least.min(bad_least) || variance <= 0.0;
        let scale = if is_constant { 1.0 } else { sqrt(variance) };
        // A constant column is all 0, not the rounding of its mean.
        let mean = if is_constant { good_least } else { mean };
        Self { name, mean, scale, is_constant, ranges, values }
    }
}

fn widen(ranges: &mut [[f64; 2]; 2], class: usize, x: f64) {
    if let Some([least, most]) = ranges.get_mut(class) {
        *least = least.min(x);
        *most = most.max(x);
    }
}
