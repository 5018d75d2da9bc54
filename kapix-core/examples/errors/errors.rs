//! The page of errors: prose, and the tables of codes, limits and causes as the crate holds them.

use kapix_core::{Cause, Error, Limits, error::Code};
use serde_json::{json, to_string_pretty, to_value};

/// Returns the page as Markdown.
pub(crate) fn page() -> serde_json::Result<String> {
    let error = Error::new(Cause::ValueOutOfRange, "tenor_days must be in 1..=3650; got `0`")
        .at("/data/application/tenor_days");
    let mut body = to_value(&error)?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("request_id".to_owned(), json!("req_01JXYZ9QWE"));
    }
    let example = to_string_pretty(&json!({ "error": body }))?;
    let mut page = prose(&example, &error.to_string());
    for &code in Code::ALL {
        page.push_str(&causes(code));
    }
    Ok(page)
}

fn prose(example: &str, as_text: &str) -> String {
    let codes: String = Code::ALL.iter().map(|code| code_row(*code)).collect();
    let limits: String = Limits::TABLE.iter().map(|row| limit_row(*row)).collect();
    format!(
        "\
# Errors

Whatever fails gives one error: what went wrong, where, and what to do.
`cargo run -q -p kapix-core --example errors` prints this page from the tables of the crate; a test compares the two.

## The shape

```json
{example}
```

| field | holds |
|---|---|
| `code` | one of the ten codes below |
| `cause` | what exactly went wrong; stable, so a program may branch on it |
| `message` | one lower-case sentence with the limit and the value in backticks; its words may change |
| `fields` | JSON pointers (RFC 6901) to every place that is wrong; empty when the error has no place |
| `details` | present when one pass found more than one error: `cause`, `field` and `message` of each |
| `docs` | the address of the code's description |
| `request_id` | the id of the call, added where ids are made; the pure engine leaves it out |

As text the same error reads:

```text
{as_text}
```

A wrong shape (JSON syntax, a type, an unknown field) is reported at its first place. Wrong values are reported all at
once, in `details`. A declined loan, a tampered statement and a fraud hit are results, not errors. Other words in upper
case, such as `INPUT_STALE`, are codes of results: [CODES.md](CODES.md) lists them.

## What is never echoed

Ids, names, telephone numbers, descriptions and free text of a request are never part of an error: it states their
length instead. A pointer holds the keys and positions of the request, not its values. So an error may be logged.

## What to retry

Retry 429, 500 and 503 with exponential backoff, and nothing else. A 429 is a host's answer and carries `Retry-After`.
A 503 passes when the store is free again. A 500 is a defect of the engine: the same input gives the same output, so
retry it a few times at most, then report it with its `request_id`. Send the same idempotency key with each try: the
decision is taken once.

## Codes

| HTTP | code | meaning | retry |
|---|---|---|---|
{codes}
The first nine are the published ones. The C ABI returns the HTTP status as its result, 0 for success.

## Limits

A request that breaks a limit gives `limit.exceeded`, and the message names the limit and the value. Each can be
configured when the engine is loaded.

| limit | default | what it bounds |
|---|---:|---|
{limits}
# Causes
"
    )
}

fn code_row(code: Code) -> String {
    let retry = if matches!(code.http_status(), 429 | 500 | 503) { "yes" } else { "no" };
    format!("| {} | `{}` | {} | {retry} |\n", code.http_status(), code.as_str(), meaning(code))
}

const fn meaning(code: Code) -> &'static str {
    match code {
        Code::ValidationError => "The request or artefact is not of the documented form; correct it.",
        Code::Unauthorized => "The caller is not known. A host's answer; the engine never gives it.",
        Code::Forbidden => "The artefact or operation may not be used here.",
        Code::EntityNotFound => "Nothing has this id or name.",
        Code::DuplicateRequest => "The idempotency key was used with another body; take a new key.",
        Code::InsufficientData => "There is not enough data for a reliable result.",
        Code::RateLimitExceeded => "Too many requests. A host's answer; the engine never gives it.",
        Code::InternalError => "A defect of the engine, caught and reported.",
        Code::ServiceUnavailable => {
            "A store is busy, full or unreachable, or the system gives no random bytes."
        }
        Code::Cancelled => "The caller cancelled the operation.",
    }
}

fn limit_row((name, default, meaning): (&str, u64, &str)) -> String {
    format!("| `{name}` | {} | {meaning} |\n", grouped(default))
}

/// Returns the number with a comma before each group of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn causes(code: Code) -> String {
    let heading = format!("\n## {}\n\n", code.as_str());
    let rows: Vec<String> = Cause::ALL
        .iter()
        .filter(|cause| cause.code() == code)
        .map(|cause| format!("| `{}` | {} |", cause.as_str(), cause.meaning()))
        .collect();
    if rows.is_empty() {
        return format!("{heading}No cause of the engine has this code.\n");
    }
    format!("{heading}| cause | meaning |\n|---|---|\n{}\n", rows.join("\n"))
}
