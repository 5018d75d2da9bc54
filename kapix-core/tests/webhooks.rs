//! Signing and verifying messages by the door; `src/webhook/` has the vectors.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kapix_core::{Control, Desk, artefact::EXPERT_CARDS};
use serde_json::{Value, json};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn call(operation: &str, request: &Value) -> Value {
    let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"clock": "2026-03-31T12:00:00Z"}"#).unwrap();
    let reply = desk.call(operation, request.to_string().as_bytes(), &Control::default());
    serde_json::from_slice(&reply.body).unwrap()
}

#[test]
fn a_signed_message_verifies_by_both_schemes_and_no_answer_holds_the_secret() {
    let body = "{\"a\": \"é\"}";
    let signed = call("webhook.sign", &json!({"body": body, "id": "evt_7", "secrets": [SECRET]}));
    assert!(!signed.to_string().contains(SECRET));
    let headers = signed["headers"].clone();
    assert_eq!(headers["webhook-timestamp"], "1774958400");
    let verify = |headers: &Value, published: bool| {
        call(
            "webhook.verify",
            &json!({"body": body, "headers": headers, "secrets": [SECRET], "published": published}),
        )
    };
    let told = verify(&headers, false);
    assert_eq!((&told["valid"], &told["id"]), (&json!(true), &json!("evt_7")));
    let shouted: Value = headers
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.to_uppercase(), value.clone()))
        .collect();
    assert_eq!(verify(&shouted, false)["valid"], true, "names in any case");
    let published = json!({"kapix-signature": headers["kapix-signature"]});
    assert_eq!(verify(&published, false)["valid"], false, "it has no time");
    assert_eq!(verify(&published, true)["valid"], true);
    let mut both = headers.clone();
    both["webhook-timestamp"] = json!("1");
    assert_eq!(verify(&both, true)["valid"], false, "an old message does not pass by the other scheme");
    both["webhook-timestamp"] = headers["webhook-timestamp"].clone();
    both["Webhook-Timestamp"] = json!("1");
    assert_eq!(verify(&both, false)["valid"], false, "a header that comes twice counts as none");
}

#[test]
fn a_message_that_is_not_signed_is_false_and_never_an_error() {
    for headers in [
        json!({}),
        json!({"webhook-id": "", "webhook-timestamp": "", "webhook-signature": ""}),
        json!({"webhook-id": "a", "webhook-timestamp": "1774958400", "webhook-signature": "v1,%%"}),
        json!({"kapix-signature": "0"}),
    ] {
        let request = json!({"body": "{}", "headers": headers, "secrets": [SECRET], "published": true});
        let told = call("webhook.verify", &request);
        assert_eq!((&told["valid"], &told["verdict"]), (&json!(false), &json!("unsigned")), "{headers}");
    }
    let wrong =
        call("webhook.verify", &json!({"body": "{}", "headers": {}, "secrets": ["hunter2-of-the-lender"]}));
    assert_eq!(wrong["error"]["fields"], json!(["/secrets/0"]));
    assert!(!wrong.to_string().contains("hunter2"), "a secret is never echoed");
    let both =
        call("webhook.sign", &json!({"body": "{}", "body_base64": "e30=", "id": "a", "secrets": [SECRET]}));
    assert_eq!(both["error"]["cause"], "data.features_and_data");
    let id = call("webhook.sign", &json!({"body": "{}", "id": "a.1", "secrets": [SECRET]}));
    assert_eq!(id["error"]["fields"], json!(["/id"]));
}
