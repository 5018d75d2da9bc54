//! `scorecard.develop` and `scorecard.evaluate` by their public doors: what may not change a result, what a developed
//! card must do once it is loaded, and hostile samples.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::quiet;
use kapix_core::{
    CancelFlag, Control, Desk, DeskOptions, Engine, EngineOptions, Limits,
    frame::{Column, Frame, Slices, Values},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A linear congruential generator: D. E. Knuth's MMIX.
struct Rows(u64);

impl Rows {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / 4_294_967_296.0
    }

    fn whole(&mut self, limit: u32) -> u32 {
        self.uniform();
        u32::try_from((u64::from(limit) * (self.0 >> 32)) >> 32).unwrap()
    }
}

/// Columns by name; the outcome is `bad`.
type Table = BTreeMap<String, Vec<Value>>;

/// Loans whose risk falls with age and rises with utilisation, with missing values, a special code and a category.
fn loans(rows: usize, seed: u64) -> Table {
    let mut draw = Rows(seed);
    let mut table = Table::new();
    for _ in 0..rows {
        let (age, months, used) = (19 + draw.whole(52), draw.whole(241), draw.whole(101));
        let purpose = ["car", "home", "school", "trade"][usize::try_from(draw.whole(4)).unwrap()];
        let fate = draw.uniform();
        let by_purpose = if purpose == "home" { -1.0 } else { 0.3 };
        let odds = 0.03 * (f64::from(used) - 50.0) - 0.05 * (f64::from(age) - 40.0) + by_purpose - 0.5;
        let bad = u8::from(draw.uniform() < kapix_core::numeric::logistic(odds));
        let months = if fate < 0.1 { json!(-9) } else { json!(months) };
        let used = if (0.1..0.2).contains(&fate) { Value::Null } else { json!(used) };
        for (name, value) in [
            ("age", json!(age)),
            ("bad", json!(bad)),
            ("months", months),
            ("purpose", json!(purpose)),
            ("utilisation", used),
        ] {
            table.entry(name.to_owned()).or_default().push(value);
        }
    }
    table
}

fn empty_desk() -> Desk {
    let none: [&str; 0] = [];
    Desk::new(Engine::load(&none, EngineOptions::default()).unwrap(), quiet())
}

/// Settings that fit every test: a special code, and no cross-validation.
fn settings() -> Value {
    json!({"binning": {"special_values": [-9]}, "folds": 0, "target": "bad"})
}

fn with(mut request: Value, members: &Value) -> Value {
    request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    request
}

fn request(table: &Table, settings: Value) -> Value {
    with(settings, &json!({ "columns": table }))
}

fn bytes(desk: &Desk, operation: &str, request: &Value, control: &Control<'_>) -> (u16, Vec<u8>) {
    let reply = desk.call(operation, request.to_string().as_bytes(), control);
    (reply.status, reply.body)
}

fn call(desk: &Desk, operation: &str, request: &Value) -> (u16, Value) {
    let (status, body) = bytes(desk, operation, request, &Control::default());
    (status, serde_json::from_slice(&body).unwrap())
}

fn develop(table: &Table, settings: Value) -> Value {
    let (status, answer) = call(&empty_desk(), "scorecard.develop", &request(table, settings));
    assert_eq!(status, 0, "{answer}");
    answer
}

fn cause(answer: &Value) -> &str {
    answer["error"]["cause"].as_str().unwrap_or("none")
}

/// Returns the table with its rows in another order.
fn reordered(table: &Table, order: &[usize]) -> Table {
    table
        .iter()
        .map(|(name, own)| (name.clone(), order.iter().map(|row| own[*row].clone()).collect()))
        .collect()
}

/// Asserts that two answers agree: numbers to 1e-11, the rounding of sums in another order; members of `except` may
/// differ.
fn assert_agree(a: &Value, b: &Value, except: &[&str], place: &str) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let names = |it: &Map<String, Value>| -> Vec<String> {
                it.keys().filter(|name| !except.contains(&name.as_str())).cloned().collect()
            };
            assert_eq!(names(a), names(b), "{place}");
            for name in &names(a) {
                assert_agree(&a[name], &b[name], except, &format!("{place}/{name}"));
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                assert_agree(a, b, except, &format!("{place}/{index}"));
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!((a - b).abs() <= 1e-11 * a.abs().max(1.0), "{place}: {a} {b}");
        }
        _ => assert_eq!(a, b, "{place}"),
    }
}

/// Columns as a host owns them.
struct Owned {
    name: String,
    numbers: Vec<f64>,
    codes: Vec<i32>,
    categories: Vec<String>,
}

fn owned(table: &Table) -> Vec<Owned> {
    let own = |(name, values): (&String, &Vec<Value>)| {
        let mut own =
            Owned { name: name.clone(), numbers: Vec::new(), codes: Vec::new(), categories: Vec::new() };
        for value in values {
            own.numbers.push(value.as_f64().unwrap_or(f64::NAN));
            let code = value.as_str().map(|text| {
                own.categories.iter().position(|it| it == text).unwrap_or_else(|| {
                    own.categories.push(text.to_owned());
                    own.categories.len() - 1
                })
            });
            own.codes.push(code.map_or(-1, |code| i32::try_from(code).unwrap()));
        }
        own
    };
    table.iter().map(own).collect()
}

impl Owned {
    fn column(&self) -> (String, Column<'_>) {
        let column = if self.categories.is_empty() {
            Column::float(&self.numbers)
        } else {
            Column::dictionary(&self.codes, self.categories.iter().map(String::as_str).collect())
        };
        (self.name.clone(), column)
    }
}

fn by_columns(columns: Vec<(String, Column<'_>)>, settings: &Value) -> (u16, Value) {
    let frame = Frame::new(columns, &Limits::default()).unwrap();
    let text = settings.to_string();
    let control = Control::default();
    let (reply, _) = empty_desk().call_columns("scorecard.develop", text.as_bytes(), &frame, &control);
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

#[test]
fn order_of_columns_door_and_threads_change_no_byte() {
    let table = loans(400, 1);
    let settings = with(settings(), &json!({"folds": 5, "cutoffs": {"approve": 520}}));
    let desk = empty_desk();
    let run = |threads| {
        let control = Control { threads, ..Control::default() };
        bytes(&desk, "scorecard.develop", &request(&table, settings.clone()), &control)
    };
    let known = run(1);
    assert_eq!(known.0, 0, "{}", String::from_utf8_lossy(&known.1));
    assert!(known == run(2) && known == run(5));
    let owned = owned(&table);
    for is_reversed in [false, true] {
        let mut columns: Vec<(String, Column<'_>)> = owned.iter().map(Owned::column).collect();
        if is_reversed {
            columns.reverse();
        }
        let frame = Frame::new(columns, &Limits::default()).unwrap();
        let text = settings.to_string();
        let control = Control { threads: 3, ..Control::default() };
        let (reply, _) = desk.call_columns("scorecard.develop", text.as_bytes(), &frame, &control);
        assert!((reply.status, reply.body) == known, "reversed {is_reversed}");
    }
}

#[test]
fn order_of_rows_changes_only_the_hash_of_the_sample() {
    let table = loans(300, 2);
    let mut draw = Rows(9);
    let mut order: Vec<usize> = (0..300).collect();
    order.sort_by_cached_key(|_| draw.whole(1 << 20));
    let (a, b) = (develop(&table, settings()), develop(&reordered(&table, &order), settings()));
    assert_eq!(a["binning"], b["binning"], "bins, tables and weights of evidence to the bit");
    assert_eq!(a["artefact"]["body"]["reasons"], b["artefact"]["body"]["reasons"]);
    assert_eq!(a["validation"], b["validation"], "totals are whole: every figure to the bit");
    // Steps of the search count rounding; coefficients agree to the rounding of their sums.
    assert_agree(&a, &b, &["sha256", "sample_sha256", "iterations", "gradient_norm"], "");
    assert_ne!(a["sample"]["sha256"], b["sample"]["sha256"]);
}

#[test]
fn a_weight_of_two_is_a_row_twice() {
    let table = loans(250, 3);
    let twice: Vec<usize> = (0..250).flat_map(|row| [row, row]).collect();
    let mut weighted = table.clone();
    weighted.insert("w".to_owned(), vec![json!(2); 250]);
    let a = develop(&weighted, with(settings(), &json!({"weight": "w"})));
    let b = develop(&reordered(&table, &twice), settings());
    let bins = |answer: &Value| -> Vec<Value> {
        answer["binning"].as_array().unwrap().iter().map(|it| it["binning"].clone()).collect()
    };
    // The number of rows is told beside their weight.
    bins(&a).iter().zip(&bins(&b)).for_each(|(a, b)| assert_agree(a, b, &["count"], "/binning"));
    assert_agree(&a["regression"], &b["regression"], &["iterations", "gradient_norm", "rows"], "/regression");
    assert_eq!(a["artefact"]["body"]["characteristics"], b["artefact"]["body"]["characteristics"]);
    for pointer in ["/auc/value", "/ks/value", "/calibration/brier/score", "/calibration/log_loss", "/goods"]
    {
        let own = |it: &Value| it["validation"]["development"].pointer(pointer).cloned().unwrap();
        assert_agree(&own(&a), &own(&b), &[], pointer);
    }
    assert_eq!(a["sample"]["development"]["weight"], b["sample"]["development"]["rows"]);
}

/// Returns a Desk with the developed card.
fn loaded(answer: &Value) -> Desk {
    let engine = Engine::load(&[answer["artefact"].to_string()], EngineOptions::default()).unwrap();
    Desk::new(engine, DeskOptions { record: false, ..quiet() })
}

#[test]
fn a_developed_card_loads_and_scores_its_rows_as_the_report_says() {
    let table = loans(400, 4);
    let answer = develop(&table, with(settings(), &json!({"cutoffs": {"approve": 530, "refer": 510}})));
    let desk = loaded(&answer);
    let mut features = table.clone();
    let chosen = &answer["selection"]["chosen"];
    features.retain(|name, _| chosen.as_array().unwrap().contains(&json!(name)));
    let (status, batch) =
        call(&desk, "credit.score_batch", &json!({"entity_type": "individual", "columns": features}));
    assert_eq!(status, 0, "{batch}");
    let totals: Vec<f64> =
        batch["columns"]["points"].as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect();
    let report = &answer["validation"]["development"];
    for bin in report["distribution"].as_array().unwrap() {
        let end = |name: &str| bin[name].as_f64().unwrap();
        let is_last = bin == report["distribution"].as_array().unwrap().last().unwrap();
        let inside = |total: f64| {
            total >= end("lower") && (total < end("upper") || (is_last && total <= end("upper")))
        };
        for (bad, name) in [(1, "bads"), (0, "goods")] {
            let rows = totals
                .iter()
                .zip(&table["bad"])
                .filter(|(total, own)| inside(**total) && **own == json!(bad));
            assert_eq!(bin[name].as_f64(), Some(count(rows.count())), "{bin}");
        }
    }
    let body = &answer["artefact"]["body"];
    let means: f64 =
        body["development"]["mean_points"].as_array().unwrap().iter().filter_map(Value::as_f64).sum();
    let base = body["base_points"].as_f64().unwrap_or(0.0);
    let mean = totals.iter().sum::<f64>() / count(totals.len());
    assert!((means + base - mean).abs() < 1e-9, "{means} {base} {mean}");
    for row in (0..400).step_by(37) {
        let own: Map<String, Value> =
            features.iter().map(|(name, values)| (name.clone(), values[row].clone())).collect();
        let one = json!({"entity_id": "e", "entity_type": "individual", "features": own});
        let (status, single) = call(&desk, "credit.score", &one);
        assert_eq!(status, 0, "{single}");
        for (name, other) in [("points", "points"), ("decision", "decision"), ("score", "score")] {
            assert_eq!(single[name], batch["columns"][other][row], "row {row} {name}");
        }
        let parts = single["explanation"]["characteristics"].as_array().unwrap();
        let sum: f64 = parts.iter().filter_map(|it| it["points"].as_f64()).sum();
        assert!((sum + base - single["points"].as_f64().unwrap()).abs() < 1e-12, "points sum to the total");
    }
}

fn count(rows: usize) -> f64 {
    f64::from(u32::try_from(rows).unwrap())
}

#[test]
fn evaluating_the_card_on_its_rows_gives_the_ranks_of_the_development() {
    let table = loans(400, 5);
    let answer = develop(&table, settings());
    let evaluate = json!({"entity_type": "individual", "target": "bad", "columns": table});
    let (status, found) = call(&loaded(&answer), "scorecard.evaluate", &evaluate);
    assert_eq!(status, 0, "{found}");
    for name in ["auc", "bads", "bands", "distribution", "gains", "gini", "goods", "ks", "roc", "rows"] {
        let known = &answer["validation"]["development"][name];
        // The PD of the card is assumed, so that bands have no test of it here.
        assert_agree(known, &found["validation"][name], &["binomial_p", "jeffreys_p", "mean_pd"], name);
    }
}

#[test]
fn a_development_can_be_stopped_and_tells_how_far_it_is() {
    let table = loans(400, 6);
    let desk = empty_desk();
    for folds in [5, 0] {
        let asked = request(&table, with(settings(), &json!({ "folds": folds })));
        let told = Mutex::new(Vec::new());
        let tell = |done, all| told.lock().unwrap().push((done, all));
        let control = Control { progress: Some(&tell), ..Control::default() };
        assert_eq!(bytes(&desk, "scorecard.develop", &asked, &control).0, 0);
        let told = told.into_inner().unwrap();
        assert!(told.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 == pair[1].1), "{told:?}");
        assert!(told.last().is_some_and(|(done, all)| done == all), "folds {folds}: {told:?}");
        // Each column that is binned and each fit is a step.
        let columns = table.len() - 1;
        assert!(told.len() > columns * (folds + 1), "folds {folds}: {told:?}");
        assert!(told.first().is_some_and(|(done, all)| *done == 1 && *all > 1), "folds {folds}: {told:?}");
    }
    let asked = request(&table, with(settings(), &json!({"folds": 5})));
    let flag = CancelFlag::default();
    let stop = |_, _| flag.cancel();
    let control = Control { progress: Some(&stop), cancelled: Some(flag.clone()), ..Control::default() };
    let (status, body) = bytes(&desk, "scorecard.develop", &asked, &control);
    assert_eq!(status, 499, "{}", String::from_utf8_lossy(&body));
    assert_eq!(bytes(&desk, "scorecard.develop", &asked, &control).0, 499, "cancelled before it starts");
}

/// Returns the codes of the findings about a column.
fn codes<'a>(answer: &'a Value, feature: &str) -> Vec<&'a str> {
    let findings = answer["findings"].as_array().map_or(&[][..], Vec::as_slice);
    findings.iter().filter(|it| it["feature"] == feature).filter_map(|it| it["code"].as_str()).collect()
}

#[test]
fn a_million_categories_are_rare_and_said_to_be() {
    let rows = 1_000_000_u32;
    let names: Vec<String> = (0..rows).map(|row| format!("applicant-{row}")).collect();
    let codes_of_rows: Vec<i32> = (0..rows).map(|row| i32::try_from(row).unwrap()).collect();
    let mut draw = Rows(7);
    let x: Vec<f64> = (0..rows).map(|_| f64::from(draw.whole(1000))).collect();
    let bad: Vec<f64> = x.iter().map(|x| f64::from(u8::from(draw.uniform() < 0.1 + x / 4000.0))).collect();
    let columns = vec![
        ("bad".to_owned(), Column::float(&bad)),
        ("name".to_owned(), Column::dictionary(&codes_of_rows, names.iter().map(String::as_str).collect())),
        ("x".to_owned(), Column::float(&x)),
    ];
    let (status, answer) = by_columns(columns, &json!({"target": "bad"}));
    assert_eq!(status, 0, "{answer}");
    assert!(codes(&answer, "name").contains(&"not_binned"), "{}", answer["findings"]);
    assert_eq!(answer["selection"]["chosen"], json!(["x"]));
}

#[test]
fn noise_in_hundreds_of_columns_is_no_panic_and_too_many_columns_are_an_error() {
    let mut draw = Rows(8);
    let mut table = Table::new();
    for number in 0..900 {
        table.insert(format!("n{number:03}"), (0..50).map(|_| json!(draw.whole(1000))).collect());
    }
    table.insert("bad".to_owned(), (0..50).map(|row| json!(u8::from(row % 3 == 0))).collect());
    let (status, answer) =
        call(&empty_desk(), "scorecard.develop", &request(&table, json!({"target": "bad"})));
    if status == 0 {
        let chosen = answer["selection"]["chosen"].as_array().unwrap().len();
        assert!((1..50).contains(&chosen), "{chosen} of 900 columns of noise on 50 rows");
    } else {
        assert!(["fitting.nothing", "fitting.separation"].contains(&cause(&answer)), "{}", answer["error"]);
    }
    for number in 900..9_998 {
        table.insert(format!("n{number}"), table["n000"].clone());
    }
    let (status, answer) =
        call(&empty_desk(), "scorecard.develop", &request(&table, json!({"target": "bad"})));
    assert_eq!((status, cause(&answer)), (400, "limit.exceeded"), "{}", answer["error"]);
}

#[test]
fn infinities_duplicate_names_and_missing_outcomes_have_a_place() {
    let bad: Vec<f64> = (0..60).map(|row| f64::from(u8::from(row % 4 == 0))).collect();
    let mut x: Vec<f64> = (0..60).map(f64::from).collect();
    let settings = json!({"target": "bad", "folds": 0});
    x[7] = f64::INFINITY;
    for target in ["bad", "x"] {
        let columns = vec![("bad".to_owned(), Column::float(&bad)), ("x".to_owned(), Column::float(&x))];
        let own = json!({"target": target, "folds": 0, "bad": [1], "good": [0, 2, 3]});
        let (status, answer) = by_columns(columns, &own);
        assert_eq!((status, cause(&answer)), (400, "frame.infinity"), "{target}: {answer}");
        assert_eq!(answer["error"]["fields"], json!(["/columns/x"]), "{target}");
    }
    let twice = vec![("bad".to_owned(), Column::float(&bad)), ("bad".to_owned(), Column::float(&bad))];
    assert!(Frame::new(twice, &Limits::default()).is_err());
    let nan = vec![f64::NAN; 60];
    for (target, weight) in [(&nan, None), (&bad, Some(&nan)), (&bad, Some(&x))] {
        let x: Vec<f64> = (0..60).map(f64::from).collect();
        let mut columns =
            vec![("bad".to_owned(), Column::float(target)), ("x".to_owned(), Column::float(&x))];
        let mut own = settings.clone();
        if let Some(weight) = weight {
            columns.push(("w".to_owned(), Column::float(weight)));
            own["weight"] = json!("w");
        }
        let (status, answer) = by_columns(columns, &own);
        let expected = if weight.is_some() { "fitting.weight" } else { "fitting.target" };
        assert_eq!((status, cause(&answer)), (400, expected), "{answer}");
    }
}

#[test]
fn a_column_that_cannot_be_parted_is_never_silent() {
    let mut table = loans(200, 10);
    table.insert("constant".to_owned(), vec![json!(3); 200]);
    table.insert("empty".to_owned(), vec![Value::Null; 200]);
    let outcome = table["bad"].clone();
    table.insert("leak".to_owned(), outcome.iter().map(|bad| json!(5 + bad.as_i64().unwrap())).collect());
    let strict = json!({"characteristics": {"age": {"binning": {"bads_min": 1000}}}});
    let answer = develop(&table, with(settings(), &strict));
    for column in answer["binning"].as_array().unwrap() {
        let attributes = column["binning"]["table"]["rows"].as_array().unwrap();
        let attributes = attributes.iter().filter(|row| row["kind"] == "attribute").count();
        let feature = column["feature"].as_str().unwrap();
        let is_said = codes(&answer, feature).contains(&"not_binned");
        assert_eq!(attributes < 2, is_said, "{feature}: {attributes} attributes");
    }
    for feature in ["age", "constant", "empty"] {
        assert!(codes(&answer, feature).contains(&"not_binned"), "{feature}");
    }
    assert!(codes(&answer, "leak").contains(&"leaking"));
}

/// Develops from columns with a day beside them, and perhaps other values of `purpose`.
fn with_days<'a>(
    owned: &'a [Owned],
    day: Values<'a>,
    purpose: Option<Values<'a>>,
    own: &Value,
) -> (u16, Value) {
    let mut columns: Vec<(String, Column<'a>)> = owned.iter().map(Owned::column).collect();
    let known = columns.iter_mut().find(|(name, _)| name == "purpose");
    if let (Some(values), Some((_, column))) = (purpose, known) {
        column.values = values;
    }
    columns.push(("day".to_owned(), Column { values: day, validity: None }));
    by_columns(columns, &with(settings(), own))
}

#[test]
fn text_and_days_of_every_layout_give_the_same_card() {
    let (rows, table) = (400, loans(400, 3));
    let owned = owned(&table);
    let days: Vec<i32> = (0..rows).map(|row| 19_000 + row % 900).collect();
    let instants: Vec<i64> =
        days.iter().map(|day| i64::from(*day) * 86_400_000_000 + 86_399_999_999).collect();
    let texts: Vec<String> = days
        .iter()
        .map(|day| serde_json::to_value(kapix_core::time::Date::from_epoch_days(*day).unwrap()).unwrap())
        .map(|day| day.as_str().unwrap().to_owned())
        .collect();
    let each = |texts: Vec<&'static str>| Values::Text(Slices::each(texts));
    let purposes: Vec<&'static str> = table["purpose"]
        .iter()
        .map(|it| ["car", "home", "school", "trade"].into_iter().find(|own| it == own).unwrap())
        .collect();
    let observed =
        json!({"sample": {"observation_date": "day", "split": {"out_of_time_from": "2023-01-01"}}});
    let run = |day, purpose, own: &Value| with_days(&owned, day, purpose, own);
    let text = Values::Text(Slices::each(texts.iter().map(String::as_str).collect()));
    let known = run(text, None, &observed);
    assert!(known.0 == 0 && known.1["sample"]["out_of_time"]["rows"].as_u64() > Some(0));
    for day in [Column::date(&days).values, Column::instant(&instants).values] {
        assert!(known == run(day, Some(each(purposes.clone())), &observed));
    }
    let (status, answer) = run(Column::date(&days).values, None, &json!({}));
    assert_eq!((status, codes(&answer, "day")), (0, vec!["column_type"]), "{answer}");
    let (status, answer) = run(Column::date(&days).values, None, &json!({"include": ["age", "day"]}));
    assert_eq!((status, cause(&answer)), (400, "frame.column_type"));
    assert_eq!(answer["error"]["fields"], json!(["/columns/day"]));
}
