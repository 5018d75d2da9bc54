//! A policy alone decides what a run decides: with typed values, and from text.

use super::{AS_OF, codes, documents, good, inputs, loan, policy, run};
use crate::error::Cause;
use crate::json_value::JsonValue;
use crate::policy::{InputValue, Outcome, Policy};
use crate::time::{At, Instant};
use proptest::prelude::*;
use serde_json::{Value, json};

fn text(inputs: &Value) -> String {
    json!({"as_of": AS_OF, "entity_id": "ent_1", "inputs": inputs}).to_string()
}

fn answer(policy: &Policy, inputs: &Value) -> Value {
    serde_json::from_str(&policy.evaluate_json(&text(inputs)).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// With values that are there, missing, dated or of another applicant.
    #[test]
    fn three_ways_decide_the_same(
        document in documents(),
        values in prop::collection::vec((-3_i32..=3, 0_usize..6), 3),
    ) {
        let policy = policy(&document);
        let given = |(value, how): &(i32, usize)| match how {
            0 => Value::Null,
            1 => json!({"value": value, "at": "2027-01-01"}),
            2 => json!({"value": value, "at": "2026-06-01"}),
            _ => json!(value),
        };
        let names = ["a", "b", "c"];
        let all: serde_json::Map<String, Value> =
            names.iter().zip(&values).map(|(name, it)| ((*name).to_owned(), given(it))).collect();
        let expected = run(&policy, &Value::Object(all.clone()), &[]);

        let mut evaluation = policy.evaluation(Instant::parse(AS_OF).unwrap()).unwrap();
        // Nothing of an application before stays.
        for before in [true, false] {
            for (name, (value, how)) in names.iter().zip(&values) {
                let at = [None, Some("2027-01-01"), Some("2026-06-01")].get(*how).copied().flatten();
                let value = if *how == 0 { f64::NAN } else { f64::from(*value) };
                let value = InputValue::Number(if before { 1.0 } else { value });
                if before || *how != 0 {
                    let number = evaluation.input(name).unwrap();
                    evaluation.set(number, value, at.map(|at| At::parse(at).unwrap())).unwrap();
                }
            }
            let outcome = evaluation.decide();
            if !before {
                prop_assert_eq!(outcome, expected.outcome);
            }
        }
        prop_assert_eq!(evaluation.matched(), &expected.matched[..]);
        prop_assert_eq!(evaluation.because(), &expected.because[..]);

        let answer = answer(&policy, &Value::Object(all));
        prop_assert_eq!(&answer["outcome"], expected.outcome.as_str());
        prop_assert_eq!(answer["matched_rules"].as_array().unwrap().len(), expected.matched.len());
        let told: Vec<String> = answer["reasons"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect();
        let of_outcome: Vec<String> = expected
            .because
            .iter()
            .zip(codes(&expected))
            .filter(|(because, _)| because.outcome == expected.outcome)
            .map(|(_, code)| code)
            .collect();
        prop_assert_eq!(told, of_outcome);
    }
}

#[test]
fn terms_and_assumed_values_are_written() {
    let policy = policy(&loan());
    let expected = run(&policy, &good(), &[]);
    let terms = expected.terms.as_ref().unwrap();
    let answer = answer(&policy, &good());
    assert_eq!(answer["approved_amount_minor"], terms.amount_minor);
    assert_eq!(answer["terms"], serde_json::to_value(&terms.stated).unwrap());
    assert_eq!(answer["reasons"], json!([]));
}

#[test]
fn text_that_is_no_application_is_refused_at_its_place() {
    let policy = policy(&loan());
    let with = |name: &str, value: Value| {
        let mut inputs = good();
        inputs[name] = value;
        text(&inputs)
    };
    let named_twice = text(&good()).replacen("\"age\":", "\"age\": 50, \"age\":", 1);
    for (text, cause, field) in [
        (with("age", json!("34")), Cause::PolicyInput, "/inputs/age"),
        (with("late", json!([0, "x"])), Cause::PolicyInput, "/inputs/late/1"),
        (with("income", json!({"value": 5, "at": "June"})), Cause::TimeSyntax, "/inputs/income/at"),
        (with("income", json!({"amount": 5})), Cause::JsonUnknownField, "/inputs/income/amount"),
        (with("Income", json!(5)), Cause::DataInputUnknown, "/inputs/Income"),
        (named_twice, Cause::JsonDuplicateKey, "/inputs/age"),
        (r#"{"inputs": {}}"#.to_owned(), Cause::JsonShape, "/as_of"),
        (r#"{"as_of": "2026-06-30T12:00:00Z"}"#.to_owned(), Cause::JsonShape, "/inputs"),
        (
            r#"{"as_of": "2026-06-30T12:00:00Z", "inputs": {}, "policy": "p"}"#.to_owned(),
            Cause::JsonUnknownField,
            "/policy",
        ),
        ("[]".to_owned(), Cause::JsonShape, ""),
        (with("age", json!(1e300)), Cause::PolicyInput, "/inputs/age"),
    ] {
        let error = policy.evaluate_json(&text).unwrap_err();
        assert_eq!((error.cause, &*error.fields.join(",")), (cause, field), "{text}: {error}");
    }
}

#[test]
fn a_value_of_another_type_is_refused_and_a_list_has_its_own_door() {
    let policy = policy(&loan());
    let mut evaluation = policy.evaluation(Instant::parse(AS_OF).unwrap()).unwrap();
    let number = |name: &str| policy.evaluation(Instant::parse(AS_OF).unwrap()).unwrap().input(name).unwrap();
    for (name, value) in [
        ("age", InputValue::Text("34")),
        ("age", InputValue::Number(34.5)),
        ("age", InputValue::Boolean(true)),
        ("score", InputValue::Number(f64::INFINITY)),
        ("late", InputValue::Number(1.0)),
    ] {
        let error = evaluation.set(number(name), value, None).unwrap_err();
        assert_eq!(error.cause, Cause::PolicyInput, "{name}");
    }
    assert_eq!(evaluation.set_list(number("age"), &[], None).unwrap_err().cause, Cause::PolicyInput);
    assert_eq!(evaluation.input("nobody"), None);

    for (name, value) in inputs(&good()) {
        match (&*name, value) {
            ("late", _) => evaluation.set_list(number("late"), &[InputValue::Number(0.0)], None).unwrap(),
            (_, JsonValue::Number(value)) => {
                evaluation.set(number(&name), InputValue::Number(value), None).unwrap();
            }
            (_, JsonValue::Text(text)) => {
                evaluation.set(number(&name), InputValue::Text(&text), None).unwrap();
            }
            (_, _) => {
                let at = Some(At::parse("2026-06-15").unwrap());
                evaluation.set(number(&name), InputValue::Number(100_000.0), at).unwrap();
            }
        }
    }
    assert_eq!(evaluation.decide(), Outcome::Approve, "{:?}", evaluation.because());
    // The next application has none of these values.
    assert_eq!(evaluation.decide(), Outcome::Refer);
}

#[test]
fn a_policy_that_asks_other_operations_or_has_ended_decides_nothing_alone() {
    let mut asks = loan();
    let call = json!({"call": {
        "name": "card", "operation": "credit.score", "results": {"points": {"pointer": "/points", "type": "integer"}}
    }});
    asks["steps"].as_array_mut().unwrap().insert(0, call);
    let asks = policy(&asks);
    let instant = Instant::parse(AS_OF).unwrap();
    assert_eq!(asks.evaluation(instant).unwrap_err().cause, Cause::PolicyStepUnanswered);
    assert_eq!(asks.evaluate_json(&text(&good())).unwrap_err().cause, Cause::PolicyStepUnanswered);

    let mut ended = loan();
    ended["effective"] = json!({"until": "2026-01-01T00:00:00Z"});
    let ended = policy(&ended);
    assert_eq!(ended.evaluation(instant).unwrap_err().cause, Cause::PolicyNotEffective);
    let error = ended.evaluate_json(&text(&good())).unwrap_err();
    assert_eq!((error.cause, &*error.fields[0]), (Cause::PolicyNotEffective, "/as_of"));
}
