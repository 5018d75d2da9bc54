use crate::domain::{Bitmap, Column, Frame};
use crate::engine::Desk;
use crate::{Cause, Control, Limits, Operation, Request};

const REQUEST: &str = r#"{"as_of": "2026-03-31T12:00:00Z", "entity_id": "a-1", "data": {"bank": {"accounts": [
    {"account_id": "a", "currency": "KES", "kind": "current", "transactions": [A]},
    {"account_id": "b", "currency": "KES", "kind": "current", "transactions": [B]}]}}}"#;

fn desk() -> Desk {
    let options = br#"{"clock": "2026-03-31T12:00:00Z", "idempotency": "process"}"#;
    Desk::load(crate::artefact::EXPERT_CARDS.as_bytes(), options).unwrap()
}

fn request(a: &str, b: &str) -> String {
    REQUEST.replace("[A]", &format!("[{a}]")).replace("[B]", &format!("[{b}]"))
}

fn column<'a>(name: &str, column: Column<'a>) -> (String, Column<'a>) {
    (name.to_owned(), column)
}

fn refused(columns: Vec<(String, Column<'_>)>) -> (Cause, String) {
    let frame = Frame::new(columns, &Limits::default()).unwrap();
    let request = Request::read(Operation::CashflowAnalyze, request("", "").as_bytes(), &Limits::default());
    let error = desk().run_columns(request.unwrap(), &frame, &Control::default()).unwrap_err();
    (error.cause, error.fields[0].clone())
}

#[test]
fn columns_and_json_give_the_same_bytes_and_the_record_replays() {
    let days = [20_540, 20_541, 20_542];
    let frame = Frame::new(
        vec![
            column("account", Column::dictionary(&[0, 1, 0], vec!["a", "b"])),
            column("at", Column::date(&days)),
            column("amount_minor", Column::float(&[500_000.0, -700.0, -2_000.0])),
            column(
                "balance_minor",
                Column {
                    validity: Some(Bitmap { bits: &[0b101], offset: 0 }),
                    ..Column::integer(&[500_000, 0, 498_000])
                },
            ),
            column("description", Column::dictionary(&[0, -1, 1], vec!["Salary", "Rent"])),
            column("type", Column::dictionary(&[0, 1, 1], vec!["credit", "debit"])),
            column("line", Column::integer(&[2, 3, 4])),
        ],
        &Limits::default(),
    )
    .unwrap();
    let json = request(
        r#"{"amount_minor": 500000, "at": "2026-03-28", "balance_minor": 500000, "description": "Salary", "type": "credit"},
        {"amount_minor": -2000, "at": "2026-03-30", "balance_minor": 498000, "description": "Rent", "type": "debit"}"#,
        r#"{"amount_minor": -700, "at": "2026-03-29", "type": "debit"}"#,
    );
    let desk = desk();
    let read = |text: &str| {
        Request::read(Operation::CashflowAnalyze, text.as_bytes(), desk.engine().limits()).unwrap()
    };
    let by_columns = desk.run_columns(read(&request("", "")), &frame, &Control::default()).unwrap();
    let by_json = desk.run(read(&json), &Control::default()).unwrap();
    let bytes = |answer: &crate::Answer| crate::audit::to_vec(&*answer.response).unwrap();
    assert_eq!(bytes(&by_columns), bytes(&by_json));
    assert!(by_columns.columns.is_empty());

    // The record holds the rows: it replays without the columns.
    let audit_id = by_columns.envelope.as_ref().and_then(|it| it.audit_id.clone()).unwrap();
    let again = desk.engine().replay(&desk.record(&audit_id).unwrap(), &Control::default()).unwrap();
    assert_eq!(crate::audit::to_vec(&again.response).unwrap(), bytes(&by_columns));
    let engine = desk.engine().run_columns(&read(&request("", "")), &frame, &Control::default()).unwrap();
    assert_eq!(crate::audit::to_vec(&engine.response).unwrap(), bytes(&by_columns));

    // A key belongs to the rows, however they came.
    let keyed = |text: &str| read(&text.replacen('{', r#"{"idempotency_key": "k", "#, 1));
    desk.run_columns(keyed(&request("", "")), &frame, &Control::default()).unwrap();
    let stored = desk.run(keyed(&json), &Control::default()).unwrap();
    assert_eq!(bytes(&stored), bytes(&by_json));
    let other = desk.run(keyed(&json.replace("-700", "-800")), &Control::default()).unwrap_err();
    assert_eq!(other.cause, Cause::IdempotencyReuse);
}

#[test]
fn wrong_columns_have_their_place() {
    let at = || column("at", Column::date(&[20_540]));
    let amount = || column("amount_minor", Column::integer(&[5]));
    let account = || column("account", Column::dictionary(&[0], vec!["a"]));
    let wrong = [
        (vec![account(), at()], Cause::FrameColumnMissing, "/columns/amount_minor"),
        (vec![account(), amount()], Cause::FrameColumnMissing, "/columns/at"),
        (vec![at(), amount()], Cause::FrameColumnMissing, "/columns/account"),
        (
            vec![at(), amount(), account(), column("note", Column::float(&[1.0]))],
            Cause::DataInputUnknown,
            "/columns/note",
        ),
        (
            vec![at(), account(), column("amount_minor", Column::float(&[0.5]))],
            Cause::ValueOutOfRange,
            "/columns/amount_minor/0",
        ),
        (
            vec![at(), account(), column("amount_minor", Column::float(&[1e300]))],
            Cause::ValueOutOfRange,
            "/columns/amount_minor/0",
        ),
        (
            vec![at(), account(), column("amount_minor", Column::float(&[f64::NAN]))],
            Cause::ValueOutOfRange,
            "/columns/amount_minor/0",
        ),
        (
            vec![amount(), account(), column("at", Column::float(&[1.0]))],
            Cause::FrameColumnType,
            "/columns/at",
        ),
        (
            vec![amount(), account(), column("at", Column::dictionary(&[0], vec!["28/03/2026"]))],
            Cause::TimeSyntax,
            "/columns/at/0",
        ),
        (
            vec![at(), amount(), column("account", Column::dictionary(&[0], vec!["c"]))],
            Cause::ValueOutOfRange,
            "/columns/account/0",
        ),
        (
            vec![at(), amount(), account(), column("status", Column::dictionary(&[0], vec!["done"]))],
            Cause::ValueOutOfRange,
            "/columns/status/0",
        ),
    ];
    for (columns, cause, field) in wrong {
        assert_eq!(refused(columns), (cause, field.to_owned()));
    }
}

#[test]
fn accounts_with_rows_of_their_own_take_no_columns() {
    let frame = Frame::new(
        vec![column("at", Column::date(&[0])), column("amount_minor", Column::integer(&[5]))],
        &Limits::default(),
    );
    let (frame, desk) = (frame.unwrap(), desk());
    let text = request(r#"{"amount_minor": 1, "at": "2026-03-28"}"#, "");
    let run = |text: &str| {
        let request =
            Request::read(Operation::CashflowAnalyze, text.as_bytes(), desk.engine().limits()).unwrap();
        desk.run_columns(request, &frame, &Control::default()).unwrap_err().cause
    };
    assert_eq!(run(&text), Cause::DataExclusive);
    assert_eq!(run(r#"{"entity_id": "a"}"#), Cause::DataMissing);
}
