//! The page: that both forms say the same, that no text of a document becomes a mark, and that sentences are true.

use super::{AS_OF, cell, loan, policy, run};
use crate::expression::same;
use crate::limits::Limits;
use crate::policy::{ExplainOptions, Hits, Outcome, Policy};
use crate::time::Instant;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn options(is_html: bool) -> ExplainOptions<'static> {
    ExplainOptions {
        name: "loan@1".to_owned(),
        against: None,
        applications: None,
        as_of: Some(Instant::parse(AS_OF).unwrap()),
        decision: None,
        hits: None,
        language: "en",
        is_html,
        limits: &Limits::DEFAULT,
        rows_max: 100,
    }
}

fn page(policy: &Policy, is_html: bool) -> String {
    policy.explained(&options(is_html)).text
}

/// Returns a text with its entities as the characters that they stand for.
fn read(text: &str) -> String {
    let mut text = text.to_owned();
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#124;", "|"),
        ("&#58;", ":"),
        ("&#46;", "."),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    text
}

/// Returns the letters and digits of a page of HTML, without its style and its list of contents.
fn letters_of_html(html: &str) -> String {
    let body = html.split_once("<main>").unwrap().1;
    let (before, rest) = body.split_once("<nav").unwrap_or((body, "</nav>"));
    let after = rest.split_once("</nav>").unwrap().1;
    let mut text = String::new();
    let mut is_tag = false;
    for character in format!("{before}{after}").chars() {
        match character {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if !is_tag => text.push(character),
            _ => {}
        }
    }
    read(&text).chars().filter(|it| it.is_alphanumeric()).collect()
}

/// Returns the letters and digits of a page in Markdown, in their order.
fn letters_of_markdown(markdown: &str) -> String {
    let pieces = markdown.lines().flat_map(pieces_of_markdown);
    let text: String = pieces.map(|(text, is_code)| if is_code { text } else { read(&text) }).collect();
    text.chars().filter(|it| it.is_alphanumeric()).collect()
}

#[test]
fn both_forms_say_the_same() {
    for document in [loan(), hostile()] {
        let policy = policy(&document);
        let (html, markdown) = (page(&policy, true), page(&policy, false));
        assert_eq!(letters_of_html(&html), letters_of_markdown(&markdown));
    }
}

/// Every text that a document may choose, with what marks, hides or turns text.
const HOSTILE: &str = "<script>alert(1)</script> | a\n# b\r\n```\n<img src=x onerror=y> ``|`` \u{202e}gnp\u{2066} \u{0} &lt; [x](javascript:y) ![z](http://e.example) \\| *c* _d_ 'e' \"f\" \\";

fn hostile() -> Value {
    let table = |rules: Value| {
        json!({"table": {
            "name": "t", "hit": "first", "columns": ["age", "town"], "rules": rules,
            "outputs": {"tier": {"type": "text"}}
        }})
    };
    let quoted = format!("{:?}", "<b> | `x` </b>");
    json!({
        "inputs": {
            "age": {"type": "integer", "min": 0, "max": 120, "description": HOSTILE, "unit": HOSTILE},
            "town": {"type": "text", "values": [HOSTILE, "<b> | `x` </b>"], "on_missing": "refer"},
            "word": {"type": "text", "on_missing": {"value": HOSTILE}}
        },
        "reasons": {"BAD": {"texts": {"en": HOSTILE, "sw": format!("sw {HOSTILE}"), "ar": "\u{5d0}\u{5d1}"}}},
        "steps": [table(json!([
            {"id": HOSTILE, "note": HOSTILE, "when": ["< 18", quoted], "then": {"outcome": "refer", "reason": "BAD", "queue": HOSTILE}},
            {"id": "\u{202e}|", "when": ["-", format!("not({quoted})")], "then": {"outcome": "approve", "outputs": {"tier": quoted}}}
        ]))],
        "tests": [{"name": HOSTILE, "inputs": {"age": 17, "town": HOSTILE}, "expect": {"outcome": "approve"}}]
    })
}

#[test]
fn no_text_of_a_document_becomes_a_mark() {
    let policy = policy(&hostile());
    let html = page(&policy, true);
    let allowed = [
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "nav", "ul",
        "li", "a", "p", "div", "table", "caption", "thead", "tr", "th", "tbody", "td", "code", "bdi",
        "strong", "span", "details", "summary",
    ];
    let mut open: Vec<String> = Vec::new();
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        assert!(allowed.contains(&name), "<{tag}>");
        for attribute in
            tag.split('"').step_by(2).flat_map(|it| it.split(' ')).filter_map(|it| it.strip_suffix('='))
        {
            let known = [
                "lang",
                "charset",
                "name",
                "content",
                "http-equiv",
                "id",
                "href",
                "class",
                "style",
                "role",
                "tabindex",
                "aria-label",
                "aria-hidden",
                "scope",
            ];
            assert!(known.contains(&attribute), "<{tag}>");
        }
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name)),
            None if ["!DOCTYPE", "meta"].contains(&name) => {}
            None => open.push(name.to_owned()),
        }
    }
    assert_eq!(open, Vec::<String>::new());
    let markdown = page(&policy, false);
    for text in [&html, &markdown] {
        let hidden = |it: char| {
            it.is_control() && it != '\n' || ('\u{202a}'..='\u{202e}').contains(&it) || it == '\u{2066}'
        };
        assert!(!text.contains(hidden), "{:?}", text.chars().find(|it| hidden(*it)));
        assert!(text.contains("[U+202E]") || text.contains("\\[U+202E\\]"));
    }
    // Outside spans of code no element begins, no link and no picture.
    let mut columns = 0;
    for line in markdown.lines() {
        let outside =
            pieces_of_markdown(line).into_iter().filter(|it| !it.1).map(|it| it.0).collect::<String>();
        assert!(
            !outside.contains('<') && !outside.replace("\\]", "").contains("](") && !outside.contains("://"),
            "{line}"
        );
        if line.starts_with('|') {
            let bars = line.replace("\\|", "").matches('|').count();
            columns = if columns == 0 { bars } else { columns };
            assert_eq!(bars, columns, "{line}");
        } else {
            columns = 0;
        }
        let is_heading = line.starts_with('#');
        assert!(!is_heading || !line.trim_start_matches('#').starts_with(" b"), "{line}");
        assert!(!line.starts_with("```"), "{line}");
    }
}

/// Returns the pieces of a line, with whether each is a span of code: a run of backticks to the next one of the same length
/// (CommonMark 0.31.2, section 6.1).
fn pieces_of_markdown(line: &str) -> Vec<(String, bool)> {
    let (mut pieces, mut rest) = (Vec::new(), line);
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        pieces.push((before.to_owned(), false));
        if before.ends_with('\\') {
            rest = &from[1..];
            continue;
        }
        let run = from.len() - from.trim_start_matches('`').len();
        let inner = &from[run..];
        let mut end = 0;
        let close = loop {
            let start = end + inner[end..].find('`').unwrap_or_else(|| panic!("a span of code ends: {line}"));
            let length = inner[start..].len() - inner[start..].trim_start_matches('`').len();
            end = start + length;
            if length == run {
                break start;
            }
        };
        pieces.push((inner[..close].to_owned(), true));
        rest = &inner[end..];
    }
    pieces.push((rest.to_owned(), false));
    pieces
}

/// Returns whether a number passes what a cell says in words.
fn holds(words: &str, value: f64) -> bool {
    let number = |text: &str| text.replace(',', "").parse::<f64>().unwrap();
    if let Some(inner) = words.strip_prefix("not (").and_then(|it| it.strip_suffix(')')) {
        return !holds(inner, value);
    }
    if let Some(all) = words.strip_prefix("none of ") {
        return all.split(", ").all(|it| !same(number(it), value));
    }
    if let Some(other) = words.strip_prefix("not ") {
        return !same(number(other), value);
    }
    let one = |part: &str| {
        let inner = part.strip_prefix('(').and_then(|it| it.strip_suffix(')')).unwrap_or(part);
        inner.split(" and ").all(|atom| match atom.rsplit_once(' ') {
            Some(("below", than)) => value < number(than),
            Some(("at most", than)) => value <= number(than),
            Some(("above", than)) => value > number(than),
            Some(("at least", than)) => value >= number(than),
            _ => same(number(atom), value),
        })
    };
    words.split(" or ").flat_map(|it| it.split(", ")).any(one)
}

proptest! {
    #[test]
    fn a_cell_in_words_asks_what_the_cell_asks(
        cells in prop::collection::vec((1_u8..6, 0..12, 0..4), 1..4), is_negated in any::<bool>(),
    ) {
        let tests = cells.iter().map(cell).collect::<Vec<_>>().join(", ");
        let text = if is_negated { format!("not({tests})") } else { tests };
        let document = json!({
            "inputs": {"x": {"type": "number"}}, "reasons": {},
            "steps": [{"table": {"name": "t", "hit": "first", "columns": ["x"], "rules": [
                {"when": [text], "then": {"outcome": "approve"}}
            ]}}]
        });
        // A cell that nothing passes is refused when the policy loads.
        if let Ok(policy) = Policy::load(super::body(&document), &Limits::default()) {
            let page = page(&policy, false);
            let line = page.lines().find(|line| line.starts_with("| `rule_1` |")).unwrap();
            let words = line.split('|').nth(2).unwrap().trim();
            for half in -4..40 {
                let value = f64::from(half) / 2.0;
                let outcome = run(&policy, &json!({"x": value}), &[]).outcome;
                prop_assert_eq!(outcome == Outcome::Approve, holds(words, value), "{} at {}: {}", text, value, words);
            }
        }
    }
}

#[test]
fn what_is_said_of_a_missing_input_is_what_a_run_does() {
    let base = |on_missing: Value| {
        json!({
            "inputs": {"age": {"type": "integer", "on_missing": on_missing}, "late": {"type": "boolean"}},
            "reasons": {"BAD": {"texts": {"en": "b"}}},
            "steps": [{"table": {"name": "t", "hit": "rule_order", "columns": ["age", "late"], "rules": [
                {"when": [">= 18", "-"], "then": {"outcome": "approve"}},
                {"when": ["-", "false"], "then": {"outcome": "approve"}}
            ]}}]
        })
    };
    for (on_missing, says, comes, with_other) in [
        (json!("refer"), "the application is referred with `MISSING_INPUT`", Outcome::Refer, Outcome::Refer),
        (
            json!({"decline": "BAD"}),
            "the application is declined with `BAD`",
            Outcome::Decline,
            Outcome::Refer,
        ),
        (
            json!("skip"),
            "A row that hangs only on inputs like this does not match",
            Outcome::Refer,
            Outcome::Refer,
        ),
    ] {
        let policy = policy(&base(on_missing));
        let page = page(&policy, false);
        let line = page.lines().find(|line| line.starts_with("| `age` |")).unwrap();
        assert!(line.contains(says), "{line}");
        assert_eq!(run(&policy, &json!({"late": true}), &[]).outcome, comes, "{says}");
        assert_eq!(run(&policy, &json!({}), &[]).outcome, with_other, "{says}: another is missing too");
        let stands = run(&policy, &json!({"late": false}), &[]);
        assert_eq!(
            stands.outcome,
            Outcome::Approve,
            "{says}: where it could change nothing the decision stands"
        );
    }
}

#[test]
fn a_loan_is_told_in_sentences() {
    let page = page(&policy(&loan()), false);
    for said in [
        "# Policy `loan@1`",
        "- It reads 5 inputs, states 1 more that nothing reads, and takes 3 steps, of which 2 are decision tables.",
        "`share` is `amount / income`. Its type: number.",
        "- `rule_1`: If `age` is below 18: **decline** with `UNDERAGE`.",
        "- `thin`: Otherwise, if `score` is at least 500 and below 540 and `share` is above 0.2: **refer** with `THIN_MARGIN` to the queue `senior`.",
        "| `rule_1` | below 18 | any | any | any | **decline** with `UNDERAGE` |",
        "| `rule_2` | at least 600 | `most` = `floor(income * 0.5, -3)`, `rate` = 0.08 |",
        "An approval grants the requested amount where it is at most the limit; above it, the application is referred to a person with `ABOVE_LIMIT`.",
        "| `income` | – | an amount in KES, at least KES 0.00; at most 45 days old |",
        "| `UNDERAGE` | The applicant is younger than 18. | the applicant and staff | `eligibility.rule_1` |",
        "> **Gap**: no row matches where",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
}

#[test]
fn reasons_are_told_in_the_language_that_is_asked_for() {
    let mut document = loan();
    document["reasons"]["UNDERAGE"]["texts"]["sw"] = json!("Una umri chini ya miaka 18.");
    let policy = policy(&document);
    let page = policy.explained(&ExplainOptions { language: "sw", ..options(false) }).text;
    assert!(page.contains("| `UNDERAGE` | Una umri chini ya miaka 18. |"));
    assert!(page.contains("| `LATE` | Payments were late. (no text in `sw`: English) |"));
}

#[test]
fn a_large_table_is_cut_and_says_so() {
    let rule = json!({"when": ["< 18", "-", "-", "-"], "then": {"outcome": "decline", "reason": "UNDERAGE"}});
    let mut document = loan();
    document["steps"][1]["table"]["rules"] = json!(vec![rule; 100_000]);
    let policy = policy(&document);
    for is_html in [false, true] {
        let explained = policy.explained(&options(is_html));
        assert_eq!(explained.rows_left_out, 99_900);
        assert!(explained.text.contains("99,900 rows more are not shown."));
        assert!(explained.text.contains("too large for this page"));
        assert!(explained.text.len() < 100_000, "{}", explained.text.len());
    }
}

#[test]
fn a_page_of_long_texts_ends() {
    let long = "<".repeat(20_000);
    let mut document = loan();
    let reasons: BTreeMap<String, Value> =
        (0..900).map(|it| (format!("R{it}"), json!({"texts": {"en": long}}))).collect();
    document["reasons"].as_object_mut().unwrap().extend(reasons);
    let steps = (0..900).map(|it| json!({"derive": {"name": format!("d{it}"), "expression": format!("age {}+ 1", " ".repeat(8_000))}}));
    let mut all: Vec<Value> = steps.collect();
    all.extend(document["steps"].as_array().unwrap().iter().cloned());
    document["steps"] = json!(all);
    let text = page(&policy(&document), true);
    assert!(text.len() < 24 << 20, "{}", text.len());
    assert!(text.contains("characters more)"));
}

#[test]
fn hit_counts_show_which_rows_never_match() {
    let policy = policy(&loan());
    let of = |rows: &[(&str, u64)]| rows.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    let hits = Hits::from([
        (
            "eligibility".to_owned(),
            of(&[("rule_1", 25), ("rule_2", 0), ("rule_3", 0), ("thin", 0), ("rule_5", 75)]),
        ),
        ("pricing".to_owned(), of(&[("rule_1", 12_345)])),
    ]);
    let page = policy.explained(&ExplainOptions { hits: Some(hits), ..options(false) }).text;
    for said in [
        "| **decline** with `UNDERAGE` | 25 (25.0 %) |",
        "Of 5 rows that were counted, 2 matched at least one application; shares are of all matches of the table. Never matched: `rule_2`, `rule_3` and `thin`.",
        "12,345 (100.0 %)",
        "| not counted |",
        "Of 1 row that was counted, 1 matched",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
}

#[test]
fn two_versions_stand_side_by_side() {
    let first = policy(&loan());
    let mut document = loan();
    document["inputs"]["age"]["max"] = json!(100);
    document["steps"][0]["derive"]["expression"] = json!("amount / (income + 1)");
    document["steps"][2]["table"]["rules"][0]["when"][0] = json!("< 620");
    document["steps"][2]["table"]["rules"][1]["when"][0] = json!(">= 620");
    document["steps"][1]["table"]["rules"].as_array_mut().unwrap().remove(3);
    document["all_reasons"] = json!(true);
    let second = policy(&document);
    let options = ExplainOptions { against: Some((&second, "loan@2".to_owned())), ..options(false) };
    let page = first.explained(&options).text;
    for said in [
        "# Policy `loan@1` beside `loan@2`",
        "| Step `share` | `amount / income` | `amount / (income + 1)` |",
        "| After a decline | the first decline ends the run | all steps run |",
        "Rows of `eligibility` that differ; 4 rows are the same",
        "with `THIN_MARGIN` to the queue `senior`. | not there |",
        "| `rule_1` | If `score` is below 600: `most` = `floor(income * 0.3, -3)`, `rate` = 0.12. | If `score` is below 620: `most` = `floor(income * 0.3, -3)`, `rate` = 0.12. |",
        "| `score` is at least 600 and below 620 |",
        "its columns read",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    let same = ExplainOptions { against: Some((&first, "loan@1".to_owned())), ..self::options(false) };
    assert!(first.explained(&same).text.contains("Both versions state the same."));
}

#[test]
fn outputs_of_money_are_shown_with_their_decimals() {
    let policy = policy(&json!({
        "currency": "KES",
        "inputs": {"age": {"type": "integer", "min": 0, "max": 120}},
        "reasons": {},
        "steps": [{"table": {
            "name": "tier", "hit": "first", "columns": ["age"], "outputs": {"most": {"type": "money"}, "rank": {"type": "integer"}},
            "rules": [{"when": ["-"], "then": {"outcome": "approve", "outputs": {"most": 300_000, "rank": 300_000}}}],
        }}],
    }));
    for text in [page(&policy, false), page(&policy, true)] {
        assert!(text.contains("KES 3,000.00") || text.contains("KES 3000.00"), "{text}");
        assert!(text.contains("300,000") || text.contains("300000"), "the rank is no money");
    }
}
