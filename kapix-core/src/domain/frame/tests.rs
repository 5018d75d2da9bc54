use super::{Bitmap, Column, Frame, Offsets, Slices, Values};
use crate::error::Cause;
use crate::limits::Limits;

fn frame(column: Column<'_>) -> crate::Result<Frame<'_>> {
    Frame::new(vec![("x".to_owned(), column)], &Limits::default())
}

fn of(values: Values<'_>) -> Column<'_> {
    Column { values, validity: None }
}

#[test]
fn each_type_is_read_as_what_it_is_and_as_nothing_else() {
    let bits = Bitmap { bits: &[0b10], offset: 0 };
    let offsets = [0, 1, 2];
    let texts = Slices::packed(Offsets::Short(&offsets), "ab");
    let bytes = Slices::packed(Offsets::Long(&[0, 1, 2]), &[1, 2][..]);
    for (column, number, text) in [
        (Column::float(&[1.5, 2.0]), Some(1.5), None),
        (Column::integer(&[-3, 2]), Some(-3.0), None),
        (Column::integer32(&[-3, 2]), Some(-3.0), None),
        (of(Values::Bool { bits, rows: 2 }), None, Some("false")),
        (of(Values::Text(texts)), None, Some("a")),
        (of(Values::Text(Slices::each(vec!["a", "b"]))), None, Some("a")),
        (Column::dictionary(&[1, 0], vec!["b", "a"]), None, Some("a")),
        (Column::date(&[1, 2]), None, None),
        (Column::instant(&[1, 2]), None, None),
        (of(Values::Binary(bytes)), None, None),
        (of(Values::Other { name: "list".to_owned(), rows: 2 }), None, None),
    ] {
        assert_eq!((column.number(0), column.text(0), column.len()), (number, text, 2), "{column:?}");
        assert!(!column.is_missing(0) && !column.is_missing(1) && !column.is_void());
        let validity = Some(Bitmap { bits: &[0b100], offset: 1 });
        let column = Column { validity, ..column };
        assert_eq!(
            (column.number(0), column.text(0), column.is_missing(0)),
            (None, None, true),
            "{column:?}"
        );
        assert!(!column.is_missing(1), "{column:?}");
        assert!(frame(column).is_ok());
    }
}

#[test]
fn what_does_not_fit_its_memory_is_refused_at_its_name() {
    let texts = |offsets, text| of(Values::Text(Slices::packed(Offsets::Short(offsets), text)));
    let bits = Bitmap { bits: &[0], offset: 7 };
    for (name, column) in [
        ("beyond the text", texts(&[0, 3], "ab")),
        ("descending", texts(&[0, 2, 1], "ab")),
        ("below 0", texts(&[-1, 1], "ab")),
        ("inside a character", texts(&[0, 1, 2], "é")),
        ("bytes", of(Values::Binary(Slices::packed(Offsets::Long(&[0, 3]), &[1][..])))),
        ("booleans", of(Values::Bool { bits, rows: 2 })),
        ("validity", Column { validity: Some(bits), ..Column::integer32(&[1, 2]) }),
    ] {
        let error = frame(column).unwrap_err();
        assert_eq!((error.cause, error.fields), (Cause::FrameShape, vec!["/columns/x".to_owned()]), "{name}");
    }
    let ragged = vec![("a".to_owned(), Column::date(&[1])), ("b/c".to_owned(), Column::instant(&[1, 2]))];
    let error = Frame::new(ragged, &Limits::default()).unwrap_err();
    assert_eq!((error.cause, error.fields), (Cause::FrameShape, vec!["/columns/b~1c".to_owned()]));
}

#[test]
fn codes_stand_for_the_text_that_they_were_made_from() {
    let texts = vec!["lake", "coast", "lake", "", "hill"];
    let validity = Some(Bitmap { bits: &[0b0_1111], offset: 0 });
    let columns = vec![
        ("text".to_owned(), Column { validity, ..of(Values::Text(Slices::each(texts.clone()))) }),
        ("truth".to_owned(), of(Values::Bool { bits: Bitmap { bits: &[0b10010], offset: 0 }, rows: 5 })),
        ("number".to_owned(), Column::integer32(&[1, 2, 3, 4, 5])),
    ];
    let frame = Frame::new(columns, &Limits::default()).unwrap();
    let encoded = frame.encode();
    let coded = frame.with_codes(&encoded);
    for (name, column) in frame.columns() {
        let own = coded.column(name).unwrap();
        assert_eq!(matches!(own.values, Values::Dictionary { .. }), name != "number");
        for row in 0..5 {
            assert_eq!(
                (own.text(row), own.number(row)),
                (column.text(row), column.number(row)),
                "{name}, {row}"
            );
        }
    }
    let categories = |name: &str| match &coded.column(name).unwrap().values {
        Values::Dictionary { categories, .. } => categories.clone(),
        _ => Vec::new(),
    };
    assert_eq!(categories("text"), ["lake", "coast", ""]);
    assert_eq!(categories("truth"), ["false", "true"]);
}
