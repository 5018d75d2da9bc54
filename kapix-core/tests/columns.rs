//! Columns of every type in, named columns out: a batch says of each row what one score says.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::{artefact, body, desk, numeric, quiet};
use kapix_core::numeric::Random;
use kapix_core::{
    Control, Desk, DeskOptions, Limits,
    frame::{Bitmap, Column, Frame, Offsets, ResultColumns, Slices, Values},
};
use ndarray::ArrayView1;
use serde_json::{Value, json};

/// Rows that are compared with single scores.
const ROWS: usize = 300;
/// Times that they stand in the frame: more rows than two jobs take.
const TIMES: usize = 220;
const REGIONS: [&str; 5] = ["coast", "lake", "north", "x", "new"];

/// A card that uses every rule, with reasons that characteristics share; `change` makes another of it.
fn card(change: impl Fn(&mut Value)) -> String {
    let mut special = numeric("special", &[0.0, 10.0], &[3, 7, 20], 10);
    special["special"] = json!([{"value": -9, "points": 2}, {"value": 5, "points": 1}]);
    let mut missing = numeric("missing", &[-1.0, 2.0], &[1, 5, 9], 5);
    missing["missing"] = json!({"points": 0, "refer": true});
    missing["reason"] = json!("S");
    let mut range = numeric("range", &[5.0], &[4, 8], 5);
    range["range"] = json!({"min": 0, "max": 10});
    range["reason"] = json!("T");
    let region = json!({
        "id": "where", "feature": "region", "kind": "categorical", "neutral_points": 5, "reason": "S",
        "attributes": [{"categories": ["coast", "lake"], "points": 6}, {"categories": ["north"], "points": 2}],
        "special": [{"value": "x", "points": -3}], "unseen": {"points": -5, "refer": true},
        "missing": {"points": -4},
    });
    let owner = json!({
        "id": "owner", "feature": "owner", "kind": "categorical", "neutral_points": 1, "reason": "U",
        "attributes": [{"categories": ["true"], "points": 3}, {"categories": ["false"], "points": -1}],
        "missing": {"points": -2},
    });
    let mut body = body(&[special, missing, range, region, owner], 30, 10);
    for code in ["S", "T", "U", "V"] {
        body["reasons"][code] = json!({"adverse": code, "favourable": code});
    }
    body["minimum"] = json!({"history_days": 30, "transactions": 0, "age_days_max": 5});
    change(&mut body);
    artefact("card", "1", &body)
}

/// Invented rows in the layouts that a host may hold them in.
struct Given {
    special: Vec<f64>,
    missing: Vec<i32>,
    missing_bits: Vec<u8>,
    range: Vec<i64>,
    texts: String,
    text_ends: Vec<i32>,
    text_bits: Vec<u8>,
    owner: Vec<u8>,
    owner_bits: Vec<u8>,
    history: Vec<i32>,
    age: Vec<f64>,
}

fn bits(values: impl Iterator<Item = bool>) -> Vec<u8> {
    let values: Vec<bool> = values.collect();
    values
        .chunks(8)
        .map(|eight| eight.iter().enumerate().fold(0, |byte, (bit, it)| byte | u8::from(*it) << bit))
        .collect()
}

fn bit(bits: &[u8], row: usize) -> bool {
    bits[row / 8] >> (row % 8) & 1 == 1
}

impl Given {
    fn new(random: &mut Random, times: usize) -> Self {
        let mut below = |limit: u64| i32::try_from(random.below(limit.try_into().unwrap())).unwrap();
        let mut all = |limit: u64| -> Vec<i32> {
            let own: Vec<i32> = (0..ROWS).map(|_| below(limit)).collect();
            own.iter().copied().cycle().take(ROWS * times).collect()
        };
        let regions = all(5);
        let text = |code: &i32| REGIONS[usize::try_from(*code).unwrap()];
        let mut text_ends = vec![0];
        let mut texts = String::new();
        for code in &regions {
            texts.push_str(text(code));
            text_ends.push(i32::try_from(texts.len()).unwrap());
        }
        let special =
            all(26).into_iter().map(|it| if it == 25 { f64::NAN } else { f64::from(it) / 2.0 - 9.0 });
        Self {
            special: special.collect(),
            missing: all(8).iter().map(|it| it - 4).collect(),
            missing_bits: bits(all(4).iter().map(|it| *it > 0)),
            range: all(40).iter().map(|it| i64::from(it - 1).min(10)).collect(),
            texts,
            text_ends,
            text_bits: bits(all(6).iter().map(|it| *it > 0)),
            owner: bits(all(2).iter().map(|it| *it == 1)),
            owner_bits: bits(all(5).iter().map(|it| *it > 0)),
            history: all(600).iter().map(|it| it + 20).collect(),
            age: all(9).iter().map(|it| f64::from(*it)).collect(),
        }
    }

    fn frame(&self) -> Frame<'_> {
        let rows = self.special.len();
        let valid = |bits| Some(Bitmap { bits, offset: 0 });
        let texts = Slices::packed(Offsets::Short(&self.text_ends), &*self.texts);
        let owner = Values::Bool { bits: Bitmap { bits: &self.owner, offset: 0 }, rows };
        let columns = [
            ("special", Column::float(&self.special)),
            ("missing", Column { validity: valid(&self.missing_bits), ..Column::integer32(&self.missing) }),
            ("range", Column::integer(&self.range)),
            ("region", Column { values: Values::Text(texts), validity: valid(&self.text_bits) }),
            ("owner", Column { values: owner, validity: valid(&self.owner_bits) }),
            ("history_days", Column::integer32(&self.history)),
            ("coverage_age_days", Column::float(&self.age)),
            ("joined", Column { values: Values::Date(ArrayView1::from(&self.missing)), validity: None }),
            ("shoes", Column { values: Values::Other { name: "list".to_owned(), rows }, validity: None }),
        ];
        let named = columns.into_iter().map(|(name, column)| (name.to_owned(), column));
        Frame::new(named.collect(), &Limits::default()).unwrap()
    }

    /// The inputs of a row, as a request gives them.
    fn features(&self, row: usize) -> Value {
        let valid = |bits: &[u8], value: Value| if bit(bits, row) { value } else { Value::Null };
        let ends = self.text_ends[row]..self.text_ends[row + 1];
        let text = &self.texts[usize::try_from(ends.start).unwrap()..usize::try_from(ends.end).unwrap()];
        let special = self.special[row];
        json!({
            "special": if special.is_nan() { Value::Null } else { json!(special) },
            "missing": valid(&self.missing_bits, json!(self.missing[row])),
            "range": self.range[row],
            "region": valid(&self.text_bits, json!(text)),
            "owner": valid(&self.owner_bits, json!(bit(&self.owner, row))),
            "history_days": self.history[row],
            "coverage_age_days": self.age[row],
        })
    }
}

fn batch(desk: &Desk, frame: &Frame<'_>, include: &[&str], threads: usize) -> (Value, ResultColumns) {
    let request = json!({"entity_type": "individual", "include": include}).to_string();
    let control = Control { threads, ..Control::default() };
    let (reply, columns) = desk.call_columns("credit.score_batch", request.as_bytes(), frame, &control);
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    (answer, columns.unwrap())
}

const EVERYTHING: [&str; 4] = ["points_by_characteristic", "reasons", "referral_causes", "completeness"];

/// What a batch must say of a row: the answer of `credit.score`, by column.
fn expected(score: &Value) -> Value {
    let explanation = &score["explanation"];
    let reason = |place: usize| explanation["adverse_reasons"][place]["code"].clone();
    let referral = score["referral_reasons"].as_array().unwrap();
    let refers = |code: &str| referral.iter().any(|it| it["code"] == code);
    let mut row = json!({
        "data_completeness": score["data_completeness"],
        "decision": score["decision"],
        "pd": score["pd"],
        "points": score["points"],
        "reason_1": reason(0),
        "reason_2": reason(1),
        "reason_3": reason(2),
        "reason_4": reason(3),
        "referral.DATA_QUALITY": refers("DATA_QUALITY"),
        "referral.INPUT_STALE": refers("INPUT_STALE"),
        "referral.MISSING_INPUT": refers("MISSING_INPUT"),
        "referral.NO_CUTOFFS": refers("NO_CUTOFFS"),
        "risk_band": score["risk_band"],
        "score": score["score"],
        "status": "scored",
    });
    for own in explanation["characteristics"].as_array().unwrap() {
        row[format!("points.{}", own["characteristic"].as_str().unwrap())] = own["points"].clone();
    }
    row
}

#[test]
fn a_batch_says_of_each_row_what_one_score_says() {
    let mut random = Random::new(23, 0);
    let bins = |count: usize, goods: u32, bads: u32| vec![json!({"goods": goods, "bads": bads}); count];
    let bin = |goods: u32, bads: u32| json!({"goods": goods, "bads": bads});
    let developed = |body: &mut Value| {
        body["development"] = json!({
            "goods": 900.0, "bads": 100.0, "sample_sha256": "0".repeat(64),
            "counts": [
                {"attributes": bins(3, 200, 20), "special": bins(2, 150, 20)},
                {"attributes": bins(3, 250, 25), "missing": bin(150, 25)},
                {"attributes": bins(2, 450, 50)},
                {"attributes": bins(2, 300, 30), "special": bins(1, 100, 10), "unseen": bin(100, 20), "missing": bin(100, 10)},
                {"attributes": bins(2, 400, 45), "missing": bin(100, 10)},
            ],
            "mean_points": [9.0, 4.0, 6.0, 3.0, 1.0],
            "points_covariance": [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]],
        });
    };
    let cards =
        [card(|_| ()), card(|body| drop(body.as_object_mut().unwrap().remove("cutoffs"))), card(developed)];
    let (mut scored, mut refused, mut stale, mut four) = (0, 0, 0, 0);
    for card in cards {
        let desk = desk(&card, quiet());
        let given = Given::new(&mut random, TIMES);
        let frame = given.frame();
        let (answer, columns) = batch(&desk, &frame, &EVERYTHING, 2);
        assert_eq!(answer["unused"], json!(["joined", "shoes"]));
        let columns: Value = serde_json::from_str(&kapix_core::audit::to_string(&columns).unwrap()).unwrap();
        let columns = columns.as_object().unwrap();
        let row_of = |row: usize| -> Value {
            columns
                .iter()
                .map(|(name, values)| (name.clone(), values[row].clone()))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        for row in 0..ROWS {
            let request =
                json!({"entity_id": "e", "entity_type": "individual", "features": given.features(row)});
            let reply = desk.call("credit.score", request.to_string().as_bytes(), &Control::default());
            let single: Value = serde_json::from_slice(&reply.body).unwrap();
            let own = row_of(row);
            if reply.status == 0 {
                assert_eq!(own, expected(&single), "row {row}");
                scored += 1;
                stale += usize::from(own["referral.INPUT_STALE"] == true);
                four += usize::from(own["reason_4"].is_string());
            } else {
                assert_ne!(own["status"], "scored", "row {row}: {single}");
                let mut others = own.as_object().unwrap().iter().filter(|(name, _)| *name != "status");
                assert!(others.all(|(_, value)| value.is_null()), "row {row}: {own}");
                refused += 1;
            }
            assert_eq!(row_of(row + (TIMES - 1) * ROWS), own, "row {row}");
        }
    }
    assert!(scored > 500 && refused > 30 && stale > 100 && four > 5, "{scored} {refused} {stale} {four}");
}

#[test]
fn columns_that_are_asked_for_come_after_the_score_and_change_none_of_it() {
    let desk = desk(&card(|_| ()), quiet());
    let given = Given::new(&mut Random::new(5, 0), 1);
    let frame = given.frame();
    let names = |columns: &ResultColumns| columns.iter().map(|it| it.name.to_string()).collect::<Vec<_>>();
    let score = ["points", "pd", "score", "decision", "risk_band", "status"];
    let (plain, bare) = batch(&desk, &frame, &[], 1);
    assert_eq!(names(&bare), score);
    let (answer, all) = batch(&desk, &frame, &EVERYTHING, 1);
    assert_eq!(answer, plain);
    let more = [
        "data_completeness",
        "referral.DATA_QUALITY",
        "referral.INPUT_STALE",
        "referral.MISSING_INPUT",
        "referral.NO_CUTOFFS",
        "points.special",
        "points.missing",
        "points.range",
        "points.where",
        "points.owner",
        "reason_1",
        "reason_2",
        "reason_3",
        "reason_4",
    ];
    assert_eq!(names(&all), [&score[..], &more].concat());
    for column in &bare {
        assert_eq!(
            kapix_core::audit::to_string(&ResultColumns::from_iter([column.clone()])).unwrap(),
            kapix_core::audit::to_string(&ResultColumns::from_iter([all.get(&column.name).unwrap().clone()]))
                .unwrap()
        );
    }
    for (include, name) in
        EVERYTHING.into_iter().zip(["points.owner", "reason_2", "referral.NO_CUTOFFS", "data_completeness"])
    {
        let (_, one) = batch(&desk, &frame, &[include], 1);
        assert!(
            one.get(name).is_some()
                && EVERYTHING.into_iter().filter(|it| *it != include).all(|_| one.len() < all.len())
        );
    }
}

#[test]
fn a_record_covers_every_result_column_and_the_columns_that_were_read() {
    let desk = desk(&card(|_| ()), DeskOptions { envelope: true, record: true, ..quiet() });
    let given = Given::new(&mut Random::new(6, 0), 1);
    let frame = given.frame();
    let hash = |frame: &Frame<'_>, include: &[&str], threads| {
        let (answer, _) = batch(&desk, frame, include, threads);
        let record = desk.record(answer["audit_id"].as_str().unwrap()).unwrap();
        let leaf: Value = serde_json::from_slice(&record.leaf).unwrap();
        leaf["columns_sha256"].as_str().unwrap().to_owned()
    };
    let plain = hash(&frame, &[], 1);
    assert_eq!(plain, hash(&frame, &[], 3));
    let mut seen = vec![plain.clone()];
    for include in EVERYTHING {
        let own = hash(&frame, &[include], 1);
        assert!(!seen.contains(&own), "{include}");
        seen.push(own);
    }
    let without: Vec<(String, Column<'_>)> = frame
        .columns()
        .filter(|(name, _)| *name != "shoes")
        .map(|(name, column)| (name.to_owned(), column.clone()))
        .collect();
    assert_eq!(plain, hash(&Frame::new(without.clone(), &Limits::default()).unwrap(), &[], 1));
    let older: Vec<f64> = given.age.iter().map(|age| age / 2.0).collect();
    let changed = without.into_iter().map(|(name, column)| {
        let column = if name == "coverage_age_days" { Column::float(&older) } else { column };
        (name, column)
    });
    let changed = Frame::new(changed.collect(), &Limits::default()).unwrap();
    assert_ne!(plain, hash(&changed, &[], 1), "a column of the minimum was read");
}

#[test]
fn only_a_column_that_is_read_must_have_a_type_that_can_be() {
    let desk = desk(&artefact("c", "1", &body(&[numeric("x", &[1.0], &[0, 20], 10)], 15, 5)), quiet());
    let bytes = [&[1_u8][..], &[2]];
    let is =
        |valid: &'static [u8], values| Column { values, validity: Some(Bitmap { bits: valid, offset: 0 }) };
    let of = |kind: &str, valid| match kind {
        "text" => is(valid, Values::Text(Slices::each(vec!["a", "b"]))),
        "dates" => is(valid, Column::date(&[1, 2]).values),
        "instants" => is(valid, Column::instant(&[1, 2]).values),
        "bytes" => is(valid, Values::Binary(Slices::each(bytes.to_vec()))),
        _ => is(valid, Values::Other { name: kind.to_owned(), rows: 2 }),
    };
    let run = |columns: Vec<(String, Column<'_>)>| {
        let frame = Frame::new(columns, &Limits::default()).unwrap();
        let request = br#"{"entity_type":"individual"}"#;
        let (reply, columns) = desk.call_columns("credit.score_batch", request, &frame, &Control::default());
        let points = columns.map(|columns| serde_json::to_value(&columns).unwrap()["points"].clone());
        (serde_json::from_slice::<Value>(&reply.body).unwrap()["error"].clone(), points)
    };
    for kind in ["text", "dates", "instants", "bytes", "Decimal128(10, 2)"] {
        let (error, _) = run(vec![("x".to_owned(), of(kind, &[0b01]))]);
        let told = format!("the card expects numbers; got {kind}");
        assert_eq!((&error["cause"], &error["message"]), (&json!("frame.column_type"), &json!(told)));
        assert_eq!(error["fields"], json!(["/columns/x"]));
        let x = ("x".to_owned(), Column::float(&[0.5, 1.5]));
        assert_eq!(
            run(vec![x, ("y".to_owned(), of(kind, &[0b01]))]).1,
            Some(json!([0, 20])),
            "{kind} unread"
        );
        // A column without any value says nothing of its type: the card states no points for a missing x.
        assert_eq!(run(vec![("x".to_owned(), of(kind, &[0]))]).1, Some(json!([null, null])), "{kind} void");
    }
}
