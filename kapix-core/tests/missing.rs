//! What may be decided while inputs are missing: over every subset of the inputs of small cards, over random subsets of
//! the cards that ship and of cards that are developed, hiding never makes an approval; and a batch says the same.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/given.rs"]
#[expect(dead_code, reason = "shared by several test programs")]
mod given;

use given::{artefact, body, card, numeric, quiet};
use kapix_core::{
    Control, Desk, Engine, EngineOptions, Limits,
    artefact::EXPERT_CARDS,
    frame::{Column, Frame},
    numeric::{Random, count},
    scorecard::{Card, CardBody, Decision, Input, MissingEffect, ScoredRows},
};
use serde_json::{Map, Value, json};

fn below(random: &mut Random, limit: u64) -> i32 {
    i32::try_from(random.below(limit.try_into().unwrap())).unwrap()
}

/// A card of five numeric inputs with four attributes each: a special value that is an answer, one that means no value,
/// missing bins of any points, and withheld inputs with one exempt set.
fn random_card(random: &mut Random) -> Value {
    let mut characteristics: Vec<Value> = (0..5)
        .map(|index| {
            let points: Vec<i32> = (0..4).map(|_| below(random, 41) - 20).collect();
            let name = if index < 2 { format!("bureau.c{index}") } else { format!("c{index}") };
            let mut own = numeric(&name, &[1.0, 2.0, 3.0], &points, 50);
            own["missing"] = json!({"points": below(random, 71) - 35, "refer": below(random, 8) == 0});
            own["special"] = json!([
                {"value": -9, "points": below(random, 81) - 40},
                {"value": -8, "points": below(random, 81) - 40, "missing": true},
            ]);
            own
        })
        .collect();
    characteristics.swap(1, 3);
    let mut body = body(&characteristics, 15, -15);
    body["required"] = if below(random, 4) == 0 { json!(["c3"]) } else { json!([]) };
    if below(random, 4) == 0 {
        body["minimum"]["completeness"] = json!(0.5);
    }
    body
}

fn pointer(_: usize, name: &str) -> String {
    name.to_owned()
}

fn decided(card: &Card, inputs: &[Input<'_>]) -> Decision {
    let slots = card.place(inputs, pointer).unwrap();
    card.judge(&slots).decide(card.decision(slots.points).unwrap())
}

/// The inputs without those of a subset.
fn hidden<'a>(inputs: &[Input<'a>], subset: u32) -> Vec<Input<'a>> {
    let own = inputs.iter().enumerate();
    own.map(|(at, input)| if subset >> at & 1 == 1 { Input::Missing } else { *input }).collect()
}

/// Hiding never makes an approval; what declines may only be referred instead.
fn assert_no_gain(card: &Card, inputs: &[Input<'_>], subset: u32) {
    let (shown, less) = (decided(card, inputs), decided(card, &hidden(inputs, subset)));
    let may = match shown {
        Decision::Approve => true,
        Decision::Refer | Decision::Decline => less != Decision::Approve,
    };
    assert!(may, "{inputs:?} without {subset:b}: {shown:?} became {less:?}");
}

#[test]
fn hiding_never_makes_an_approval_on_small_cards() {
    let mut random = Random::new(41, 0);
    let (mut approvals, mut rescued) = (0, 0);
    for _ in 0..300 {
        let card = card(&random_card(&mut random)).unwrap();
        for _ in 0..20 {
            let value = |random: &mut Random| match below(random, 12) {
                0 => -9.0,
                1 => -8.0,
                _ => f64::from(below(random, 4)) + 0.5,
            };
            let values: Vec<f64> = (0..5).map(|_| value(&mut random)).collect();
            let inputs: Vec<Input<'_>> = values.iter().map(|it| Input::Number(*it)).collect();
            for subset in 0..32 {
                assert_no_gain(&card, &inputs, subset);
                let less = decided(&card, &hidden(&inputs, subset));
                approvals += u32::from(subset > 0 && less == Decision::Approve);
                rescued += u32::from(decided(&card, &inputs) == Decision::Decline && less == Decision::Refer);
            }
            assert_eq!(decided(&card, &hidden(&inputs, 31)), Decision::Refer, "nothing is known");
        }
    }
    assert!(approvals > 500 && rescued > 500, "{approvals} approvals stand, {rescued} declines are referred");
}

#[test]
fn a_decision_stands_exactly_where_no_value_of_a_missing_input_changes_it() {
    let mut random = Random::new(42, 0);
    for _ in 0..300 {
        let mut body = random_card(&mut random);
        body["required"] = json!([]);
        body["minimum"].as_object_mut().unwrap().remove("completeness");
        for own in body["characteristics"].as_array_mut().unwrap() {
            own["missing"]["refer"] = json!(false);
        }
        let card = card(&body).unwrap();
        let values: Vec<f64> = (0..5).map(|_| f64::from(below(&mut random, 4)) + 0.5).collect();
        let inputs: Vec<Input<'_>> = values.iter().map(|it| Input::Number(*it)).collect();
        for subset in 1..31 {
            let slots = card.place(&hidden(&inputs, subset), pointer).unwrap();
            let by_points = card.decision(slots.points).unwrap();
            // Every completion by a value.
            let mut all = vec![inputs.clone()];
            for at in (0..5).filter(|at| subset >> at & 1 == 1) {
                let with = |value: f64| {
                    all.iter().map(move |own| {
                        let mut own = own.clone();
                        own[at] = Input::Number(value);
                        own
                    })
                };
                // What means no value is none that a decline could hang on; an approval must stand beside it.
                let special: &[f64] = if by_points == Decision::Approve { &[-9.0, -8.0] } else { &[-9.0] };
                all = special.iter().copied().chain([0.5, 1.5, 2.5, 3.5]).flat_map(with).collect();
            }
            let stands =
                by_points != Decision::Refer && all.iter().all(|own| decided(&card, own) == by_points);
            let expected = if stands { MissingEffect::None } else { MissingEffect::Refers };
            assert_eq!(card.judge(&slots).effect, expected, "{values:?} {subset:b}");
        }
    }
}

/// The three cards that ship.
fn expert_cards() -> Vec<Card> {
    let bundle: Value = serde_json::from_str(EXPERT_CARDS).unwrap();
    let bodies = bundle["artefacts"].as_array().unwrap().iter().map(|artefact| artefact["body"].clone());
    bodies
        .map(|body| {
            let body: CardBody = serde_json::from_value(body).unwrap();
            Card::load(body, &Limits::default()).unwrap()
        })
        .collect()
}

/// A value of an attribute of a characteristic.
fn value(card: &Card, position: usize, random: &mut Random) -> f64 {
    let attributes = &card.body.characteristics[position].attributes;
    let own = &attributes[usize::try_from(below(random, attributes.len() as u64)).unwrap()];
    own.lower.unwrap_or_else(|| own.upper.unwrap() - 0.001)
}

#[test]
fn hiding_never_makes_an_approval_on_the_cards_that_ship() {
    let mut random = Random::new(43, 0);
    for card in expert_cards() {
        let n = card.body.characteristics.len();
        for _ in 0..4_000 {
            // Good values are as likely as all others together, so that applicants lie about the cut-offs.
            let best = |at: usize| {
                let most =
                    card.body.characteristics[at].attributes.iter().max_by_key(|it| it.points).unwrap();
                most.lower.unwrap_or_else(|| most.upper.unwrap() - 0.001)
            };
            let values: Vec<f64> = (0..n)
                .map(|at| if below(&mut random, 2) == 0 { best(at) } else { value(&card, at, &mut random) })
                .collect();
            let inputs: Vec<Input<'_>> = values.iter().map(|it| Input::Number(*it)).collect();
            let subset = u32::try_from(below(&mut random, 1 << n)).unwrap();
            assert_no_gain(&card, &inputs, subset);
            assert_no_gain(&card, &inputs, 1 << below(&mut random, n as u64));
        }
    }
}

#[test]
fn a_value_that_means_none_refers_where_a_missing_one_does() {
    let mut own = numeric("x", &[1.0], &[0, 60], 60);
    own["missing"] = json!({"points": 0, "refer": true});
    own["special"] = json!([{"value": -1, "points": 60, "missing": true}]);
    let mut body = body(&[own, numeric("y", &[1.0], &[100, 100], 100)], 100, 50);
    body["required"] = json!([]);
    let card = Card::load(serde_json::from_value(body).unwrap(), &Limits::default()).unwrap();
    let decide = |x: Input<'static>| decided(&card, &[x, Input::Number(0.0)]);
    assert_eq!(decide(Input::Number(0.5)), Decision::Approve);
    assert_eq!([Input::Missing, Input::Number(-1.0)].map(decide), [Decision::Refer; 2]);
}

#[test]
fn an_input_that_two_characteristics_read_is_named_once() {
    let twice = ["one", "two"].map(|id| {
        let mut own = numeric(id, &[1.0], &[0, 60], 60);
        own["feature"] = json!("x");
        own["missing"] = json!({"points": 0});
        own
    });
    let mut body = body(&[&twice[..], &[numeric("y", &[1.0], &[40, 100], 100)]].concat(), 150, 100);
    body["required"] = json!([]);
    let request = json!({
        "as_of": "2026-06-30T00:00:00Z", "entity_id": "a", "entity_type": "individual", "features": {"y": 3}
    });
    let answer = call(&desk(&body), "credit.score", &request);
    assert_eq!((&answer["decision"], &answer["missing_inputs"]), (&json!("refer"), &json!(["x"])));
    let reason = &answer["referral_reasons"][0];
    assert_eq!(reason["inputs"], json!(["x"]));
    assert_eq!(reason["fields"].as_array().unwrap().len(), 2);
}

#[test]
fn a_decline_hangs_on_no_value_that_means_none() {
    let mut own = numeric("x", &[1.0], &[0, 10], 60);
    own["missing"] = json!({"points": 0});
    own["special"] = json!([{"value": -1, "points": 60, "missing": true}]);
    let mut body = body(&[own, numeric("y", &[1.0], &[20, 100], 100)], 100, 50);
    body["required"] = json!([]);
    let card = card(&body).unwrap();
    assert_eq!(decided(&card, &[Input::Missing, Input::Number(0.0)]), Decision::Decline);
    assert_eq!(decided(&card, &[Input::Number(-1.0), Input::Number(0.0)]), Decision::Refer);
}

#[test]
fn a_batch_refers_what_one_score_refers() {
    let mut random = Random::new(44, 0);
    for _ in 0..40 {
        let mut body = random_card(&mut random);
        // An exempt set: both inputs of the bureau, the first and the fourth characteristic.
        body["development"] = record(&body);
        let card = card(&body).unwrap();
        let rows = 1_100;
        let cell = |random: &mut Random| match below(random, 10) {
            0..3 => f64::NAN,
            3 => -9.0,
            4 => -8.0,
            _ => f64::from(below(random, 4)) + 0.5,
        };
        let columns: Vec<Vec<f64>> = (0..5).map(|_| (0..rows).map(|_| cell(&mut random)).collect()).collect();
        let named = card.inputs().map(|(name, ..)| name.to_owned()).zip(&columns);
        let named = named.map(|(name, column)| (name, Column::float(column))).collect();
        let frame = Frame::new(named, &Limits::default()).unwrap();
        let mut found = ScoredRows::with_rows(rows);
        card.score_rows(&frame, 0, &mut found.output()).unwrap();
        for row in 0..rows {
            let inputs: Vec<Input<'_>> = columns.iter().map(|column| Input::Number(column[row])).collect();
            assert_eq!(found.decision[row], decided(&card, &inputs) as i8, "row {row}");
        }
    }
}

/// A development record with one exempt set.
fn record(body: &Value) -> Value {
    let bin = json!({"goods": 90, "bads": 10});
    let counts: Vec<Value> = body["characteristics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|_| json!({"attributes": vec![bin.clone(); 4], "special": [bin, bin], "missing": bin}))
        .collect();
    json!({
        "goods": 630, "bads": 70, "counts": counts, "mean_points": vec![0; 5],
        "points_covariance": vec![vec![0; 5]; 5], "sample_sha256": "0".repeat(64),
        "withheld": [{"inputs": "10010", "rows": 60, "goods": 55, "bads": 5}],
    })
}

#[test]
fn an_exempt_set_decides_by_its_own_points_and_no_other_set_does() {
    let mut characteristics: Vec<Value> = ["bureau.a", "c", "d", "bureau.b", "e"]
        .iter()
        .map(|name| {
            let mut own = numeric(name, &[1.0, 2.0, 3.0], &[-20, 0, 5, 20], 50);
            own["missing"] = json!({"points": 5});
            own["special"] = json!([{"value": -9, "points": 0}, {"value": -8, "points": 0, "missing": true}]);
            own
        })
        .collect();
    let mut body = body(&characteristics, 15, -15);
    body["development"] = record(&body);
    let exempt = card(&body).unwrap();
    let at = |missing: &[usize]| -> Vec<Input<'_>> {
        (0..5).map(|it| if missing.contains(&it) { Input::Missing } else { Input::Number(2.5) }).collect()
    };
    assert_eq!(decided(&exempt, &at(&[0, 3])), Decision::Approve);
    for other in [&[0][..], &[3], &[0, 1, 3], &[1], &[0, 1, 2, 3, 4]] {
        assert_eq!(decided(&exempt, &at(other)), Decision::Refer, "{other:?}");
    }
    // A value that says that there is none is as missing as no value.
    let mut said = at(&[0]);
    said[3] = Input::Number(-8.0);
    assert_eq!(decided(&exempt, &said), Decision::Approve);
    // Without the record there is no exemption, and an input that the applicant brings has none.
    body["development"]["withheld"] = json!([]);
    assert_eq!(decided(&card(&body).unwrap(), &at(&[0, 3])), Decision::Refer);
    characteristics[1]["withheld"] = json!("the registry answers for half of the regions");
    body["characteristics"] = json!(characteristics);
    body["development"]["withheld"] = json!([{"inputs": "01000", "rows": 60, "goods": 55, "bads": 5}]);
    assert_eq!(decided(&card(&body).unwrap(), &at(&[1])), Decision::Approve);
}

/// Loans with two inputs of a bureau that lack together for one applicant in eight, and two that the applicant states.
fn loans(rows: usize) -> Map<String, Value> {
    let mut random = Random::new(45, 0);
    let mut table: Map<String, Value> = Map::new();
    for _ in 0..rows {
        let mut known: Vec<f64> = (0..4).map(|_| random.uniform()).collect();
        let odds = 3.0 * (known[0] + known[1] + known[2] + known[3] - 2.0) - 2.0;
        let bad = u8::from(random.uniform() < kapix_core::numeric::logistic(odds));
        if random.uniform() < 0.125 {
            (known[2], known[3]) = (f64::NAN, f64::NAN);
        }
        if random.uniform() < 0.15 {
            known[0] = f64::NAN;
        }
        let names = ["application.debts", "application.rent", "bureau.late", "bureau.used"];
        let cells = names.into_iter().zip(known).map(|(name, value)| (name, json!(value)));
        for (name, cell) in cells.chain([("bad", json!(bad))]) {
            table.entry(name).or_insert_with(|| json!([])).as_array_mut().unwrap().push(cell);
        }
    }
    table
}

fn call(desk: &Desk, operation: &str, request: &Value) -> Value {
    let reply = desk.call(operation, &serde_json::to_vec(request).unwrap(), &Control::default());
    serde_json::from_slice(&reply.body).unwrap()
}

fn developed(settings: &Value) -> Value {
    let none: [&str; 0] = [];
    let desk = Desk::new(Engine::load(&none, EngineOptions::default()).unwrap(), quiet());
    let mut request = json!({
        "as_of": "2026-06-30T00:00:00Z", "columns": loans(3_000), "target": "bad",
        "cutoffs": {"curve": {"target_approval_rate": 0.7}},
    });
    request.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    call(&desk, "scorecard.develop", &request)
}

#[test]
fn a_developed_card_keeps_its_evidence_and_hiding_never_helps() {
    let answer = developed(&json!({}));
    let artefact = &answer["artefact"];
    let body: CardBody = serde_json::from_value(artefact["body"].clone()).unwrap();
    let names: Vec<&str> = body.characteristics.iter().map(|it| it.feature.as_str()).collect();
    assert_eq!(names, ["application.debts", "application.rent", "bureau.late", "bureau.used"]);
    let sets = &body.development.as_ref().unwrap().withheld;
    assert_eq!(sets.iter().map(|it| it.inputs.as_str()).collect::<Vec<_>>(), ["0011"]);
    let columns = loans(3_000);
    let lacks = |name: &str, row: usize| columns[name][row].is_null();
    let exact: Vec<usize> =
        (0..3_000).filter(|row| lacks("bureau.late", *row) && !lacks("application.debts", *row)).collect();
    let bads = exact.iter().filter(|row| columns["bad"][**row] == 1).count();
    assert_eq!(sets[0].rows, exact.len() as u64);
    assert_eq!((sets[0].bads, sets[0].goods), (count(bads), count(exact.len() - bads)));
    let report = &answer["missing"];
    assert!(report["share"].as_f64().unwrap() > 0.05 && report["sets"] == 1, "{report}");
    assert!(answer["findings"].as_array().unwrap().iter().any(|it| it["code"] == "missing_refers"));

    let card = Card::load(body, &Limits::default()).unwrap();
    let mut random = Random::new(46, 0);
    for _ in 0..2_000 {
        let values: Vec<f64> = (0..4).map(|_| random.uniform()).collect();
        let inputs: Vec<Input<'_>> = values.iter().map(|it| Input::Number(*it)).collect();
        // The source withholds the exempt set, not the applicant.
        (0..16).filter(|subset| *subset != 0b1100).for_each(|subset| assert_no_gain(&card, &inputs, subset));
    }
    // The share of the report is that of the rows that the card refers and would not by points.
    let referred = (0..3_000).filter(|row| {
        let cell = |name: &&str| columns[*name][*row].as_f64().map_or(Input::Missing, Input::Number);
        let slots = card.place(&names_of(&card).iter().map(cell).collect::<Vec<_>>(), pointer).unwrap();
        let by_points = card.decision(slots.points).unwrap();
        card.judge(&slots).decide(by_points) != by_points
    });
    assert!((report["share"].as_f64().unwrap() - count(referred.count()) / 3_000.0).abs() < 1e-12);
}

#[test]
fn a_missing_input_is_no_favourable_reason_for_the_applicant() {
    let artefact = developed(&json!({}))["artefact"].clone();
    let desk = Desk::new(Engine::load(&[artefact.to_string()], EngineOptions::default()).unwrap(), quiet());
    let names = ["application.debts", "application.rent", "bureau.late", "bureau.used"];
    // Whether a favourable reason of a case names the input that is missing.
    let names_hidden = |audience: &str, hidden: &str| {
        let known = names.iter().filter(|name| **name != hidden).map(|name| ((*name).to_owned(), json!(0.9)));
        let request = json!({
            "as_of": "2026-06-30T00:00:00Z", "entity_id": "a", "audience": audience,
            "entity_type": artefact["body"]["entity_types"][0], "features": known.collect::<Map<String, Value>>(),
        });
        let answer = call(&desk, "credit.score", &request);
        let reasons = answer["explanation"]["favourable_reasons"].as_array().unwrap();
        reasons.iter().any(|reason| reason["features"][0] == json!(hidden))
    };
    assert!(names.iter().any(|hidden| names_hidden("internal", hidden)));
    assert!(!names.iter().any(|hidden| names_hidden("customer", hidden)));
}

fn names_of(card: &Card) -> Vec<&str> {
    card.inputs().map(|(name, ..)| name).collect()
}

#[test]
fn a_development_states_what_refers_and_what_a_value_means() {
    let answer = developed(&json!({
        "missing": {"refer": ["application.debts"], "special": [-9]},
        "binning": {"special_values": [-9]},
        "characteristics": {"application.rent": {"withheld": "half of the landlords answer"}},
        "minimum": {"history_days": 0, "transactions": 0, "completeness": 0.75},
    }));
    let body = &answer["artefact"]["body"];
    let own = &body["characteristics"];
    assert_eq!((&own[0]["missing"]["refer"], &own[1]["missing"]["refer"]), (&json!(true), &json!(true)));
    assert_eq!(own[1]["withheld"], "half of the landlords answer");
    assert_eq!(own[0]["special"][0]["missing"], true);
    assert_eq!(body["minimum"]["completeness"], 0.75);
    let unknown = json!({"missing": {"refer": ["application.debt"]}});
    assert_eq!(developed(&unknown)["error"]["fields"], json!(["/missing/refer/0"]));
}

fn desk(body: &Value) -> Desk {
    Desk::new(Engine::load(&[artefact("card", "1", body)], EngineOptions::default()).unwrap(), quiet())
}

#[test]
fn what_is_sent_and_not_read_is_told() {
    let names = ["application.income", "application.rent", "bureau.late", "context.tenure_days"];
    let characteristics = names.map(|name| {
        let mut own = numeric(name, &[1.0], &[0, 10], 5);
        own["missing"] = json!({"points": 0});
        own
    });
    let mut body = body(&characteristics, 20, 5);
    body["required"] = json!([]);
    let desk = desk(&body);
    let score = |members: Value| {
        let mut request =
            json!({"as_of": "2026-06-30T00:00:00Z", "entity_id": "a", "entity_type": "individual"});
        request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        call(&desk, "credit.score", &request)
    };
    let data = |application: Value| {
        score(json!({
            "data": {"application": {"values": application}, "internal_loans": {"values": {"x": 1}}},
            "data_sources": ["application", "internal_loans"],
            "context": {"tenure_days": 30, "loan_amount": 1_000_000_000_000_i64, "currency": "KES"},
        }))
    };
    let answer = data(json!({"income": 2, "rent": 2, "shoes": 44}));
    let told = [
        "/data/application/values/shoes",
        "/data/internal_loans",
        "/context/currency",
        "/context/loan_amount",
    ];
    assert_eq!(answer["unused"], json!(told));
    assert_eq!(answer["decision"], "approve");
    assert_eq!(answer["missing_inputs"], json!(["bureau.late"]));
    let refused = data(json!({"In-come": 2, "rent": 2}));
    assert_eq!(refused["error"]["cause"], "data.input_unknown");
    assert_eq!(refused["error"]["fields"], json!(["/data/application/values/In-come"]));
    let doubtful = data(json!({"incmoe": 2, "rent": 2}));
    assert_eq!(doubtful["findings"][0]["kind"], "misspelt_input");
    assert_eq!(doubtful["referral_reasons"][0]["code"], "DATA_QUALITY");
    assert_eq!(doubtful["referral_reasons"][0]["inputs"], json!(["application.income"]));
    assert_eq!(doubtful["decision"], "refer");
    let nothing = score(json!({"features": {}, "explain": false}));
    assert_eq!((&nothing["decision"], &nothing["missing_inputs"]), (&json!("refer"), &json!(names)));
    assert_eq!(nothing["referral_reasons"][0]["inputs"], json!(names));
    let twice = score(json!({"features": {"context.tenure_days": 3}, "context": {"tenure_days": 3}}));
    assert_eq!(twice["error"]["cause"], "data.features_and_data");
}
