//! The scores of many rows.

use super::{BatchOutput, RowStatus};
use crate::domain::{Codes, ResultColumn, ResultColumns, ResultValues};
use crate::scorecard::body::Decision;
use crate::scorecard::card::Card;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows that are counted at a time: their codes stay in the first-level cache.
const BLOCK: usize = 4 * 255;
/// The decisions in the order of their codes.
const DECISIONS: [Decision; 3] = [Decision::Decline, Decision::Refer, Decision::Approve];

/// The scores of many rows, one entry each: what [`Card::score_rows`] writes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoredRows {
    /// Total points; 0 where the status is not 0.
    pub points: Vec<i32>,
    /// PD of a calibrated card, 0..=1; NaN otherwise and where the status is not 0.
    pub pd: Vec<f64>,
    /// 1 - PD, a rank unless calibrated; NaN where the status is not 0.
    pub score: Vec<f64>,
    /// Index in decline, refer, approve; -1 where the status is not 0.
    pub decision: Vec<i8>,
    /// Index in the card's bands; -1 where the status is not 0.
    pub risk_band: Vec<i32>,
    /// A [`RowStatus`] as its number; 0 is scored.
    pub status: Vec<i8>,
}

impl ScoredRows {
    /// Returns so many rows, not yet scored.
    ///
    /// ```
    /// assert_eq!(kapix_core::scorecard::ScoredRows::with_rows(3).status.len(), 3);
    /// ```
    pub fn with_rows(rows: usize) -> Self {
        Self {
            points: vec![0; rows],
            pd: vec![0.0; rows],
            score: vec![0.0; rows],
            decision: vec![0; rows],
            risk_band: vec![0; rows],
            status: vec![0; rows],
        }
    }

    /// Returns the columns to write to.
    ///
    /// ```
    /// let mut rows = kapix_core::scorecard::ScoredRows::with_rows(2);
    /// rows.output().points[1] = 640;
    /// assert_eq!(rows.points, [0, 640]);
    /// ```
    pub fn output(&mut self) -> BatchOutput<'_> {
        BatchOutput {
            points: &mut self.points,
            pd: &mut self.pd,
            score: &mut self.score,
            decision: &mut self.decision,
            band: &mut self.risk_band,
            status: &mut self.status,
        }
    }

    /// Returns the scores as result columns: points, PD, score, decision and band are null where a row is not scored,
    /// and every PD is unless the card is calibrated.
    ///
    /// ```
    /// # use kapix_core::{Limits, artefact::EXPERT_CARDS, scorecard::{Card, CardBody}};
    /// # let bundle: serde_json::Value = serde_json::from_str(EXPERT_CARDS)?;
    /// # let body: CardBody = serde_json::from_value(bundle["artefacts"][0]["body"].clone())?;
    /// # let card = Card::load(body, &Limits::default())?;
    /// use kapix_core::scorecard::ScoredRows;
    ///
    /// let columns = ScoredRows::with_rows(3).into_columns(&card);
    /// assert_eq!(columns.get("points").map(|points| points.len()), Some(3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_columns(self, card: &Card) -> ResultColumns {
        let scored = self.validity();
        self.into_valid_columns(card, scored)
    }

    /// Returns [`Self::into_columns`]; `scored` is the validity.
    pub(super) fn into_valid_columns(self, card: &Card, scored: Option<Vec<u8>>) -> ResultColumns {
        let pd = if card.is_calibrated() { scored.clone() } else { Some(vec![0; self.pd.len().div_ceil(8)]) };
        let codes = |name, codes, names, validity| {
            ResultColumn::new(name, ResultValues::Dictionary { codes, names }, validity)
        };
        let decisions = DECISIONS.map(|it| Arc::from(it.as_str())).to_vec();
        let statuses = RowStatus::ALL.map(|it| Arc::from(it.as_str())).to_vec();
        ResultColumns::from_iter([
            ResultColumn::new("points", ResultValues::Integer32(self.points), scored.clone()),
            ResultColumn::new("pd", ResultValues::Float(self.pd), pd),
            ResultColumn::new("score", ResultValues::Float(self.score), scored.clone()),
            codes("decision", Codes::Narrow(self.decision), decisions, scored.clone()),
            codes("risk_band", Codes::Wide(self.risk_band), card.band_names.clone(), scored),
            codes("status", Codes::Narrow(self.status), statuses, None),
        ])
    }

    /// Returns which rows are scored, as a bitmap; `None` when all are.
    pub(super) fn validity(&self) -> Option<Vec<u8>> {
        if all_zero(&self.status) {
            return None;
        }
        let byte = |rows: &[i8]| {
            rows.iter().enumerate().fold(0, |byte, (bit, status)| byte | u8::from(*status == 0) << bit)
        };
        Some(self.status.chunks(8).map(byte).collect())
    }

    /// Returns the number of rows of each status, then of each decision, that occurs.
    pub(crate) fn counts(&self) -> [BTreeMap<&'static str, u64>; 2] {
        let mut statuses = [0; RowStatus::ALL.len()];
        let [mut decline, mut refer, mut approve] = [0; DECISIONS.len()];
        for (status, codes) in self.status.chunks(BLOCK).zip(self.decision.chunks(BLOCK)) {
            // Most blocks are scored throughout.
            let own: [u64; RowStatus::ALL.len()] = if all_zero(status) {
                core::array::from_fn(|code| if code == 0 { count(status.len()) } else { 0 })
            } else {
                RowStatus::ALL.map(|it| occurrences(status, it as i8))
            };
            // A row has a decision where it is scored; what neither declines nor refers approves.
            let (declined, referred) = (occurrences(codes, 0), occurrences(codes, 1));
            approve += own.first().copied().unwrap_or_default() - declined - referred;
            decline += declined;
            refer += referred;
            statuses.iter_mut().zip(own).for_each(|(all, own)| *all += own);
        }
        let names = DECISIONS.iter().map(|it| it.as_str());
        [
            present(RowStatus::ALL.iter().map(|it| it.as_str()).zip(statuses)),
            present(names.zip([decline, refer, approve])),
        ]
    }
}

fn all_zero(codes: &[i8]) -> bool {
    codes.chunks(BLOCK).all(|block| block.iter().fold(0, |all, code| all | code) == 0)
}

/// Returns how often a code occurs, by vectors of bytes: a count of at most 255 fits one.
fn occurrences(codes: &[i8], code: i8) -> u64 {
    let few = |chunk: &[i8]| chunk.iter().fold(0_u8, |count, own| count.wrapping_add(u8::from(*own == code)));
    codes.chunks(255).map(|chunk| u64::from(few(chunk))).sum()
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

fn present(counts: impl Iterator<Item = (&'static str, u64)>) -> BTreeMap<&'static str, u64> {
    counts.filter(|(_, count)| *count > 0).collect()
}
