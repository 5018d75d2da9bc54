//! The language beside written values, brute force and hostile texts.

use super::{
    Cell, CellTest, Expression, Grid, Intervals, Name, Scalar, Scope, Slot, Symbols, Unknown, Values,
};
use crate::error::Cause;
use crate::money::Currency;
use proptest::prelude::*;

const KES: &str = "KES";

fn kes() -> Currency {
    Currency::parse(KES).unwrap()
}

/// The names of the tests: values in the order of their slots, and one list.
fn scope(symbols: &mut Symbols) -> Scope {
    let mut scope = Scope::default();
    let colours = ["blue", "red"].map(|it| symbols.add(it));
    let one =
        |slot, scalar, values: Option<&[u32]>| Name::One { slot, scalar, values: values.map(Into::into) };
    for (slot, (name, scalar)) in [
        ("x", Scalar::Number),
        ("n", Scalar::Integer),
        ("flag", Scalar::Boolean),
        ("colour", Scalar::Text),
        ("born", Scalar::Date),
        ("amount", Scalar::Money(kes())),
        ("town", Scalar::Text),
        ("y", Scalar::Number),
    ]
    .into_iter()
    .enumerate()
    {
        let values = (name == "colour").then_some(&colours[..]);
        scope.add(name, one(u16::try_from(slot).unwrap(), scalar, values));
    }
    scope.add("late", Name::List { list: 0, scalar: Scalar::Integer, values: None });
    scope
}

fn known() -> Vec<Slot> {
    // colour is red; 20,000 days are 2024-10-04; town is the first text of the run.
    [2.5, 7.0, 1.0, 1.0, 20_000.0, 150_000.0, f64::NAN, -1.0].into_iter().map(Slot::number).collect()
}

/// Returns the value of a text over the values of the tests.
fn value(text: &str) -> Result<f64, String> {
    let mut symbols = Symbols::default();
    let scope = scope(&mut symbols);
    let expression = Expression::compile(text, &scope, &mut symbols).map_err(|it| it.message)?;
    let mut slots = known();
    let first = u32::try_from(symbols.count()).unwrap();
    slots[6] = Slot::number(f64::from(symbols.get("Kisumu").unwrap_or(first)));
    let late = [0.0, 31.0, 12.0, 45.0].map(Slot::number);
    let (lists, texts) = ([Ok(late.to_vec())], ["Kisumu".to_owned()]);
    let values = Values { slots: &slots, lists: &lists, symbols: &symbols, texts: &texts };
    let slot = expression.program.run(&values);
    slot.value().ok_or_else(|| format!("{:?}", slot.unknown().unwrap()))
}

/// What an amount by a rate of some decimals is, in whole numbers: floats would give a unit more or less in 4 of 10 cases.
#[test]
fn an_amount_by_a_rate_is_rounded_as_in_decimals() {
    use super::program::Direction;

    for rate in 1..=2_000_u32 {
        for amount in (1..40_u32).map(|step| step * 12_500).chain([3_000_000, 99_999_999, 123_456_789]) {
            let product = f64::from(amount) * (f64::from(rate) / 10_000.0);
            let exact = u64::from(amount) * u64::from(rate);
            for (decimals, unit) in [(0, 10_000), (-2, 1_000_000)] {
                let of = |direction: Direction| direction.round(product, decimals) * 10_000.0;
                #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
                let wanted = |units: u64| (units * unit) as f64;
                assert!((of(Direction::Floor) - wanted(exact / unit)).abs() < 0.5, "{amount} {rate}");
                assert!(
                    (of(Direction::Ceiling) - wanted(exact.div_ceil(unit))).abs() < 0.5,
                    "{amount} {rate}"
                );
                assert!(
                    (of(Direction::HalfUp) - wanted((exact + unit / 2) / unit)).abs() < 0.5,
                    "{amount} {rate}"
                );
            }
        }
    }
    // What is no error of floats stays what it is.
    for (value, floor, ceiling) in
        [(2.999_999, 2.0, 3.0), (2_251_799_813_685_248.5, 2_251_799_813_685_248.0, 2_251_799_813_685_249.0)]
    {
        assert_eq!((Direction::Floor.round(value, 0), Direction::Ceiling.round(value, 0)), (floor, ceiling));
    }
    assert_eq!((Direction::HalfUp.round(2.675, 2), Direction::HalfEven.round(1.005, 2)), (2.68, 1.0));
}

#[test]
fn numbers_that_may_mean_two_things_are_refused() {
    for cell in ["< 5,000", ">= 5,000", "< 50,5", "1,2", "not(1,2)", "< 018", "[007..9]"] {
        assert!(super::parser::cell(cell).is_err(), "{cell}");
    }
    for cell in ["< 50, 5", "1, 2", "\"a\",\"b\"", "[0..9]", "0.5", "< 0", "not(1, 2)", "max(1,2)"] {
        assert!(super::parser::cell(cell).is_ok(), "{cell}");
    }
}

#[test]
fn values_are_those_of_the_standard() {
    // OMG, DMN 1.5: sections 10.3.2.3 (operators), 10.3.4 (functions, with their examples), 9.4 (tests).
    for (text, wanted) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("2 ** 10", 1024.0),
        ("2 ** -1", 0.5),
        ("10 - 4 - 3", 3.0),
        ("-x + 1", -1.5),
        ("7 / 2", 3.5),
        ("modulo(12, 5)", 2.0),
        ("modulo(-12, 5)", 3.0),
        ("modulo(12, -5)", -3.0),
        ("modulo(10.1, 4.5)", 1.099_999_999_999_999_6),
        ("floor(1.5)", 1.0),
        ("floor(-1.56, 1)", -1.6),
        ("ceiling(1.5)", 2.0),
        ("ceiling(-1.56, 1)", -1.5),
        ("decimal(2.5, 0)", 2.0),
        ("decimal(1.5, 0)", 2.0),
        ("round up(5.5, 0)", 6.0),
        ("round up(-5.5, 0)", -6.0),
        ("round down(-5.5, 0)", -5.0),
        ("round half up(-5.5, 0)", -6.0),
        ("round half down(5.5, 0)", 5.0),
        ("round half down(-5.5, 0)", -5.0),
        ("abs(-10)", 10.0),
        ("sqrt(16)", 4.0),
        ("min(1, 2, 3)", 1.0),
        ("max(n, x)", 7.0),
        ("sum(late)", 88.0),
        ("count(late[item > 30])", 2.0),
        ("max(late[item < 40])", 31.0),
        ("mean(late)", 22.0),
        ("sum(late[item > 100])", 0.0),
        ("if list contains(late, 45) then 1 else 2", 1.0),
        ("if n between 7 and 8 then 1 else 0", 1.0),
        ("if n in (1, [5..7), > 6) then 1 else 0", 1.0),
        ("if x in (2.5..3] then 1 else 0", 0.0),
        ("if colour = \"red\" and not(colour = \"blue\") then 1 else 0", 1.0),
        ("if flag or 1 / 0 = 1 then 1 else 0", 1.0),
        ("(date(\"2024-10-14\") - born).days", 10.0),
        ("(born + duration(\"P30D\")).month", 11.0),
        ("born.year", 2024.0),
        ("born.weekday", 5.0),
        ("years and months duration(date(\"2011-12-22\"), date(\"2013-08-24\")).years", 1.0),
        ("years and months duration(date(\"2011-12-22\"), date(\"2013-08-24\")).months", 8.0),
        ("years and months duration(@\"2012-02-29\", @\"2024-02-28\").years", 11.0),
        ("string length(\"foot\")", 4.0),
        (
            "if starts with(town, \"Ki\") and ends with(town, \"mu\") and contains(town, \"su\") then 1 else 0",
            1.0,
        ),
        ("if town = \"Kisumu\" then 1 else 0", 1.0),
        ("floor(amount * 0.3, -3)", 45_000.0),
        ("amount - 50000", 100_000.0),
        ("min(amount, 120000)", 120_000.0),
        ("amount / 100000", 1.5),
        ("n * amount", 1_050_000.0),
        ("(-n) ** 2", 49.0),
    ] {
        let found = value(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert!((found - wanted).abs() < 1e-12, "{text}: {found}, not {wanted}");
    }
}

#[test]
fn what_has_no_value_is_unknown_with_its_cause() {
    let cause = |text| value(text).unwrap_err();
    assert_eq!(cause("x / 0"), format!("{:?}", Unknown::DIVISION_BY_ZERO));
    assert_eq!(cause("modulo(n, 0)"), format!("{:?}", Unknown::DIVISION_BY_ZERO));
    assert_eq!(cause("9007199254740991 + n"), format!("{:?}", Unknown::OVERFLOW));
    assert_eq!(cause("10.0 ** 400"), format!("{:?}", Unknown::OVERFLOW));
    assert_eq!(cause("sqrt(y)"), format!("{:?}", Unknown::UNDEFINED));
    assert_eq!(cause("log(0)"), format!("{:?}", Unknown::UNDEFINED));
    assert_eq!(cause("min(late[item > 100])"), format!("{:?}", Unknown::UNDEFINED));
    assert_eq!(
        cause("born + duration(\"P999999D\") + duration(\"P999999D\") + duration(\"P999999D\")"),
        format!("{:?}", Unknown::OVERFLOW)
    );
    let both = Unknown::DIVISION_BY_ZERO.with(Unknown::UNDEFINED);
    assert_eq!(cause("1 / 0 + sqrt(y)"), format!("{both:?}"));
}

#[test]
fn mistakes_are_refused_where_they_stand() {
    let mut symbols = Symbols::default();
    let scope = scope(&mut symbols);
    for (text, cause, place) in [
        ("x +", Cause::ExpressionSyntax, "line `1`, column `4`"),
        ("x\n + * 2", Cause::ExpressionSyntax, "line `2`, column `4`"),
        ("xx + 1", Cause::ExpressionName, "did you mean `x`?, line `1`, column `1`"),
        ("summ(late)", Cause::ExpressionName, "did you mean `sum`?"),
        ("x = \"a\"", Cause::ExpressionType, "number and text, line `1`, column `5`"),
        ("colour = \"green\"", Cause::ExpressionType, "one of `blue`, `red`"),
        ("x = null", Cause::ExpressionSyntax, "on_missing"),
        ("1 < n < 3", Cause::ExpressionSyntax, "put parentheses"),
        ("-x ** 2", Cause::ExpressionSyntax, "put parentheses"),
        ("2 ** 3 ** 2", Cause::ExpressionSyntax, "put parentheses"),
        ("late + 1", Cause::ExpressionType, "is a list"),
        ("sum(x)", Cause::ExpressionType, "takes a list"),
        ("amount * amount", Cause::ExpressionType, "cannot stand between"),
        ("amount + x", Cause::ExpressionType, "different types: money in KES and number"),
        ("amount > 0.5", Cause::ExpressionType, "whole minor units"),
        ("flag < true", Cause::ExpressionType, "has no order"),
        ("not(x)", Cause::ExpressionType, "expected boolean, not number"),
        ("if x then 1 else 2", Cause::ExpressionType, "expected boolean"),
        ("if flag then 1 else \"a\"", Cause::ExpressionType, "different types"),
        ("born.hour", Cause::ExpressionType, "`year`, `month`, `day` and `weekday`"),
        ("date(\"2026-02-30\")", Cause::ExpressionSyntax, "expected a date"),
        ("floor(x, 1.5)", Cause::ExpressionType, "must be whole"),
        ("1e3", Cause::ExpressionSyntax, "before a letter"),
        ("\"open", Cause::ExpressionSyntax, "no closing quote"),
        ("sum(late[count(late) > 1])", Cause::ExpressionType, "another list"),
        ("max()", Cause::ExpressionType, "arguments; got `0`"),
    ] {
        let error = Expression::compile(text, &scope, &mut symbols).expect_err(text);
        assert_eq!(error.cause, cause, "{text}: {error}");
        assert!(error.message.contains(place), "{text}: {error}");
    }
}

#[test]
fn a_chain_of_operators_is_as_long_as_the_parts_allow() {
    let chain = |part: &str, operator: &str, count: usize| vec![part; count].join(operator);
    assert_eq!(value(&chain("n", " + ", 1_000)), Ok(7_000.0));
    assert_eq!(value(&chain("x = 9", " or ", 1_000)), Ok(0.0));
    assert_eq!(value(&format!("{} or x = 2.5", chain("x = 9", " or ", 1_000))), Ok(1.0));
    assert_eq!(value(&chain("(n > 0 and x > 0)", " and ", 1_000)), Ok(1.0));
    // From the left, and by how tightly operators bind.
    assert_eq!(value("10 - 2 - 3 + 1 - 2 * 2 / 4"), Ok(5.0));
    assert_eq!(value("10 - (2 - 3)"), Ok(11.0));
    assert_eq!(value("(10 - 2) - 3"), Ok(5.0));
    assert_eq!(value("flag or flag and x = 9 or x = 9"), Ok(1.0));
    let error = value(&chain("n", " + ", 6_000)).expect_err("more than 10,000 parts");
    assert!(error.contains("at most `10000` parts"), "{error}");
}

#[test]
fn hostile_texts_are_refused_in_bounds() {
    let mut symbols = Symbols::default();
    let scope = scope(&mut symbols);
    // The motif that cost another parser 1.1 GB mixes operators and brackets; here it is repeated up to the limit.
    let motif = "n-(n*[n<(n and -n)[n if(n";
    for text in [
        "(".repeat(65_536),
        "-".repeat(65_536),
        "[".repeat(65_536),
        "if ".repeat(20_000),
        "not(".repeat(16_384),
        "n+".repeat(32_000) + "n",
        "n in (n,".repeat(8_000),
        motif.repeat(65_536 / motif.len()),
        "\u{0}".to_owned(),
        "\u{feff}n".to_owned(),
        "1".repeat(65_537),
        ".".repeat(70_000),
        "n".repeat(65_536),
    ] {
        let error = Expression::compile(&text, &scope, &mut symbols).unwrap_err();
        assert!(error.message.len() < 66_000, "{}", error.cause.as_str());
    }
    let long = format!("n{}", "+n".repeat(200));
    assert!(Expression::compile(&long, &scope, &mut symbols).is_ok(), "sums of 200 parts are read");
}

/// Expressions of each type, by size.
fn texts(of: Scalar) -> BoxedStrategy<String> {
    let leaf = match of {
        Scalar::Boolean => {
            prop_oneof![Just("flag"), Just("true"), Just("false")].prop_map(str::to_owned).boxed()
        }
        _ => {
            prop_oneof![Just("x"), Just("n"), Just("y"), Just("0"), Just("2"), Just("0.5"), Just("sum(late)")]
                .prop_map(str::to_owned)
                .boxed()
        }
    };
    if of == Scalar::Boolean {
        let number = texts(Scalar::Number);
        return leaf
            .prop_recursive(4, 24, 3, move |inner| {
                prop_oneof![
                    (inner.clone(), prop_oneof![Just("and"), Just("or")], inner.clone())
                        .prop_map(|(a, it, b)| format!("({a} {it} {b})")),
                    inner.clone().prop_map(|a| format!("not({a})")),
                    (
                        number.clone(),
                        prop_oneof![Just("<"), Just("<="), Just("="), Just("!=")],
                        number.clone()
                    )
                        .prop_map(|(a, it, b)| format!("({a} {it} {b})")),
                    (number.clone(), number.clone(), number.clone())
                        .prop_map(|(a, b, c)| format!("({a} in [{b}..{c}))")),
                    (inner.clone(), inner.clone(), inner)
                        .prop_map(|(a, b, c)| format!("(if {a} then {b} else {c})")),
                    number.clone().prop_map(|a| format!("(count(late[item > {a}]) > 1)")),
                ]
            })
            .boxed();
    }
    leaf.prop_recursive(3, 12, 2, |inner| {
        let operator = prop_oneof![Just("+"), Just("-"), Just("*"), Just("/")];
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, it, b)| format!("({a} {it} {b})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, {b})")),
            inner.prop_map(|a| format!("floor({a})")),
        ]
    })
    .boxed()
}

proptest! {
    /// What is known while a value is missing stays so whatever the value is: no missing value decides.
    #[test]
    fn a_result_beside_a_missing_value_never_depends_on_it(
        text in texts(Scalar::Boolean),
        missing in 0_usize..5,
        numbers in prop::collection::vec(-3_i8..=3, 5),
        instead in prop::collection::vec(-4_i8..=4, 12),
    ) {
        let mut symbols = Symbols::default();
        let scope = scope(&mut symbols);
        let compiled = Expression::compile(&text, &scope, &mut symbols);
        // A condition on the items of a list that reads a list is refused.
        prop_assume!(compiled.is_ok());
        let expression = compiled.unwrap();
        let mut slots = known();
        for (slot, number) in [0, 1, 7].into_iter().zip(&numbers) {
            slots[slot] = Slot::number(f64::from(*number));
        }
        slots[2] = Slot::boolean(numbers[3] > 0);
        let late = [f64::from(numbers[4]), 2.0].map(Slot::number);
        let run = |slots: &[Slot], late: &[Slot]| {
            let lists = [Ok(late.to_vec())];
            let values = Values { slots, lists: &lists, symbols: &symbols, texts: &[] };
            expression.program.run(&values)
        };
        let place = [0, 1, 7, 2, 99][missing];
        let with = |value: Slot| {
            let (mut slots, mut late) = (slots.clone(), late);
            if place == 99 { late[0] = value } else { slots[place] = value }
            run(&slots, &late)
        };
        if let Some(decided) = with(Slot::without(Unknown::MISSING)).value() {
            for value in instead {
                let value = if place == 2 { Slot::boolean(value > 0) } else { Slot::number(f64::from(value)) };
                // An error of arithmetic may stand where the value would be; another value may not.
                let other = with(value);
                prop_assert_eq!(other.value(), Some(decided), "{} with {:?}", text, value);
            }
        }
    }

    /// A set of intervals and the code of the same cell pass the same values.
    #[test]
    fn a_cell_is_the_same_as_a_set_and_as_code(
        tests in prop::collection::vec((0_u8..7, -4_i32..4, 0_i32..4), 1..4),
        negated in any::<bool>(),
        column in prop_oneof![Just("x"), Just("n")],
    ) {
        let one = |(kind, low, width): &(u8, i32, i32)| {
            let half = if column == "x" { ".5" } else { "" };
            let high = low + width;
            match kind {
                0 => format!("< {low}{half}"),
                1 => format!("<= {low}"),
                2 => format!("> {low}{half}"),
                3 => format!(">= {low}"),
                4 => format!("[{low}..{high}]"),
                5 => format!("({low}..{high})"),
                _ => format!("{low}{half}"),
            }
        };
        let tests: Vec<String> = tests.iter().map(one).collect();
        let text = if negated { format!("not({})", tests.join(", ")) } else { tests.join(", ") };
        let mut symbols = Symbols::default();
        let scope = scope(&mut symbols);
        let column = Expression::compile(column, &scope, &mut symbols).unwrap();
        let cell = Cell::compile(&text, &column, &scope, &mut symbols).unwrap();
        let CellTest::Intervals(set) = &cell.test else { panic!("constants are a set") };
        // As an expression, `in` is code.
        let inside = format!("{} in ({})", column.text, tests.join(", "));
        let inside = Expression::compile(&inside, &scope, &mut symbols).unwrap();
        for at in -10..=10 {
            for value in [f64::from(at) / 2.0, (f64::from(at) / 2.0).next_up(), (f64::from(at) / 2.0).next_down()] {
                if column.scalar == Scalar::Integer && value.fract().abs() > 0.0 {
                    continue;
                }
                let slots = vec![Slot::number(value); 8];
                let values = Values { slots: &slots, lists: &[], symbols: &symbols, texts: &[] };
                let by_code = inside.program.run(&values).value() == Some(1.0);
                prop_assert_eq!(set.contains(value), by_code != negated, "{} at {}", text, value);
                prop_assert_eq!(cell.passes(Slot::number(value), &values).value() == Some(1.0), by_code != negated);
            }
        }
    }

    /// Sets of whole numbers and of floats agree with membership, number by number.
    #[test]
    fn sets_agree_with_brute_force(
        one in prop::collection::vec((-5_i8..5, 0_i8..4), 0..4),
        two in prop::collection::vec((-5_i8..5, 0_i8..4), 0..4),
        whole in any::<bool>(),
    ) {
        let grid = if whole { Grid::Whole } else { Grid::Floats };
        let set = |ranges: &[(i8, i8)]| ranges.iter().fold(Intervals::default(), |set, (low, width)| {
            set.or(&Intervals::between(f64::from(*low), f64::from(low + width), grid), grid)
        });
        let (one, two) = (set(&one), set(&two));
        for at in -14_i8..=14 {
            let value = f64::from(at) / 2.0;
            let near = if whole { vec![value.floor()] } else { vec![value, value.next_up(), value.next_down()] };
            for value in near {
                let (a, b) = (one.contains(value), two.contains(value));
                prop_assert_eq!(one.or(&two, grid).contains(value), a || b);
                prop_assert_eq!(one.and(&two).contains(value), a && b);
                prop_assert_eq!(one.complement(grid).contains(value), !a);
            }
        }
        prop_assert_eq!(one.complement(grid).complement(grid), one);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[ a-z0-9()\\[\\].,<>=!*/+\"@?-]{0,60}") {
        let mut symbols = Symbols::default();
        let scope = scope(&mut symbols);
        let _ = Expression::compile(&text, &scope, &mut symbols);
        let column = Expression::compile("x", &scope, &mut symbols).unwrap();
        let _ = Cell::compile(&text, &column, &scope, &mut symbols);
    }
}
