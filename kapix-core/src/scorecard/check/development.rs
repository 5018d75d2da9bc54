//! The proof of a card's development record.

use super::Findings;
use crate::error::Cause;
use crate::scorecard::body::{Calibration, CardBody, CharacteristicBody, NOT_STATED, OUTSIDE_MIN, PdKind};

/// Finds what the development record states but does not prove.
pub(super) fn development(body: &CardBody, findings: &mut Findings) {
    if body.pd_basis.horizon_days == 0 {
        findings.add(Cause::CardPdBasis, "/pd_basis/horizon_days", "a PD has a horizon of at least `1` day");
    }
    let calibration = body.development.as_ref().and_then(|development| development.calibration.as_ref());
    if let Some(fault) = calibration.and_then(|it| it.curve.fault()) {
        let message = format!("the curve does not lead to a PD that keeps the rank of totals: {fault}");
        findings.add(Cause::CardDevelopment, "/development/calibration/curve", message);
    }
    if body.pd_basis.kind == PdKind::Calibrated {
        calibrated(body, calibration, findings);
    }
    let Some(development) = &body.development else { return };
    let n = body.characteristics.len();
    let vectors = [
        ("mean_points", Some(&development.mean_points)),
        ("means_at_cutoff", development.means_at_cutoff.as_ref()),
    ];
    for (name, vector) in vectors {
        if vector.is_some_and(|vector| vector.len() != n || vector.iter().any(|value| !value.is_finite())) {
            let message = format!("{name} must hold `{n}` finite numbers, one a characteristic");
            findings.add(Cause::CardDevelopment, format!("/development/{name}"), message);
        }
    }
    if !is_covariance(&development.points_covariance, n) {
        let message =
            format!("points_covariance must be a symmetric `{n}` x `{n}` matrix with diagonal >= 0");
        findings.add(Cause::CardDevelopment, "/development/points_covariance", message);
    }
    let size = n + 1;
    if let Some(coefficients) = &development.coefficients
        && (coefficients.len() != size || coefficients.iter().any(|own| !own.is_finite()))
    {
        let message = format!("coefficients must hold `{size}` finite numbers, the intercept first");
        findings.add(Cause::CardDevelopment, "/development/coefficients", message);
    }
    if let Some(covariance) = &development.coefficient_covariance
        && !(is_covariance(covariance, size) && body.characteristics.iter().all(has_woe))
    {
        let message = format!(
            "coefficient_covariance must be a symmetric `{size}` x `{size}` matrix (intercept first), and every bin must state its woe"
        );
        findings.add(Cause::CardDevelopment, "/development/coefficient_covariance", message);
    }
    counts(body, findings);
}

fn counts(body: &CardBody, findings: &mut Findings) {
    let Some(development) = &body.development else { return };
    let positive = |count: f64| count.is_finite() && count >= 0.0;
    if !(positive(development.goods)
        && positive(development.bads)
        && development.goods + development.bads > 0.0)
    {
        findings.add(
            Cause::CardDevelopment,
            "/development/goods",
            "goods and bads must be >= 0 and not both 0",
        );
    }
    if development.counts.len() != body.characteristics.len() {
        let message =
            format!("counts must hold one entry a characteristic, `{}`", body.characteristics.len());
        findings.add(Cause::CardDevelopment, "/development/counts", message);
    }
    for (index, (bins, characteristic)) in development.counts.iter().zip(&body.characteristics).enumerate() {
        let fits = bins.attributes.len() == characteristic.attributes.len()
            && bins.special.len() <= characteristic.special.len();
        let all = bins.attributes.iter().chain(&bins.special).chain(&bins.missing).chain(&bins.unseen);
        if !fits || all.into_iter().any(|bin| !(positive(bin.goods) && positive(bin.bads))) {
            findings.add(
                Cause::CardDevelopment,
                format!("/development/counts/{index}"),
                "counts must be >= 0, one a bin of the characteristic",
            );
        }
    }
}

fn has_woe(characteristic: &CharacteristicBody) -> bool {
    characteristic.attributes.iter().all(|attribute| attribute.woe.is_some())
        && characteristic.special.iter().all(|special| special.woe.is_some())
        && characteristic.missing.iter().chain(&characteristic.unseen).all(|bin| bin.woe.is_some())
}

/// Symmetric to 1e-9 of the larger entry: the rounding of a product computed in two orders stays below 1e-12.
#[expect(clippy::indexing_slicing, reason = "every row has been found to be as long as the matrix")]
fn is_covariance(matrix: &[Vec<f64>], size: usize) -> bool {
    matrix.len() == size
        && matrix.iter().all(|row| row.len() == size && row.iter().all(|value| value.is_finite()))
        && matrix.iter().enumerate().all(|(i, row)| {
            row.get(i).is_some_and(|diagonal| *diagonal >= 0.0)
                && row.iter().enumerate().all(|(j, value)| {
                    let mirror = matrix[j][i];
                    (value - mirror).abs() <= 1e-9 * value.abs().max(mirror.abs()).max(1.0)
                })
        })
}

/// A PD is called calibrated by the same rule in a loaded card as in development.
fn calibrated(body: &CardBody, calibration: Option<&Calibration>, findings: &mut Findings) {
    let measured = calibration.is_some_and(|it| {
        let goods = it.outside_rows.checked_sub(it.outside_bads);
        it.outside_bads >= OUTSIDE_MIN && goods.is_some_and(|goods| goods >= OUTSIDE_MIN)
    });
    if !measured {
        let message = format!(
            "`calibrated` needs a calibration that was measured on at least `{OUTSIDE_MIN}` bad and `{OUTSIDE_MIN}` good rows outside the fit"
        );
        findings.add(Cause::CardPdBasis, "/pd_basis/kind", message);
    }
    let basis = &body.pd_basis;
    for (name, text) in [("default_definition", &basis.default_definition), ("population", &basis.population)]
    {
        if text.trim().is_empty() || text == NOT_STATED {
            let message = format!("`calibrated` needs a stated {name}");
            findings.add(Cause::CardPdBasis, format!("/pd_basis/{name}"), message);
        }
    }
}
