use crate::domain::{Bitmap, Column, Frame, Slices, Values};
use crate::engine::Desk;
use crate::frame::{ResultColumn, ResultValues, Texts};
use crate::{Answer, Cause, Control, Limits, Operation, Request, Response, Result};

const DOCUMENT: &[u8] = b"Account,Date,Details,Category,Amount,Balance (KES)\n\
    A,28/03/2026,Rent,,-5.00,95.00\nB,28/03/2026 14:00,Pay,loan,7.00,\nA,29/03/2026,Bus,,-1.00,94.00\n";

fn document(bytes: &[u8]) -> Column<'_> {
    Column { values: Values::Binary(Slices::each(vec![bytes])), validity: None }
}

fn run(request: &str, columns: Vec<(&str, Column<'_>)>) -> Result<Answer> {
    let columns = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
    let frame = Frame::new(columns, &Limits::default())?;
    let request = Request::read(Operation::TransactionsRead, request.as_bytes(), &Limits::default())?;
    let desk = Desk::load(b"[]", br#"{"clock": "2026-03-31T12:00:00Z"}"#)?;
    desk.run_columns(request, &frame, &Control::default())
}

#[test]
fn rows_come_back_as_columns_in_the_order_of_the_accounts() {
    let answer = run(r#"{"rows": 2}"#, vec![("document", document(DOCUMENT))]).unwrap();
    let column = |name: &str| answer.columns.get(name).unwrap();
    let names: Vec<&str> = answer.columns.iter().map(|column| &*column.name).collect();
    assert_eq!(
        names,
        [
            "account",
            "amount_minor",
            "at",
            "balance_minor",
            "category",
            "counterparty",
            "description",
            "id",
            "line",
            "pending_id",
            "status",
            "type"
        ]
    );
    let name = |column: &ResultColumn, row| column.name_of(row).map(|name| (**name).to_owned());
    let accounts = [0, 1, 2].map(|row| name(column("account"), row).unwrap());
    assert_eq!(accounts, ["A", "A", "B"]);
    assert_eq!(column("amount_minor").values, ResultValues::Integer(vec![-500, -100, 700]));
    assert_eq!(column("line").values, ResultValues::Integer(vec![2, 4, 3]));
    // Days and an instant.
    let at = ["2026-03-28", "2026-03-29", "2026-03-28T14:00:00Z"];
    assert_eq!(column("at").values, ResultValues::Text(Texts::from_iter(at)));
    assert_eq!([0, 1, 2].map(|row| column("balance_minor").is_null(row)), [false, false, true]);
    assert_eq!((name(column("category"), 0), name(column("category"), 2)), (None, Some("loan".into())));
    assert_eq!(name(column("status"), 1).as_deref(), Some("posted"));
    let Response::TransactionsRead(response) = &*answer.response else { panic!("another answer") };
    let listed: Vec<usize> = response.accounts.iter().map(|account| account.transactions.len()).collect();
    assert_eq!((listed, response.rows, response.rows_not_listed), (vec![2, 0], 3, 1));
    // It is no decision: no record is left.
    assert!(answer.envelope.is_some_and(|envelope| envelope.audit_id.is_none()));
}

#[test]
fn a_document_comes_in_one_way() {
    let cause = |request, columns| run(request, columns).map(|_| ()).unwrap_err().cause;
    let both = r#"{"document": "QQ=="}"#;
    assert_eq!(cause(both, vec![("document", document(DOCUMENT))]), Cause::DataExclusive);
    assert_eq!(cause("{}", vec![]), Cause::FrameShape);
    assert_eq!(cause("{}", vec![("file", document(DOCUMENT))]), Cause::FrameShape);
    assert_eq!(
        cause("{}", vec![("document", document(DOCUMENT)), ("more", Column::float(&[1.0]))]),
        Cause::FrameShape
    );
    let two = Column { values: Values::Binary(Slices::each(vec![DOCUMENT, DOCUMENT])), validity: None };
    // Several documents are the pages of an aggregator.
    assert_eq!(cause("{}", vec![("document", two)]), Cause::StatementForm);
    assert_eq!(cause("{}", vec![("document", Column::float(&[1.0]))]), Cause::FrameColumnType);
    let missing = Column { validity: Some(Bitmap { bits: &[0], offset: 0 }), ..document(DOCUMENT) };
    assert_eq!(cause("{}", vec![("document", missing)]), Cause::FrameColumnType);
}
