use super::given::{bin_all, free, given, noisy, options, prebinning};
use crate::domain::{Bitmap, Column};
use crate::error::Cause;
use crate::fitting::Target;
use crate::fitting::binning::{
    BinKind, BinRule, BinningFindingKind, BinningOptions, BinningSettings, BinningStatus, PrebinningMethod,
    bin,
};
use crate::json::{self, Scalar};
use crate::limits::Limits;

#[test]
fn an_infinity_is_an_error_with_its_row() {
    for infinity in [f64::INFINITY, f64::NEG_INFINITY] {
        let values = [1.0, infinity, 2.0];
        let column = Column::float(&values);
        let target = Target::Binary { bad: &[0, 1, 0], weight: None };
        let error = bin(&column, &[0, 1, 2], target, &options(&free())).unwrap_err();
        assert_eq!(error.cause, Cause::FrameInfinity);
        assert_eq!(error.message, "row `1` holds an infinity");
        // A row that is not read is not judged.
        assert!(bin(&column, &[0, 2], target, &options(&free())).is_ok());
        let binning = bin_all(&Column::float(&[1.0, 2.0]), &[0, 1], &free());
        assert!(binning.slots(&column, &[0, 1], &mut [0; 2]).is_err());
    }
}

#[test]
fn columns_that_cannot_be_binned_say_why() {
    let status = |values: &[f64], bad: &[u8]| bin_all(&Column::float(values), bad, &free()).status;
    assert_eq!(status(&[f64::NAN; 4], &[0, 1, 0, 1]), BinningStatus::AllMissing);
    assert_eq!(status(&[], &[]), BinningStatus::AllMissing);
    assert_eq!(status(&[7.0, 7.0, f64::NAN], &[0, 1, 0]), BinningStatus::Constant);
    assert_eq!(status(&[0.0, -0.0], &[0, 1]), BinningStatus::Constant);
    assert_eq!(status(&[1.0, 2.0], &[0, 0]), BinningStatus::OneClass);
    assert_eq!(status(&[1.0, 2.0, 1.0, 2.0], &[0, 0, 1, 1]), BinningStatus::NoSplit);
    assert_eq!(status(&[1e17, 2e17, 1e17], &[0, 1, 1]), BinningStatus::NoSplit);
    let text = |codes: &[i32], bad: &[u8], settings: &BinningSettings| {
        bin_all(&Column::dictionary(codes, vec!["a", "b"]), bad, settings).status
    };
    assert_eq!(text(&[-1, -1], &[0, 1], &free()), BinningStatus::AllMissing);
    assert_eq!(text(&[1, 1], &[0, 1], &free()), BinningStatus::Constant);
    let half = BinningSettings { rare_share: Some(0.5), ..free() };
    assert_eq!(text(&[0, 0, 1, 1, -1], &[0, 1, 0, 1, 0], &half), BinningStatus::AllRare);
}

#[test]
fn every_status_gives_as_many_rows_as_slots() {
    for (values, bad) in [(vec![f64::NAN; 3], vec![0, 1, 1]), (vec![2.0; 3], vec![0, 1, 1]), (vec![], vec![])]
    {
        let column = Column::float(&values);
        let binning = bin_all(&column, &bad, &free());
        assert_eq!(binning.woe.len(), binning.table.rows.len());
        assert!(binning.woe.iter().all(|woe| woe.is_finite()));
        assert!(
            super::given::slots(&binning, &column).iter().all(|slot| usize::from(*slot) < binning.woe.len())
        );
    }
}

#[test]
fn infeasible_constraints_are_named() {
    let (values, bad) = noisy(500, 1);
    let column = Column::float(&values);
    let few = BinningSettings { bads_min: Some(10_000.0), ..free() };
    let binning = bin_all(&column, &bad, &few);
    assert_eq!(binning.status, BinningStatus::Infeasible);
    let finding = binning.findings.iter().find(|it| it.kind == BinningFindingKind::Infeasible).unwrap();
    assert_eq!(finding.constraints, ["bads_min"]);
    assert_eq!(binning.cuts.len(), 0);
    let many = BinningSettings { bins_min: Some(15), bins_max: Some(15), size_min: Some(0.1), ..free() };
    let finding = bin_all(&column, &bad, &many).findings.remove(0);
    assert_eq!(finding.constraints, ["bins_min", "size_min"]);
}

#[test]
fn a_million_categories_leave_those_with_a_share() {
    let codes: Vec<i32> =
        (0..1_200_000).map(|row| if row < 200_000 { row % 4 } else { row - 200_000 }).collect();
    let texts: Vec<String> = (0..1_000_000).map(|code| format!("level {code}")).collect();
    let bad: Vec<u8> = (0..1_200_000_u32).map(|row| u8::from(row % (3 + row % 4) == 0)).collect();
    let column = Column::dictionary(&codes, texts.iter().map(String::as_str).collect());
    let binning = bin_all(&column, &bad, &BinningSettings::default());
    let finding = binning.findings.iter().find(|it| it.kind == BinningFindingKind::RareLevels).unwrap();
    assert_eq!(finding.count, Some(999_996));
    assert_eq!(binning.groups.iter().flatten().count(), 4);
    // With no limit on rarity the heaviest two hundred stay.
    let all =
        bin_all(&column, &bad, &BinningSettings { rare_share: Some(0.0), ..BinningSettings::default() });
    assert_eq!(all.groups.iter().flatten().count(), 200);
}

#[test]
fn text_that_is_to_be_numeric_is_refused_and_rows_outside_are() {
    let target = Target::Binary { bad: &[0, 1], weight: None };
    let text = Column::dictionary(&[0, 1], vec!["a", "b"]);
    let numeric = options(&BinningSettings { kind: Some(BinKind::Numeric), ..free() });
    assert_eq!(bin(&text, &[0, 1], target, &numeric).unwrap_err().cause, Cause::FrameColumnType);
    assert_eq!(bin(&text, &[0, 2], target, &options(&free())).unwrap_err().cause, Cause::FrameShape);
    let binning = bin_all(&Column::float(&[1.0, 2.0]), &[0, 1], &free());
    assert_eq!(binning.slots(&text, &[0], &mut [0]).unwrap_err().cause, Cause::FrameColumnType);
    let column = Column::float(&[1.0, 2.0]);
    assert_eq!(binning.slots(&column, &[2], &mut [0]).unwrap_err().cause, Cause::FrameShape);
    assert_eq!(binning.slots(&column, &[0, 1], &mut [0]).unwrap_err().cause, Cause::FrameShape);
    let light = Target::Binary { bad: &[0, 1], weight: Some(&[1.0]) };
    assert_eq!(bin(&column, &[0, 1], light, &options(&free())).unwrap_err().cause, Cause::FrameShape);
}

#[test]
fn a_row_is_missing_where_the_validity_says_so() {
    let values = [1_i64, 2, 1, 2, 1, 2];
    let bits = [0b0001_1110];
    let column = Column { validity: Some(Bitmap { bits: &bits, offset: 0 }), ..Column::integer(&values) };
    let binning = bin_all(&column, &[0, 1, 0, 1, 1, 0], &free());
    assert_eq!(binning.table.rows.last().unwrap().count, 2);
    assert_eq!(super::given::slots(&binning, &column), [2, 1, 0, 1, 0, 2]);
}

#[test]
fn settings_out_of_range_are_errors_at_their_pointers() {
    let wrong = BinningSettings {
        bins_min: Some(7),
        bins_max: Some(5),
        cuts: Some(vec![2.0, 1.0]),
        size_min: Some(0.6),
        p_value_max: Some(0.0),
        special: Some(BinRule::Refuse),
        special_values: Some(vec![Scalar::Number(1.0), Scalar::Null, Scalar::Number(1.0)]),
        prebinning: Some(prebinning(PrebinningMethod::Quantile, 1, 0.0)),
        ..BinningSettings::default()
    };
    let mut fields = BinningOptions::new(&wrong).unwrap_err().fields;
    fields.sort();
    let want = [
        "/bins_min",
        "/cuts",
        "/p_value_max",
        "/prebinning/bins_max",
        "/size_min",
        "/special",
        "/special_values/1",
        "/special_values/2",
    ];
    assert_eq!(fields, want);
    assert!(BinningOptions::new(&BinningSettings { bins_min: Some(30), ..free() }).is_ok());
}

#[test]
fn own_settings_replace_the_general_ones_and_the_options_show_every_default() {
    let read = |text: &str| -> BinningSettings { json::read(text.as_bytes(), &Limits::default()).unwrap() };
    let general =
        read(r#"{"size_min": 0.02, "prebinning": {"method": "tree", "bins_max": 30}, "trend": "peak"}"#);
    let own = read(r#"{"trend": "ascending", "prebinning": {"bins_max": 50}}"#);
    let both = options(&own.over(&general));
    let text = crate::canonical::to_string(&both).unwrap();
    assert!(text.contains(r#""prebinning":{"bins_max":50,"method":"tree","size_min":0.05}"#), "{text}");
    assert!(text.contains(r#""size_min":0.02"#) && text.contains(r#""trend":"ascending""#), "{text}");
    let cut = read(r#"{"cuts": [1, 2]}"#);
    assert_eq!(options(&cut.over(&general)).prebinning.method, PrebinningMethod::Given);
    assert!(json::read::<BinningSettings>(br#"{"binz_max": 3}"#, &Limits::default()).is_err());
    assert!(BinningOptions::new(&given(&[])).is_err());
}
