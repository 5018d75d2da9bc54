//! The page of codes: prose, and the tables of null reasons, findings and referrals as the crate holds them.

use kapix_core::{
    cashflow::NullReason,
    codes::AnswerCode,
    credit::{ReferralCode, RequestNullReason, ScoreNullReason},
    fitting::ValidationNull,
    ledger::{FindingKind, Severity},
    policy::{CounterfactualNull, PolicyDoubt, RuleFindingKind},
    scorecard::DevelopmentFindingCode,
    statement::{LeftOutReason, ReadingFindingKind},
};

/// Returns the page as Markdown.
pub(crate) fn page() -> String {
    format!(
        "\
# Codes

The codes that answers hold beside their figures, each with what it means and what to do. The codes and causes of
errors are in [ERRORS.md](ERRORS.md).
`cargo run -q -p kapix-core --example errors -- codes` prints this page from the tables of the crate; a test compares
the two.

A code is stable, so a program may branch on it. A later version may add codes.

## Why a figure of a score is null

`null_reasons` of `credit.score` and `credit.score_batch`, by the JSON pointer of the figure.

{score}
## Why an input is missing

`null_reason` of a characteristic in the explanation of `credit.score`. A feature of transactions has one of the
reasons in the next section.

{request}
## Why a feature is null

`null_reason` of a feature in the answer of `cashflow.analyze`. The [table of features](methods/cash_flow.md#the-features)
says which feature can have which.

{feature}
## Why a figure of a validation is null

`null_reasons` of a validation report of `scorecard.develop` and `scorecard.evaluate`, by the JSON pointer of the figure.

{validation}
## What a development or an evaluation finds

`findings` of `scorecard.develop` and `scorecard.evaluate`, and of the card's development record, which holds at most 50 of
a code and the number of the others.

{development}
## Why an application is referred

`referral_reasons` of `credit.score`. Each forbids an approval, and is stated even where the points decline.

{referral}
## Why a policy refers although no row says so

`reasons` of `policy.run` with the source `engine`.

{doubts}
## Why a policy states no counterfactual

`null_reasons` of `policy.run`, where the request asks for the counterfactual.

{changes}
## What is wrong with a table of a policy

`tables` of `policy.check`. With a conflict that a `witness` shows the policy is not valid.

{faults}
## What a ledger finds in the data

`findings` of `credit.score` and `cashflow.analyze`. With severity `refer` an approval becomes a referral, unless the
card lists the kind in `accepts`. With `info` the finding changes no decision.

| finding | severity | meaning | what to do |
|---|---|---|---|
{findings}
## What reading a document shows

`findings` of `transactions.read`. They belong to the document. An account with one that refers carries it as
`reading_doubts`, and a score of the account refers; whoever takes rows alone refers by the finding.

| finding | severity | meaning | what to do |
|---|---|---|---|
{reading}
## Why a row of a document is left out

`left_out` of `transactions.read`: each such row is counted, and the first hundred are listed with their lines.

{left_out}",
        score = table::<ScoreNullReason>(),
        request = table::<RequestNullReason>(),
        feature = table::<NullReason>(),
        validation = table::<ValidationNull>(),
        development = table::<DevelopmentFindingCode>(),
        referral = table::<ReferralCode>(),
        doubts = table::<PolicyDoubt>(),
        changes = table::<CounterfactualNull>(),
        faults = table::<RuleFindingKind>(),
        findings = FindingKind::all().map(|it| finding(it, it.severity())).collect::<String>(),
        reading = ReadingFindingKind::all().map(|it| finding(it, it.severity())).collect::<String>(),
        left_out = table::<LeftOutReason>(),
    )
}

fn table<T: AnswerCode>() -> String {
    let rows: String = T::all().map(row).collect();
    format!("| code | meaning | what to do |\n|---|---|---|\n{rows}")
}

fn row<T: AnswerCode>(code: T) -> String {
    format!("| `{}` | {} | {} |\n", code.as_str(), one_line(code.meaning()), code.remedy())
}

fn finding<T: AnswerCode>(kind: T, severity: Severity) -> String {
    let severity = match severity {
        Severity::Disputed => "disputed",
        Severity::Info => "info",
        Severity::Refer => "refer",
    };
    let (name, meaning) = (kind.as_str(), one_line(kind.meaning()));
    format!("| `{name}` | {severity} | {meaning} | {} |\n", kind.remedy())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
