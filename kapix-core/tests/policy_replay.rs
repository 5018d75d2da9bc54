//! `policy.replay` beside `policy.run`: every row of a portfolio is decided as the same application alone.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::{artefact, body, numeric, quiet};
use kapix_core::frame::{Column, Frame, Values};
use kapix_core::{Control, Desk, Engine, EngineOptions, Limits};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const ROWS: usize = 1_000;

fn desk() -> Desk {
    let characteristics =
        [numeric("x", &[20.0, 40.0], &[10, 30, 60], 20), numeric("y", &[1.0], &[40, 10], 20)];
    let card = body(&characteristics, 80, 50);
    let card = artefact("small", "1", &card);
    let mut policy: Value = serde_json::from_str(&artefact("loans", "1", &policy())).unwrap();
    policy["kind"] = json!("policy");
    let desk = Engine::load(&[card, policy.to_string()], EngineOptions::default());
    Desk::new(desk.unwrap(), quiet())
}

/// Every type of input, an assumed value, dates, a step with a computed value, two tables and an offer.
fn policy() -> Value {
    let reason = |text: &str| json!({"texts": {"en": text}});
    json!({
        "currency": "KES",
        "effective": {"from": "2025-01-01T00:00:00Z"},
        "inputs": {
            "age": {"type": "integer", "min": 0, "max": 120},
            "amount": {"type": "money", "min": 1},
            "branch": {"type": "text", "values": ["coast", "lake"], "on_missing": {"value": "coast"}},
            "employed": {"type": "boolean", "on_missing": {"decline": "UNEMPLOYED"}},
            "income": {"type": "money", "max_age_days": 90},
            "since": {"type": "date"},
            "gender": {"type": "text", "protected": true}
        },
        "reasons": {
            "UNDERAGE": reason("too young"), "UNEMPLOYED": reason("no work"), "CARD": reason("a low score"),
            "NEW": reason("a new customer"), "HIGH": reason("too much")
        },
        "steps": [
            {"derive": {"name": "ratio", "expression": "amount / income"}},
            {"table": {"name": "rules", "hit": "collect", "columns": ["age", "employed", "since", "branch"], "rules": [
                {"id": "age", "when": ["< 18", "-", "-", "-"], "then": {"outcome": "decline", "reason": "UNDERAGE"}},
                {"id": "work", "when": ["-", "false", "-", "-"], "then": {"outcome": "decline", "reason": "UNEMPLOYED"}},
                {"id": "new", "when": ["-", "-", "> date(\"2026-01-01\")", "\"coast\""],
                 "then": {"outcome": "refer", "reason": "NEW"}}
            ]}},
            {"call": {"name": "card", "operation": "credit.score", "arguments": {"card": "small"},
                      "values": {"/features/y": "ratio"},
                      "results": {"points": {"type": "integer", "pointer": "/points"}}}},
            {"table": {"name": "cut", "hit": "first", "columns": ["card.points", "ratio"], "rules": [
                {"when": ["< 50", "-"], "then": {"outcome": "decline", "reason": "CARD"}},
                {"when": ["-", "<= 2"], "then": {"outcome": "approve"}}
            ]}}
        ],
        "offer": {"requested": "amount", "limit": "floor(income * 1.5)", "above_limit": "refer", "reason": "HIGH"}
    })
}

/// Values of a portfolio: of every input some are missing, of some the range is left, of others they are old.
fn columns() -> Map<String, Value> {
    let mut state = 11_u64;
    // A linear congruential generator: D. E. Knuth's MMIX.
    let mut draw = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 32) * below) >> 32
    };
    let mut columns: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for _ in 0..ROWS {
        let mut put = |name, value: Value, is_missing: bool| {
            let value = if is_missing { Value::Null } else { value };
            columns.entry(name).or_default().push(value);
        };
        put("age", json!(draw(130)), draw(12) == 0);
        put("amount", json!(draw(50_000)), draw(20) == 0);
        put("branch", json!(["coast", "lake", "hill"][usize::try_from(draw(3)).unwrap()]), draw(5) == 0);
        put("employed", json!(draw(6) != 0), draw(8) == 0);
        put("income", json!(draw(90_000)), draw(12) == 0);
        put("income@at", json!(format!("2026-0{}-11", 1 + draw(3))), draw(30) == 0);
        put("since", json!(format!("202{}-05-02", 4 + draw(3))), draw(9) == 0);
        put("x", json!(draw(60)), draw(11) == 0);
        put("gender", json!(["f", "m"][usize::try_from(draw(2)).unwrap()]), draw(15) == 0);
        put("bad", json!(u64::from(draw(4) == 0)), draw(3) == 0);
        put("day", json!(format!("202{}-03-{:02}", 4 + draw(3).max(1), 1 + draw(28))), false);
    }
    columns.into_iter().map(|(name, values)| (name.to_owned(), Value::Array(values))).collect()
}

fn call(desk: &Desk, operation: &str, request: &Value) -> (u16, Value) {
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

/// What `policy.run` says of a row: outcome, first reason and amount, or the cause of the refusal.
fn alone(desk: &Desk, columns: &Map<String, Value>, row: usize) -> (Value, Value, Value) {
    let value = |name: &str| columns[name][row].clone();
    let mut inputs = Map::new();
    for name in ["age", "amount", "branch", "employed", "since", "gender"] {
        inputs.insert(name.to_owned(), value(name));
    }
    let mut income = json!({ "value": value("income") });
    if value("income@at") != Value::Null {
        income["at"] = value("income@at");
    }
    inputs.insert("income".to_owned(), income);
    let request = json!({
        "policy": "loans", "entity_id": "a", "inputs": inputs, "as_of": format!("{}T00:00:00Z", value("day").as_str().unwrap()),
        "applicant": {"entity_type": "individual", "features": {"x": value("x")}},
    });
    let (status, answer) = call(desk, "policy.run", &request);
    if status != 0 {
        return (Value::Null, answer["error"]["cause"].clone(), Value::Null);
    }
    let outcome = answer["outcome"].clone();
    let reasons = answer["reasons"].as_array().unwrap();
    let first =
        reasons.iter().find(|it| it["outcome"] == outcome).map_or(Value::Null, |it| it["code"].clone());
    (outcome, first, answer["approved_amount_minor"].clone())
}

#[test]
fn every_row_is_decided_as_the_application_alone() {
    let (desk, columns) = (desk(), columns());
    let request = json!({
        "policy": "loans", "columns": columns, "entity_type": "individual", "as_of_column": "day",
        "observed": "bad", "group_by": ["gender"],
    });
    let (status, answer) = call(&desk, "policy.replay", &request);
    assert_eq!(status, 0, "{answer}");
    let result = |name: &str, row: usize| answer["columns"][name][row].clone();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for row in 0..ROWS {
        let (outcome, reason, amount) = alone(&desk, &columns, row);
        assert_eq!(result("outcome", row), outcome, "row {row}: {reason}");
        if outcome == Value::Null {
            assert_eq!(result("status", row), reason, "row {row}");
            continue;
        }
        *counts.entry(outcome.as_str().unwrap().to_owned()).or_default() += 1;
        assert_eq!((result("reason", row), result("status", row)), (reason, json!("decided")), "row {row}");
        assert_eq!(result("approved_amount_minor", row).as_f64(), amount.as_f64(), "row {row}");
    }
    assert!(counts.values().all(|count| *count >= 10) && counts.len() == 3, "{counts:?}");
    let rates = &answer["rates"];
    assert_eq!(
        [&rates["approved"], &rates["referred"], &rates["declined"]],
        [&json!(counts["approve"]), &json!(counts["refer"]), &json!(counts["decline"])]
    );
    // The rates of groups, and what came of past loans, by counting.
    let gender = |row: usize| columns["gender"][row].clone();
    for group in answer["groups"].as_array().unwrap() {
        let value = group.get("value").cloned().unwrap_or(Value::Null);
        let of_group = |outcome: &str| {
            (0..ROWS).filter(|row| gender(*row) == value && result("outcome", *row) == outcome).count()
        };
        assert_eq!(group["rates"]["approved"], of_group("approve"), "{value}");
        assert_eq!(group["rates"]["declined"], of_group("decline"), "{value}");
    }
    for outcome in ["approve", "refer", "decline"] {
        let of = |bad: u8| {
            (0..ROWS).filter(|row| result("outcome", *row) == outcome && columns["bad"][*row] == bad).count()
        };
        assert_eq!(rates["observed"][outcome]["bads"], of(1));
        assert_eq!(rates["observed"][outcome]["observed"], of(0) + of(1));
    }
    // What the rows of tables matched adds up.
    let hits = |rule: &str| {
        answer["rules"].as_array().unwrap().iter().find(|it| it["rule"] == rule).unwrap()["rows"]
            .as_u64()
            .unwrap()
    };
    assert!(hits("age") > 20 && hits("rule_2") >= counts["approve"], "{}", answer["rules"]);
}

#[test]
fn columns_that_cannot_be_meant_are_refused_with_their_place() {
    let (desk, columns) = (desk(), columns());
    let with = |changes: Value, gone: &[&str]| {
        let mut columns = columns.clone();
        for name in gone {
            columns.remove(*name);
        }
        columns.extend(changes.as_object().unwrap().clone());
        let request = json!({"policy": "loans", "columns": columns, "entity_type": "individual", "as_of": "2026-04-01T00:00:00Z"});
        let (status, answer) = call(&desk, "policy.replay", &request);
        (status, answer["error"]["cause"].clone(), answer["error"]["fields"].clone(), answer)
    };
    let all = |value: Value| json!(vec![value; ROWS]);
    // Nothing is converted: text is no number, and a number no text.
    let (_, cause, fields, _) = with(json!({"age": all(json!("34"))}), &[]);
    assert_eq!((cause, fields), (json!("frame.column_type"), json!(["/columns/age"])));
    // A truth value is no text, and a text no truth value, as in `policy.run`.
    let (_, cause, fields, answer) = with(json!({"employed": all(json!("true"))}), &[]);
    assert_eq!((cause, fields), (json!("frame.column_type"), json!(["/columns/employed"])));
    let message = "expected a column of booleans, got text; nothing is converted";
    assert_eq!(answer["error"]["message"], message);
    let (_, cause, fields, _) = with(json!({"branch": all(json!(true))}), &[]);
    assert_eq!((cause, fields), (json!("frame.column_type"), json!(["/columns/branch"])));
    let mut mixed = vec![json!(true); ROWS];
    mixed[3] = json!("true");
    let (_, cause, fields, _) = with(json!({ "employed": mixed }), &[]);
    assert_eq!((cause, fields), (json!("frame.column_type"), json!(["/columns/employed/3"])));
    // Dates of an input that needs them, and of one that does not.
    let dates = all(json!("2026-03-30"));
    let (_, cause, fields, _) = with(json!({"income_at": dates}), &["income@at"]);
    assert_eq!((cause, fields), (json!("data.input_unknown"), json!(["/columns/income_at"])));
    let (_, cause, fields, _) = with(json!({"sinse@at": dates}), &[]);
    assert_eq!((cause, fields), (json!("data.input_unknown"), json!(["/columns/sinse@at"])));
    let (status, .., answer) = with(json!({"since_at": dates, "income@at": dates}), &[]);
    assert_eq!((status, &answer["unused"]), (0, &json!(["bad", "day", "gender", "since_at"])));
    // A column that was meant as an input.
    let (_, cause, fields, _) = with(json!({"Age": all(json!(34))}), &["age"]);
    assert_eq!((cause, fields), (json!("data.input_unknown"), json!(["/columns/Age"])));
    // Results of a step without whether it referred.
    let (_, cause, fields, _) = with(json!({"card.points": all(json!(90))}), &[]);
    assert_eq!((cause, fields), (json!("frame.column_missing"), json!(["/columns/card.referred"])));
    // An input without a column is missing in every row, and decides nothing.
    let (status, .., answer) = with(json!({}), &["amount"]);
    assert_eq!((status, &answer["absent"]), (0, &json!(["amount"])));
    assert_eq!(answer["rates"]["approved"], 0);
    // Results of a step as columns: one that may have referred refers.
    let referred = |flag: Value| {
        let changes = json!({
            "age": all(json!(30)), "employed": all(json!(true)), "since": all(json!("2020-01-01")), "amount": all(json!(100)),
            "income": all(json!(1_000)), "income@at": all(json!("2026-03-30")), "branch": all(json!("lake")),
            "card.points": all(json!(90)), "card.referred": all(flag),
        });
        let (status, .., answer) = with(changes, &[]);
        assert_eq!(status, 0, "{answer}");
        (answer["rates"]["approved"].clone(), answer["rates"]["referred"].clone())
    };
    assert_eq!(referred(json!(false)), (json!(ROWS), json!(0)));
    assert_eq!(referred(json!(true)), (json!(0), json!(ROWS)));
    assert_eq!(referred(Value::Null), (json!(0), json!(ROWS)));
}

#[test]
fn a_step_that_cannot_be_asked_leaves_the_others_their_columns() {
    let step = |name: &str, values: Value| {
        json!({"call": {"name": name, "operation": "credit.score", "arguments": {"card": "small"}, "values": values,
            "results": {"points": {"type": "integer", "pointer": "/points"}}}})
    };
    let document = json!({
        "inputs": {"y": {"type": "number"}},
        "reasons": {"LOW": {"texts": {"en": "low"}}},
        "steps": [
            step("first", json!({"/features/y": "y"})), step("second", json!({})),
            {"table": {"name": "cut", "hit": "first", "columns": ["second.points"], "rules": [
                {"when": ["< 50"], "then": {"outcome": "decline", "reason": "LOW"}},
                {"when": [">= 50"], "then": {"outcome": "approve"}}
            ]}}
        ]
    });
    let mut two: Value = serde_json::from_str(&artefact("two", "1", &document)).unwrap();
    two["kind"] = json!("policy");
    let desk = Desk::new(Engine::load(&[two.to_string()], EngineOptions::default()).unwrap(), quiet());
    let request = json!({"policy": "two", "as_of": "2026-04-01T00:00:00Z", "columns": {
        "y": [1, null, 1], "first.points": [90, 10, 90], "first.referred": [false, false, false],
        "second.points": [10, 90, 90], "second.referred": [false, false, false],
    }});
    let (status, answer) = call(&desk, "policy.replay", &request);
    assert_eq!(status, 0, "{answer}");
    // The second application lacks `y`; its second step is not that of the row before, nor its first step.
    assert_eq!(answer["columns"]["outcome"], json!(["decline", "refer", "approve"]));
    assert_eq!(answer["columns"]["reason"], json!(["LOW", "MISSING_INPUT", null]));
    // Alone, the step that was asked has its own name.
    let request = json!({"policy": "two", "as_of": "2026-04-01T00:00:00Z", "entity_id": "1", "inputs": {"y": null},
        "applicant": {"entity_type": "individual", "features": {"x": 1, "y": 1}}});
    let (status, answer) = call(&desk, "policy.run", &request);
    assert_eq!(
        (status, &answer["steps"][0]["name"], &answer["steps"][1]),
        (0, &json!("second"), &Value::Null),
        "{answer}"
    );
}

#[test]
fn a_row_keeps_nothing_of_the_row_before_and_each_reason_by_what_it_asks_for() {
    let when = |cell: &str, then: Value| json!({"when": [cell], "then": then});
    let table = |name: &str, rules: Value| json!({"table": {"name": name, "hit": "first", "columns": ["a"], "rules": rules}});
    let reason = json!({"texts": {"en": "no"}});
    let approve = json!({"outcome": "approve"});
    let document = json!({
        "currency": "KES",
        "inputs": {"a": {"type": "integer"}, "m": {"type": "money"}, "k": {"type": "money"}},
        "reasons": {"A": reason, "L": reason},
        "steps": [
            table("t", json!([
                when("> 6", json!({"outcome": "refer", "reason": "A"})), when("-", approve.clone())
            ])),
            table("u", json!([
                when("> 3", json!({"outcome": "decline", "reason": "A"})), when("-", approve)
            ])),
            {"derive": {"name": "x", "expression": "k * 2"}}
        ],
        "offer": {"requested": "m", "limit": "x", "above_limit": "decline", "reason": "L"}
    });
    let mut policy: Value = serde_json::from_str(&artefact("early", "1", &document)).unwrap();
    policy["kind"] = json!("policy");
    let desk = Desk::new(Engine::load(&[policy.to_string()], EngineOptions::default()).unwrap(), quiet());
    let request = json!({"policy": "early", "as_of": "2026-04-01T00:00:00Z", "columns": {
        "a": [1, 5, 7], "m": [500, 500, 500], "k": [100, null, null],
    }});
    let (status, answer) = call(&desk, "policy.replay", &request);
    assert_eq!(status, 0, "{answer}");
    let counts = answer["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["code"].clone(), it["outcome"].clone(), it["rows"].clone()));
    // The second row has no computed value; the first one's is not its own.
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [
            (json!("A"), json!("decline"), json!(2)),
            (json!("A"), json!("refer"), json!(1)),
            (json!("L"), json!("decline"), json!(1))
        ]
    );
}

#[test]
fn a_day_that_one_application_may_not_state_decides_no_row() {
    let table = json!({"table": {"name": "t", "hit": "first", "columns": ["since"], "rules": [
        {"when": ["< date(\"2024-01-01\")"], "then": {"outcome": "approve"}},
        {"when": [">= date(\"2024-01-01\")"], "then": {"outcome": "decline", "reason": "NEW"}}
    ]}});
    let document = json!({
        "inputs": {"since": {"type": "date"}, "gender": {"type": "text", "protected": true}},
        "reasons": {"NEW": {"texts": {"en": "new"}}},
        "steps": [table]
    });
    let mut policy: Value = serde_json::from_str(&artefact("days", "1", &document)).unwrap();
    policy["kind"] = json!("policy");
    let desk = Desk::new(Engine::load(&[policy.to_string()], EngineOptions::default()).unwrap(), quiet());
    // The date of a value that is missing, and a protected value of another type.
    let one = |inputs: Value| {
        let request =
            json!({"policy": "days", "as_of": "2026-04-01T00:00:00Z", "entity_id": "1", "inputs": inputs});
        let (_, answer) = call(&desk, "policy.run", &request);
        answer["error"]["cause"].clone()
    };
    let many = |columns: Value| {
        let request = json!({"policy": "days", "as_of": "2026-04-01T00:00:00Z", "columns": columns});
        let (_, answer) = call(&desk, "policy.replay", &request);
        if answer["error"].is_null() {
            answer["columns"]["status"][0].clone()
        } else {
            answer["error"]["cause"].clone()
        }
    };
    assert_eq!(one(json!({"since": {"value": null, "at": "1899-12-31"}})), "time.out_of_range");
    assert_eq!(many(json!({"since": [null], "since@at": ["1899-12-31"]})), "time.out_of_range");
    assert_eq!(one(json!({"since": "2020-01-01", "gender": 5})), "policy.input");
    assert_eq!(many(json!({"since": ["2020-01-01"], "gender": [5]})), "frame.column_type");
    let request = json!({"policy": "days", "as_of": "2026-04-01T00:00:00Z"});
    // The first and the last day of the calendar, and those beside them.
    let days = [-25_567, -25_568, i32::MIN, 2_932_896, 2_932_897, i32::MAX];
    let frame = Frame::new(vec![("since".to_owned(), Column::date(&days))], &Limits::default()).unwrap();
    let (reply, _) =
        desk.call_columns("policy.replay", request.to_string().as_bytes(), &frame, &Control::default());
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(answer["statuses"], json!({"decided": 2, "time.out_of_range": 4}), "{answer}");
    // A column of instants may hold them too.
    let name = "since".to_owned();
    let frame = Frame::new(
        vec![(name, Column::date(&[-25_567; 6])), ("when".to_owned(), Column::date(&days))],
        &Limits::default(),
    );
    let at = json!({"policy": "days", "as_of_column": "when"}).to_string();
    let (reply, _) = desk.call_columns("policy.replay", at.as_bytes(), &frame.unwrap(), &Control::default());
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(answer["statuses"], json!({"decided": 2, "time.out_of_range": 4}), "{answer}");
    assert_eq!(answer["days"], 2_932_896 + 25_567 + 1);
    // Without any instant each application lacks its own.
    let at = json!({"policy": "days", "as_of_column": "when", "columns": {"since": ["2020-01-01"], "when": [null]}});
    let (_, answer) = call(&desk, "policy.replay", &at);
    assert_eq!(answer["statuses"], json!({"time.as_of_missing": 1}), "{answer}");
    // As text, by the cause that the application alone is refused for.
    let texts = ["1900-01-01", "1899-12-31", "0001-01-01", "9999-12-31", "2023-02-29", "1 May 2023"];
    let mut columns = request.clone();
    columns["columns"] = json!({ "since": texts });
    let (_, answer) = call(&desk, "policy.replay", &columns);
    for (row, text) in texts.iter().enumerate() {
        let mut one = request.clone();
        one["inputs"] = json!({ "since": text });
        one["entity_id"] = json!("1");
        let (status, alone) = call(&desk, "policy.run", &one);
        let cause = if status == 0 { json!("decided") } else { alone["error"]["cause"].clone() };
        assert_eq!(answer["columns"]["status"][row], cause, "{text}: {alone}");
    }
}

#[test]
fn a_number_or_a_text_that_no_request_can_state_decides_no_row() {
    let table = json!({"table": {"name": "t", "hit": "first", "columns": ["x", "word"], "rules": [
        {"when": ["> 5", "\"a\""], "then": {"outcome": "approve"}},
        {"when": ["-", "-"], "then": {"outcome": "refer", "reason": "NEW"}}
    ]}});
    let document = json!({
        "inputs": {"x": {"type": "number"}, "word": {"type": "text"}},
        "reasons": {"NEW": {"texts": {"en": "new"}}},
        "steps": [table]
    });
    let mut policy: Value = serde_json::from_str(&artefact("wide", "1", &document)).unwrap();
    policy["kind"] = json!("policy");
    let desk = Desk::new(Engine::load(&[policy.to_string()], EngineOptions::default()).unwrap(), quiet());
    let long = "a".repeat(65_537);
    let numbers = [9_007_199_254_740_991.0, 9_007_199_254_740_992.0, 1e20, 1e21, f64::INFINITY, 6.0];
    let words = [0, 0, 0, 0, 0, 1];
    let values = Values::Dictionary { codes: (&words).into(), categories: vec!["a", &long] };
    let columns = vec![
        ("x".to_owned(), Column::float(&numbers)),
        ("word".to_owned(), Column { values, validity: None }),
    ];
    let frame = Frame::new(columns, &Limits::default()).unwrap();
    let request = json!({"policy": "wide", "as_of": "2026-04-01T00:00:00Z"}).to_string();
    let (reply, columns) =
        desk.call_columns("policy.replay", request.as_bytes(), &frame, &Control::default());
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    let wide = "json.integer_out_of_range";
    let expected = json!({"decided": 2, wide: 2, "json.number_not_finite": 1, "limit.exceeded": 1});
    assert_eq!(answer["statuses"], expected, "{answer} {columns:?}");
}
