//! Columns as they come, in `scorecard.develop` and in every door of the card: text that means no value, numbers as text,
//! special values of another type, outcomes of any coding, names that no column has.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::quiet;
use kapix_core::{Control, Desk, Engine, EngineOptions};
use serde_json::{Value, json};

const ROWS: usize = 400;

/// Bad rows, ages and purposes; the risk falls with age and is low for a home. Every tenth purpose is missing.
fn table() -> Value {
    let age = |row: usize| 20 + row * 37 % 50;
    let purpose = |row: usize| ["car", "home", "trade"][row * 13 % 3];
    // A linear congruential generator: D. E. Knuth's MMIX.
    let mut state = 5_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(((state >> 32) * 100) >> 32).unwrap()
    };
    let draws: Vec<usize> = (0..ROWS).map(|_| draw()).collect();
    let bad = |row: usize| {
        let risk = (70 - age(row)) * 3 / 2 + if purpose(row) == "home" { 0 } else { 20 };
        u8::from(draws[row] < risk)
    };
    let column = |value: &dyn Fn(usize) -> Value| (0..ROWS).map(value).collect::<Vec<Value>>();
    json!({
        "age": column(&|row| if row % 11 == 0 { json!(-9) } else { json!(age(row)) }),
        "bad": column(&|row| json!(bad(row))),
        "purpose": column(&|row| if row % 10 == 0 { Value::Null } else { json!(purpose(row)) }),
    })
}

fn with(mut own: Value, members: &Value) -> Value {
    own.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    own
}

/// The table with other values of a column.
fn changed(table: &Value, name: &str, value: impl Fn(usize, &Value) -> Value) -> Value {
    let own = table[name].as_array().unwrap().iter().enumerate().map(|(row, own)| value(row, own));
    with(table.clone(), &json!({ name: own.collect::<Vec<Value>>() }))
}

fn call(artefacts: &[String], operation: &str, request: &Value) -> (u16, Value) {
    let desk = Desk::new(Engine::load(artefacts, EngineOptions::default()).unwrap(), quiet());
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

fn settings() -> Value {
    json!({"target": "bad", "folds": 0, "binning": {"special_values": [-9], "p_value_max": 1.0}})
}

fn develop(table: &Value, own: &Value) -> Value {
    let request = with(with(settings(), own), &json!({ "columns": table }));
    let (status, answer) = call(&[], "scorecard.develop", &request);
    assert_eq!(status, 0, "{answer}");
    answer
}

fn refused(table: &Value, own: &Value) -> (String, String) {
    let request = with(with(settings(), own), &json!({ "columns": table }));
    let (status, answer) = call(&[], "scorecard.develop", &request);
    assert_eq!(status, 400, "{answer}");
    let text = |name: &str| answer["error"][name].as_str().unwrap().to_owned();
    (text("cause"), text("message"))
}

fn characteristics(answer: &Value) -> Value {
    answer["artefact"]["body"]["characteristics"].clone()
}

/// Codes and messages of the findings about a column.
fn findings(answer: &Value, feature: &Value) -> Vec<(String, String)> {
    let all = answer["findings"].as_array().unwrap().iter().filter(|own| own["feature"] == *feature);
    all.map(|own| (own["code"].as_str().unwrap().to_owned(), own["message"].as_str().unwrap().to_owned()))
        .collect()
}

fn points(answer: &Value, columns: &Value) -> Value {
    let request = json!({"entity_type": "individual", "columns": columns});
    let (status, batch) = call(&[answer["artefact"].to_string()], "credit.score_batch", &request);
    assert_eq!(status, 0, "{batch}");
    batch["columns"]["points"].clone()
}

#[test]
fn text_that_means_no_value_is_missing_in_every_door() {
    let null = develop(&table(), &json!({}));
    let texts = ["NA", "", " nan ", "?", "None", "NULL", "-", "N/A"];
    let written = changed(&table(), "purpose", |row, own| {
        if own.is_null() { json!(texts[row / 10 % texts.len()]) } else { own.clone() }
    });
    let answer = develop(&written, &json!({}));
    assert_eq!(characteristics(&answer), characteristics(&null));
    let told = findings(&answer, &json!("purpose"));
    assert!(
        told.iter()
            .any(|(code, own)| code == "missing_texts" && own.starts_with("`40` rows hold a blank, `-`")),
        "{told:?}"
    );
    let columns = json!({"age": [30, 30, 30, 30], "purpose": [null, "NA", "  ", "home"]});
    let found = points(&answer, &columns);
    assert!(found[0] == found[1] && found[0] == found[2] && found[0] != found[3], "{found}");
    for text in ["NA", " ", "nan"] {
        let single = |purpose: Value| {
            let features = json!({"age": 30, "purpose": purpose});
            let request = json!({"entity_id": "a", "entity_type": "individual", "features": features});
            let (status, score) = call(&[answer["artefact"].to_string()], "credit.score", &request);
            assert_eq!(status, 0, "{score}");
            [score["points"].clone(), score["decision"].clone(), score["data_completeness"].clone()]
        };
        assert_eq!(single(json!(text)), single(Value::Null), "{text:?}");
    }
    let off = develop(&written, &json!({"missing": {"texts": []}}));
    assert!(!findings(&off, &json!("purpose")).iter().any(|(code, _)| code == "missing_texts"));
    assert_eq!(off["artefact"]["body"]["missing_texts"], Value::Null);
}

#[test]
fn numbers_as_text_are_told_and_read_where_that_is_asked_for() {
    let numbers = develop(&table(), &json!({}));
    let written = changed(&table(), "age", |_, own| json!(format!(" {own}.0")));
    let told = findings(&develop(&written, &json!({})), &json!("age"));
    assert!(told.iter().any(|(code, _)| code == "reads_as_numbers"), "{told:?}");
    let read = json!({"characteristics": {"age": {"binning": {"kind": "numeric"}}}});
    let answer = develop(&written, &read);
    let mut own = characteristics(&answer);
    assert_eq!(own[0]["reads_text"], json!(true));
    own[0].as_object_mut().unwrap().remove("reads_text");
    assert_eq!(own, characteristics(&numbers));
    let text = json!({"age": ["25", "61.5", "-9", "NA"], "purpose": ["car", "car", "car", "car"]});
    let plain = json!({"age": [25, 61.5, -9, null], "purpose": ["car", "car", "car", "car"]});
    assert_eq!(points(&answer, &text), points(&numbers, &plain));
    assert_eq!(points(&answer, &plain), points(&numbers, &plain));
    let silent =
        develop(&written, &json!({"characteristics": {"age": {"binning": {"kind": "categorical"}}}}));
    assert!(!findings(&silent, &json!("age")).iter().any(|(code, _)| code == "reads_as_numbers"));
    let odd = changed(&written, "age", |row, own| if row == 7 { json!("sixty") } else { own.clone() });
    let (cause, message) = refused(&odd, &read);
    assert!(cause == "frame.column_type" && message.contains("row `7`"), "{message}");
}

#[test]
fn a_special_value_is_read_as_what_the_column_holds_and_told_where_no_row_holds_it() {
    let number = develop(&table(), &json!({}));
    let binning = json!({"special_values": ["-9", "-99", "no_record"], "p_value_max": 1.0});
    let answer = develop(&table(), &json!({ "binning": binning }));
    let mut own = characteristics(&answer);
    let special = own[0]["special"].as_array_mut().unwrap();
    assert_eq!(special[0]["value"], json!(-9));
    special.truncate(1);
    assert_eq!(own[0], characteristics(&number)[0]);
    let told: Vec<String> = findings(&answer, &Value::Null)
        .into_iter()
        .filter(|it| it.0 == "special_idle")
        .map(|it| it.1)
        .collect();
    assert_eq!(
        told,
        ["-99", "no_record"].map(|value| format!("no row of any column holds the special value `{value}`"))
    );
    let missing = json!({"missing": {"special": ["-9"]}});
    assert_eq!(characteristics(&develop(&table(), &missing))[0]["special"][0]["missing"], json!(true));
}

#[test]
fn a_special_value_that_hardly_a_row_holds_is_no_answer() {
    // -9 is a code of the whole card, and no row of `second` holds it: sent there it would count as neutral points.
    let second =
        changed(&table(), "age", |row, age| if *age == json!(-9) { json!(row % 50) } else { age.clone() });
    let first = changed(&table(), "age", |row, age| if row % 6 == 0 { json!(-9) } else { age.clone() });
    let both = with(first, &json!({"second": second["age"]}));
    let answer = develop(&both, &json!({"selection": {"forced": ["age", "second"]}}));
    let named = |name: &str| {
        let own = characteristics(&answer);
        own.as_array().unwrap().iter().find(|it| it["feature"] == name).unwrap()["special"][0].clone()
    };
    assert_eq!((&named("age")["missing"], &named("second")["missing"]), (&Value::Null, &json!(true)));
}

#[test]
fn a_target_is_read_without_bad_only_where_everybody_reads_it_alike() {
    let known = characteristics(&develop(&table(), &json!({})));
    let coded = |good: Value, bad: Value| {
        changed(&table(), "bad", |_, own| if *own == json!(1) { bad.clone() } else { good.clone() })
    };
    for (good, bad) in [(json!("good"), json!("bad")), (json!(false), json!(true)), (json!("0"), json!("1"))]
    {
        assert_eq!(characteristics(&develop(&coded(good, bad), &json!({}))), known);
    }
    for (good, bad, shown) in [
        (json!(1), json!(2), "the target holds `1` and `2`: state in `bad`"),
        (json!(-1), json!(1), "the target holds `-1` and `1`: state in `bad`"),
        (json!("no"), json!("yes"), "the target holds `no` and `yes`: state in `bad`"),
        (json!("1"), json!("2"), "the target holds the text `1` and the text `2`: state in `bad`"),
        (json!("True"), json!("False"), "the target holds `False` and `True`: state in `bad`"),
    ] {
        let own = coded(good.clone(), bad.clone());
        let (cause, message) = refused(&own, &json!({}));
        assert!(cause == "fitting.target" && message.starts_with(shown), "{message}");
        assert_eq!(characteristics(&develop(&own, &json!({"bad": [bad]}))), known);
        let artefact = develop(&table(), &json!({}))["artefact"].to_string();
        let request = json!({"entity_type": "individual", "target": "bad", "columns": own});
        let (status, answer) = call(core::slice::from_ref(&artefact), "scorecard.evaluate", &request);
        assert_eq!((status, &answer["error"]["cause"]), (400, &json!("fitting.target")));
        // Good taken for bad is told.
        let (status, answer) =
            call(&[artefact], "scorecard.evaluate", &with(request, &json!({"bad": [good]})));
        let codes: Vec<&Value> =
            answer["findings"].as_array().unwrap().iter().map(|own| &own["code"]).collect();
        assert!(status == 0 && codes.contains(&&json!("ranks_backwards")), "{answer}");
    }
}

#[test]
fn a_name_that_no_column_has_is_told_with_the_nearest_one() {
    for (own, told) in [
        (json!({"exclude": ["purpos"]}), "no column has the name `purpos`; did you mean `purpose`?"),
        (json!({"target": "Bad"}), "no column has the name `Bad`; did you mean `bad`?"),
        (json!({"include": ["income"]}), "no column has the name `income`"),
    ] {
        assert_eq!(refused(&table(), &own), ("frame.column_missing".to_owned(), told.to_owned()));
    }
}

#[test]
fn a_column_of_several_types_is_told_by_the_row_where_it_is_read_and_left_alone_elsewhere() {
    let mixed = changed(&table(), "age", |row, own| if row == 5 { json!("old") } else { own.clone() });
    let (cause, message) = refused(&mixed, &json!({"include": ["age", "purpose"]}));
    assert!(cause == "frame.column_type" && message.contains("numbers, and text in row `5`"), "{message}");
    let told = findings(&develop(&mixed, &json!({})), &json!("age"));
    assert!(told.iter().any(|(code, own)| code == "column_type" && own.contains("row `5`")), "{told:?}");
    for own in [json!({"exclude": ["age"]}), json!({"include": ["purpose"]})] {
        assert!(findings(&develop(&mixed, &own), &json!("age")).is_empty());
    }
    let columns = json!({"age": [30], "purpose": ["car"]});
    let answer = develop(&table(), &json!({}));
    assert_eq!(points(&answer, &with(columns.clone(), &json!({"odd": [1]}))), points(&answer, &columns));
    let odd = json!({"age": [30, 40], "purpose": ["car", "home"], "odd": [1, "a"]});
    assert_eq!(points(&answer, &odd)[0], points(&answer, &columns)[0]);
}

#[test]
fn a_stray_text_or_a_mark_among_numbers_as_text_is_told_by_its_row() {
    let told = |stray: &dyn Fn(usize, &Value) -> Option<&'static str>| {
        let written = changed(&table(), "age", |row, own| {
            stray(row, own).map_or_else(|| json!(own.to_string()), |text| json!(text))
        });
        let all = findings(&develop(&written, &json!({})), &json!("age"));
        all.into_iter().find(|(code, _)| code == "reads_as_numbers").map(|(_, message)| message)
    };
    let plain = told(&|_, _| None).unwrap();
    assert!(plain.contains("state `kind` `numeric`") && !plain.contains("row `"), "{plain}");
    for (stray, of) in [
        (
            &(|row: usize, _: &Value| (row == 7).then_some("sixty"))
                as &dyn Fn(usize, &Value) -> Option<&'static str>,
            "`399`",
        ),
        (&|row, _| (row % 10 == 7).then_some("sixty"), "`360`"),
    ] {
        let message = told(stray).unwrap();
        let begins = format!("{of} of its `400` rows with text hold numbers");
        assert!(message.starts_with(&begins) && message.contains("the text of row `7` is none"), "{message}");
    }
    // Text that means no value is no row with text.
    let message = told(&|row, _| [Some("NA"), Some("sixty")].into_iter().nth(row).flatten()).unwrap();
    assert!(message.starts_with("`398` of its `399` rows") && message.contains("row `1`"), "{message}");
    assert_eq!(told(&|row, _| (row % 9 == 7).then_some("sixty")), None);
    for (text, mark) in [
        ("KES 1,200", "a currency"),
        ("12%", "a percent sign"),
        ("1,200", "thousands separators"),
        ("12,5", "a decimal comma"),
    ] {
        let message = told(&|row, _| (row % 2 == 1).then_some(text)).unwrap();
        let begins = "`400` of its `400` rows with text hold numbers";
        let named = format!("the text of row `1` has {mark} beside the digits");
        assert!(message.starts_with(begins) && message.contains(&named), "{message}");
    }
}

#[test]
fn values_of_a_target_are_read_as_what_its_column_holds_and_are_bad_or_good() {
    let known = characteristics(&develop(&table(), &json!({})));
    let coded = |good: Value, bad: Value| {
        changed(&table(), "bad", |_, own| if *own == json!(1) { bad.clone() } else { good.clone() })
    };
    // Categories of numbers come as their texts.
    for (good, bad, stated) in [
        (json!("1"), json!("2"), json!(2)),
        (json!("1"), json!("2"), json!("2")),
        (json!(1), json!(2), json!("2")),
        (json!("0"), json!("1"), json!(1)),
    ] {
        let own = coded(good, bad);
        assert_eq!(characteristics(&develop(&own, &json!({"bad": [stated]}))), known);
    }
    let artefact = [develop(&table(), &json!({}))["artefact"].to_string()];
    let evaluate = |columns: &Value, own: &Value| {
        let request = json!({"entity_type": "individual", "target": "bad", "columns": columns});
        call(&artefact, "scorecard.evaluate", &with(request, own))
    };
    for (columns, own) in [
        (table(), json!({"bad": [1], "good": [1]})),
        (table(), json!({"bad": [1], "good": [0, "1"]})),
        (coded(json!("1"), json!("2")), json!({"bad": [2], "good": ["2", "1"]})),
        (coded(json!(false), json!(true)), json!({"bad": [true], "good": ["true"]})),
        (table(), json!({"bad": [1, null], "good": [0, null]})),
    ] {
        let place = json!([format!("/good/{}", own["good"].as_array().unwrap().len() - 1)]);
        let request = with(with(settings(), &own), &json!({ "columns": columns }));
        for (status, answer) in [call(&[], "scorecard.develop", &request), evaluate(&columns, &own)] {
            let place = if own["good"] == json!(["2", "1"]) { json!(["/good/0"]) } else { place.clone() };
            let error = &answer["error"];
            assert_eq!((status, &error["cause"]), (400, &json!("value.out_of_range")), "{answer}");
            assert_eq!(error["fields"], place);
        }
    }
    let request = with(with(settings(), &json!({"bad": 2})), &json!({ "columns": table() }));
    for (_, answer) in [call(&[], "scorecard.develop", &request), evaluate(&table(), &json!({"good": 2}))] {
        let message = answer["error"]["message"].as_str().unwrap();
        assert_eq!(message, "expected a list of values, such as `[1]`; got an integer");
    }
    // Text that means no value is no outcome in both doors.
    let texts = |good: &str, bad: &str| {
        changed(&table(), "bad", |row, own| {
            json!(if row % 9 == 0 {
                "NA"
            } else if *own == json!(1) {
                bad
            } else {
                good
            })
        })
    };
    for (columns, own) in [(texts("good", "bad"), json!({})), (texts("no", "yes"), json!({"bad": ["yes"]}))] {
        develop(&columns, &own);
        let (status, answer) = evaluate(&columns, &own);
        assert_eq!((status, &answer["validation"]["rows"]), (0, &json!(355)), "{answer}");
    }
}

#[test]
fn what_became_of_the_only_column_is_told_where_nothing_is_left() {
    for value in [
        &(|row: usize, _: &Value| if row == 5 { json!("old") } else { json!(row) })
            as &dyn Fn(usize, &Value) -> Value,
        &|row, _| if row == 5 { json!(true) } else { json!(row) },
    ] {
        let odd = changed(&table(), "age", value);
        let own = json!({"bad": odd["bad"], "age": odd["age"]});
        let request = with(settings(), &json!({ "columns": own }));
        let (status, answer) = call(&[], "scorecard.develop", &request);
        let error = &answer["error"];
        let message = error["message"].as_str().unwrap();
        assert_eq!((status, &error["cause"]), (400, &json!("card.empty")), "{answer}");
        assert!(message.contains("row `5`") && error["fields"] == json!(["/columns/age"]), "{answer}");
    }
    let constant = changed(&table(), "age", |_, _| json!(3));
    let own = json!({"bad": constant["bad"], "age": constant["age"]});
    let (_, answer) = call(&[], "scorecard.develop", &with(settings(), &json!({ "columns": own })));
    let error = &answer["error"];
    assert_eq!(
        (&error["cause"], &error["fields"]),
        (&json!("fitting.nothing"), &json!(["/columns/age"])),
        "{answer}"
    );
}
