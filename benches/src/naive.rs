//! The floor: a scorer as one would write it by hand in plain Rust, without checks, explanations or options.

use kapix_core::{numeric, scorecard::CardBody};

/// Cut points and points of each characteristic.
#[derive(Clone, Debug)]
pub struct NaiveCard {
    base: i32,
    refer: i32,
    approve: i32,
    points0: f64,
    pdo: f64,
    log_odds0: f64,
    characteristics: Vec<NaiveCharacteristic>,
}

#[derive(Clone, Debug)]
struct NaiveCharacteristic {
    cuts: Vec<f64>,
    points: Vec<i32>,
    missing: i32,
}

/// What the floor says of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NaiveScore {
    /// Total points.
    pub points: i32,
    /// PD by the PDO law, without a calibration.
    pub pd: f64,
    /// 1 decline, 2 refer, 3 approve.
    pub decision: u8,
}

impl NaiveCard {
    /// Returns the numbers of a card with numeric characteristics.
    pub fn of(body: &CardBody) -> Self {
        let characteristics = body.characteristics.iter().map(|it| NaiveCharacteristic {
            cuts: it.attributes.iter().filter_map(|attribute| attribute.lower).collect(),
            points: it.attributes.iter().map(|attribute| attribute.points).collect(),
            missing: it.missing.as_ref().map_or(0, |missing| missing.points),
        });
        Self {
            base: body.base_points,
            refer: body.cutoffs.map_or(0, |cutoffs| cutoffs.refer),
            approve: body.cutoffs.map_or(0, |cutoffs| cutoffs.approve),
            points0: body.scaling.points0,
            pdo: body.scaling.pdo,
            log_odds0: numeric::ln(body.scaling.odds0),
            characteristics: characteristics.collect(),
        }
    }

    /// Returns the score of one row; NaN is missing.
    pub fn score(&self, inputs: impl Iterator<Item = f64>) -> NaiveScore {
        let mut points = self.base;
        for (characteristic, value) in self.characteristics.iter().zip(inputs) {
            points += if value.is_nan() {
                characteristic.missing
            } else {
                let slot = characteristic.cuts.iter().take_while(|cut| value >= **cut).count();
                characteristic.points.get(slot).copied().unwrap_or_default()
            };
        }
        let doublings = (f64::from(points) - self.points0) / self.pdo;
        let log_odds_bad = -(self.log_odds0 + doublings * core::f64::consts::LN_2);
        let decision = 1 + u8::from(points >= self.refer) + u8::from(points >= self.approve);
        NaiveScore { points, pd: numeric::logistic(log_odds_bad), decision }
    }
}
