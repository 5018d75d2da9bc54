use super::{Bitmap, Column, Frame, Offsets, Slices, Values};
use crate::canonical::{Hash, Hasher};
use crate::error::Cause;
use crate::limits::Limits;
use ndarray::{ArrayView1, Axis, Slice};

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
        ("codes", Column::dictionary(&[0, -1, 2], vec!["a", "b"])),
    ] {
        let error = frame(column).unwrap_err();
        assert_eq!((error.cause, error.fields), (Cause::FrameShape, vec!["/columns/x".to_owned()]), "{name}");
    }
    let validity = Some(Bitmap { bits: &[0b01], offset: 0 });
    assert!(frame(Column { validity, ..Column::dictionary(&[0, 9], vec!["a"]) }).is_ok(), "a missing row");
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

#[test]
fn a_column_is_hashed_as_its_numbers_one_after_the_other_in_every_layout() {
    let floats: Vec<f64> = (0..4000_u16)
        .map(|it| match it % 7 {
            0 => f64::NAN,
            1 => -0.0,
            _ => f64::from(it) / 3.0 - 500.0,
        })
        .collect();
    let integers: Vec<i64> = (0..4000).map(|it| i64::MAX - (1 << 40) * it).collect();
    let short: Vec<i32> = (-2000..2000).collect();
    let bits: Vec<u8> = (0..=250).cycle().take(600).collect();
    let rows = 1999;
    let part = |slice| ArrayView1::from(&floats).slice_axis_move(Axis(0), slice);
    for values in [
        Values::Float(part(Slice::from(1..=rows))),
        Values::Float(part(Slice::from(..2 * rows).step_by(2))),
        Values::Float(part(Slice::from(..rows).step_by(-1))),
        Values::Integer(ArrayView1::from(&integers[..rows])),
        Values::Integer(
            ArrayView1::from(&integers).slice_axis_move(Axis(0), Slice::from(..rows).step_by(-1)),
        ),
        Values::Integer32(ArrayView1::from(&short[..rows])),
    ] {
        let column = of(values);
        for offset in [None, Some(0), Some(3)] {
            let validity = offset.map(|offset| Bitmap { bits: &bits, offset });
            let column = Column { validity, ..column.view() };
            // The bytes as the documentation of the record states them.
            let bytes: Vec<u8> = (0..rows)
                .flat_map(|row| match column.number(row) {
                    Some(number) => (number + 0.0).to_le_bytes(),
                    None => 0x7ff8_0000_0000_0000_u64.to_le_bytes(),
                })
                .collect();
            let mut hasher = Hasher::new();
            column.hash(&mut hasher);
            assert_eq!(hasher.finish(), Hash::of(&bytes), "{offset:?}");
        }
    }
}

#[test]
fn a_name_of_a_column_is_as_long_as_a_string_may_be() {
    let named = |length: usize| {
        Frame::new(vec![("é".repeat(length / 2), Column::float(&[1.0]))], &Limits::default()).err()
    };
    assert_eq!(named(65_536), None);
    let error = named(65_538).unwrap();
    assert_eq!(
        (error.cause, error.fields),
        (Cause::LimitExceeded, vec![format!("/columns/{}", "é".repeat(64))])
    );
    assert!(error.message.contains("string_bytes must be at most `65536`; got `65538`"), "{}", error.message);
}

#[test]
fn booleans_are_called_so_in_every_layout() {
    let name =
        |categories: &[&'static str]| Column::dictionary(&[0], categories.to_vec()).kind_name().to_owned();
    let bits =
        Column { values: Values::Bool { bits: Bitmap { bits: &[1], offset: 0 }, rows: 1 }, validity: None };
    assert_eq!(bits.kind_name(), "booleans");
    assert_eq!([name(&["false", "true"]), name(&["true"])], ["booleans", "booleans"]);
    assert_eq!([name(&["true", "no"]), name(&[])], ["text", "text"]);
}

#[test]
fn unsigned_integers_are_read_below_2_to_the_63_and_else_named_with_their_row() {
    let bits = [1, u64::MAX, 1 << 63, (1 << 63) - 1].map(u64::cast_signed);
    let column = |mask: &'static [u8]| {
        Column { validity: Some(Bitmap { bits: mask, offset: 0 }), ..Column::integer(&bits) }.unsigned()
    };
    let [second, third] = [column(&[0b1111]), column(&[0b1101])];
    assert_eq!(second.kind_name(), "uint64 with `18446744073709551615` in row `1`");
    assert_eq!(third.kind_name(), "uint64 with `9223372036854775808` in row `2`");
    // What a missing row holds is nothing.
    let none = column(&[0b1001]);
    assert_eq!(
        (none.number(0), none.number(1), none.number(3)),
        (Some(1.0), None, Some(9_223_372_036_854_775_808.0))
    );
    assert_eq!([second.len(), third.len(), none.len()], [4; 3]);
    assert!(frame(second).is_ok() && frame(none).is_ok());
    assert_eq!(Column::float(&[-1.0]).unsigned().number(0), Some(-1.0));
}
