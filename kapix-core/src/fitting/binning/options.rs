//! Settings with every default filled in, and proved.

use super::settings::{BinKind, BinRule, BinningSettings, PrebinningMethod};
use crate::error::{Cause, Detail, Error, Result};
use crate::fitting::optimal::{BINS_LIMIT, CURVED_PRE_BINS_MAX, Objective, PRE_BINS_MAX, PValueTest, Trend};
use crate::json::Scalar;
use serde::Serialize;

/// Most attributes by default. With more, a card is hard to read and its last attributes rest on few rows.
const BINS_MAX: u32 = 10;
/// Pre-bins by default. Quantiles do not depend on the outcome, so twenty of them fit no noise; each holds the least
/// size of an attribute.
const PREBINS_MAX: u32 = 20;
/// Least share of an attribute by default: the field's custom (N. Siddiqi, Credit Risk Scorecards, 2006, chapter 6).
const SIZE_MIN: f64 = 0.05;
/// Neighbours by default differ at a loose level: at 0.05 cards ranked worse outside their sample (mean AUC over 20
/// splits of three public data sets, `benches/README.md`), and without a test bins follow noise where rows are few.
const P_VALUE_MAX: f64 = 0.2;
/// Categories below this share by default are too few to have a rate of their own.
const RARE_SHARE: f64 = 0.01;

/// How one characteristic is binned, every default filled in.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BinningOptions {
    /// Least weight of bad rows in an attribute.
    pub bads_min: f64,
    /// Most attributes.
    pub bins_max: u32,
    /// Fewest attributes.
    pub bins_min: u32,
    /// Cut points between pre-bins, of the method `given`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<f64>,
    /// Cut points that the result must keep.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cuts_fixed: Vec<f64>,
    /// Least weight of good rows in an attribute.
    pub goods_min: f64,
    /// Intervals or sets; without it the column decides.
    pub kind: Option<BinKind>,
    /// Rule for missing inputs.
    pub missing: BinRule,
    /// What the partition maximises.
    pub objective: Objective,
    /// Greatest p-value between neighbours; 1 is no test.
    pub p_value_max: f64,
    /// The test between neighbours.
    pub p_value_test: PValueTest,
    /// The fine classes.
    pub prebinning: PrebinningOptions,
    /// Categories with a smaller share count as unseen.
    pub rare_share: f64,
    /// Least difference of rates between neighbours.
    pub rate_difference_min: f64,
    /// Greatest share of an attribute.
    pub size_max: f64,
    /// Least share of an attribute.
    pub size_min: f64,
    /// Rule for special values.
    pub special: BinRule,
    /// Values with a meaning of their own, such as -9 for `no record`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub special_values: Vec<Scalar>,
    /// The shape of the rate along ascending values.
    pub trend: Trend,
    /// Rule for unseen and rare categories.
    pub unseen: BinRule,
}

/// How the fine classes are made, every default filled in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PrebinningOptions {
    /// Most pre-bins.
    pub bins_max: u32,
    /// The method.
    pub method: PrebinningMethod,
    /// Least share of a pre-bin of a tree.
    pub size_min: f64,
}

impl BinningOptions {
    /// Returns the options that the settings mean.
    ///
    /// Error `value.out_of_range`: fields outside their documented ranges, all of them, at pointers that start at
    /// the settings; nothing is clamped.
    ///
    /// ```
    /// use kapix_core::fitting::{BinningOptions, BinningSettings, PrebinningMethod};
    ///
    /// let options = BinningOptions::new(&BinningSettings::default())?;
    /// assert_eq!((options.bins_max, options.size_min), (10, 0.05));
    /// assert_eq!(options.prebinning.method, PrebinningMethod::Quantile);
    ///
    /// let settings = BinningSettings { bins_max: Some(0), size_min: Some(0.7), ..BinningSettings::default() };
    /// let error = BinningOptions::new(&settings).unwrap_err();
    /// assert!(error.fields.contains(&"/bins_max".to_owned()) && error.fields.contains(&"/size_min".to_owned()));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn new(settings: &BinningSettings) -> Result<Self> {
        let prebinning = settings.prebinning.unwrap_or_default();
        let default_method =
            if settings.cuts.is_some() { PrebinningMethod::Given } else { PrebinningMethod::Quantile };
        let options = Self {
            bads_min: settings.bads_min.unwrap_or(0.0),
            bins_max: settings.bins_max.unwrap_or(BINS_MAX.max(settings.bins_min.unwrap_or(1))),
            bins_min: settings.bins_min.unwrap_or(1),
            cuts: settings.cuts.clone().unwrap_or_default(),
            cuts_fixed: settings.cuts_fixed.clone().unwrap_or_default(),
            goods_min: settings.goods_min.unwrap_or(0.0),
            kind: settings.kind,
            missing: settings.missing.unwrap_or(BinRule::Own),
            objective: settings.objective.unwrap_or(Objective::Iv),
            p_value_max: settings.p_value_max.unwrap_or(P_VALUE_MAX),
            p_value_test: settings.p_value_test.unwrap_or(PValueTest::ZTest),
            prebinning: PrebinningOptions {
                bins_max: prebinning.bins_max.unwrap_or(PREBINS_MAX),
                method: prebinning.method.unwrap_or(default_method),
                size_min: prebinning.size_min.unwrap_or(SIZE_MIN),
            },
            rare_share: settings.rare_share.unwrap_or(RARE_SHARE),
            rate_difference_min: settings.rate_difference_min.unwrap_or(0.0),
            size_max: settings.size_max.unwrap_or(1.0),
            size_min: settings.size_min.unwrap_or(SIZE_MIN),
            special: settings.special.unwrap_or(BinRule::Own),
            special_values: settings.special_values.clone().unwrap_or_default(),
            trend: settings.trend.unwrap_or(Trend::Auto),
            unseen: settings.unseen.unwrap_or(BinRule::Own),
        };
        let mut faults = Faults(Vec::new());
        options.counts(&mut faults);
        options.shares(&mut faults);
        options.lists(&mut faults);
        Error::from_details(faults.0).map_or(Ok(options), Err)
    }

    fn counts(&self, faults: &mut Faults) {
        faults.unless(
            (1..=BINS_LIMIT).contains(&number(self.bins_max)),
            "/bins_max",
            format!("bins_max must be in 1..=`{BINS_LIMIT}`; got `{}`", self.bins_max),
        );
        faults.unless(
            (1..=self.bins_max).contains(&self.bins_min),
            "/bins_min",
            format!("bins_min must be in 1..=bins_max, `{}`; got `{}`", self.bins_max, self.bins_min),
        );
        let limit = match self.trend {
            Trend::Concave | Trend::Convex => CURVED_PRE_BINS_MAX,
            _ => PRE_BINS_MAX,
        };
        faults.unless(
            (2..=limit).contains(&number(self.prebinning.bins_max)),
            "/prebinning/bins_max",
            format!("bins_max must be in 2..=`{limit}` for this trend; got `{}`", self.prebinning.bins_max),
        );
        let given = self.cuts.len() + 1;
        let prebins = self.cuts_fixed.len()
            + if self.cuts.is_empty() { number(self.prebinning.bins_max) } else { given };
        faults.unless(
            prebins <= limit,
            if self.cuts.is_empty() { "/cuts_fixed" } else { "/cuts" },
            format!("pre-bins must be at most `{limit}` for this trend; got `{prebins}`"),
        );
        for (value, name) in [
            (self.bads_min, "bads_min"),
            (self.goods_min, "goods_min"),
            (self.rate_difference_min, "rate_difference_min"),
        ] {
            faults.unless(
                value >= 0.0 && value.is_finite(),
                &format!("/{name}"),
                format!("{name} must be at least `0`; got `{value}`"),
            );
        }
    }

    fn shares(&self, faults: &mut Faults) {
        for (share, name) in [
            (self.prebinning.size_min, "prebinning/size_min"),
            (self.rare_share, "rare_share"),
            (self.size_min, "size_min"),
        ] {
            faults.unless(
                (0.0..=0.5).contains(&share),
                &format!("/{name}"),
                format!("a share must be in 0..=`0.5`; got `{share}`"),
            );
        }
        faults.unless(
            self.size_max > self.size_min && self.size_max <= 1.0,
            "/size_max",
            format!("size_max must be above size_min, `{}`, up to 1; got `{}`", self.size_min, self.size_max),
        );
        faults.unless(
            self.p_value_max > 0.0 && self.p_value_max <= 1.0,
            "/p_value_max",
            format!("p_value_max must be above `0` and at most `1`; got `{}`", self.p_value_max),
        );
    }

    fn lists(&self, faults: &mut Faults) {
        for (cuts, name) in [(&self.cuts, "cuts"), (&self.cuts_fixed, "cuts_fixed")] {
            let ascend = cuts.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
            faults.unless(
                ascend && cuts.iter().all(|cut| cut.is_finite()),
                &format!("/{name}"),
                "cut points must be finite and ascend".to_owned(),
            );
        }
        let is_given = self.prebinning.method == PrebinningMethod::Given;
        faults.unless(
            is_given != self.cuts.is_empty(),
            "/cuts",
            "the prebinning method `given` and cut points go together".to_owned(),
        );
        faults.unless(
            self.special != BinRule::Refuse,
            "/special",
            "a card cannot refuse a special value; exclude those rows".to_owned(),
        );
        for (index, value) in self.special_values.iter().enumerate() {
            let is_first = self.special_values.iter().position(|other| other == value) == Some(index);
            faults.unless(
                is_first && matches!(value, Scalar::Number(_) | Scalar::Text(_)),
                &format!("/special_values/{index}"),
                "a special value is a number or a text, and each stands once".to_owned(),
            );
        }
    }
}

fn number(bins: u32) -> usize {
    usize::try_from(bins).unwrap_or(usize::MAX)
}

struct Faults(Vec<Detail>);

impl Faults {
    fn unless(&mut self, holds: bool, field: &str, message: String) {
        if !holds {
            self.0.push(Detail { cause: Cause::ValueOutOfRange, message, field: field.to_owned() });
        }
    }
}
