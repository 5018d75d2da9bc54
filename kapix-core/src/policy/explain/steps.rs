//! The steps in words: formulas, other operations, and decision tables with how often their rows matched.

use super::inputs::kind;
use super::page::{Block, Grid, Line, Page, Tone, code, line, words};
use super::policy::{Hits, Options, step_name};
use super::words::{cell, counted, expression, json, many, row, then};
use crate::policy::load::{Policy, Step};
use crate::policy::table::Table;
use crate::policy::{
    CallBody, CollectBy, DeriveBody, Ground, HitPolicy, InputType, Outcome, OutputBody, StepBody,
};

/// Columns of a table that are shown, and values of a call.
const COLUMNS_MAX: usize = 30;

/// Rows that are told as sentences too.
const SENTENCES_MAX: usize = 50;

impl Policy {
    /// Tells the steps, and returns how many rows of tables are left out.
    pub(super) fn explain_steps(&self, options: &Options<'_>, page: &mut Page) -> u64 {
        page.heading(words("Steps"));
        if self.body.steps.is_empty() {
            page.text(words("It takes no steps, so every application is referred."));
        }
        let mut left_out = 0;
        for (number, step) in self.body.steps.iter().enumerate() {
            let (verb, name) = step_name(step);
            page.subheading(words(format!("Step {}: ", number + 1)).words(format!("{verb} ")).code(name));
            match (step, self.steps.get(number)) {
                (StepBody::Derive(derive), _) => self.explain_derive(derive, page),
                (StepBody::Call(call), _) => self.explain_call(call, page),
                (StepBody::Table(_), Some(Step::Table(table))) => {
                    left_out += self.explain_table(table, options, page);
                }
                (StepBody::Table(_), _) => {}
            }
        }
        left_out
    }

    fn explain_derive(&self, derive: &DeriveBody, page: &mut Page) {
        let said = code(&derive.name).words(" is ").line(expression(&derive.expression)).words(".");
        let kind = self.scalar_of(&derive.name).map(|scalar| format!(" Its type: {scalar}."));
        page.text(said.words(kind.unwrap_or_default()));
    }

    fn explain_call(&self, call: &CallBody, page: &mut Page) {
        page.text(
            words("The operation ").code(&call.operation).words(
                " is asked about the applicant. Where it refuses, refers the application itself, or does not give a result that is read here, the application is not approved: it is referred, or declined where a row declines it.",
            ),
        );
        let values = call
            .values
            .iter()
            .take(COLUMNS_MAX)
            .map(|(pointer, text)| (Tone::Plain, vec![code(pointer), code(text)]));
        let arguments = call
            .arguments
            .iter()
            .take(COLUMNS_MAX)
            .map(|(name, value)| (Tone::Plain, vec![code(&format!("/{name}")), json(None, value)]));
        page.table(Grid {
            caption: words("What ").code(&call.name).words(" is given beside the applicant"),
            head: vec![words("Place in the request"), words("Value")],
            rows: arguments.chain(values).collect(),
        });
        let results = call.results.iter().take(SENTENCES_MAX).map(|(name, result)| {
            let currency = result.currency.or(self.body.currency).filter(|_| result.kind == InputType::Money);
            let said = words(kind(result.kind, currency, false));
            let ground = match result.ground {
                Ground::BureauScore => "; a score that a credit bureau made",
                Ground::OwnScore => "; a score that the lender made",
                Ground::Other => "",
            };
            let said = said.words(ground);
            (Tone::Plain, vec![code(&format!("{}.{name}", call.name)), code(&result.pointer), said])
        });
        page.table(Grid {
            caption: words("What is read of the answer of ").code(&call.name),
            head: vec![words("Name"), words("Place in the answer"), words("Type")],
            rows: results.collect(),
        });
    }

    /// Tells a table, and returns how many of its rows are left out.
    fn explain_table(&self, table: &Table, options: &Options<'_>, page: &mut Page) -> u64 {
        let body = &table.body;
        page.text(hit(table));
        page.list(self.outputs(table));
        let hits = options.hits.as_ref().and_then(|hits| hits.get(&body.name));
        let total: u64 = hits.map_or(0, |hits| hits.values().sum());
        let columns = body.columns.len().min(COLUMNS_MAX);
        let mut head: Vec<Line> = vec![words("Row")];
        head.extend(body.columns.iter().take(columns).map(|column| code(column)));
        head.push(words("Gives"));
        if hits.is_some() {
            head.push(words(if options.applications.is_some() { "Of the matches" } else { "Matches" }));
            head.extend(
                options.applications.map(|all| words(format!("Of {} applications", counted(all, None)))),
            );
        }
        let mut grid = Grid { caption: words("Rows of ").code(&body.name), head, rows: Vec::new() };
        let mut sentences = Vec::new();
        for (number, rule) in body.rules.iter().enumerate().take(options.rows_max) {
            let name = table.row_name(number);
            let mut cells = vec![code(&name)];
            let compiled = table.columns.iter().zip(&rule.when).take(columns);
            cells.extend(
                compiled.map(|(column, text)| cell(column.scalar, text).unwrap_or_else(|| words("any"))),
            );
            let mut given = then(table, &rule.then);
            if let Some(note) = &rule.note {
                given = given.words(" – ").quote(note);
            }
            cells.push(given);
            if let Some(hits) = hits {
                cells.push(matched(hits.get(&name).copied(), total));
                cells.extend(options.applications.map(|all| of_all(hits.get(&name).copied(), all)));
            }
            grid.rows.push((tone(rule.then.outcome), cells));
            if number < SENTENCES_MAX {
                sentences.push(code(&name).words(": ").line(row(table, number, rule)));
            }
        }
        page.table(grid);
        if body.columns.len() > columns {
            let more = body.columns.len() - columns;
            page.text(words(format!("{} more are not shown in the table.", many(more, "column", "columns"))));
        }
        let left_out = body.rules.len().saturating_sub(options.rows_max);
        if left_out > 0 {
            page.note(
                Tone::Doubtful,
                words(format!("{} more are not shown.", many(left_out, "row", "rows"))),
            );
        }
        if let Some(hits) = options.hits.as_ref() {
            coverage(table, hits, page);
        }
        let caption = words("The rows of ").code(&body.name).words(" as sentences");
        page.add(Block::Fold(caption, sentences));
        u64::try_from(left_out).unwrap_or(u64::MAX)
    }

    /// Returns what is said of each output of a table.
    fn outputs(&self, table: &Table) -> Vec<Line> {
        let is_many =
            matches!(table.body.hit, HitPolicy::Collect | HitPolicy::RuleOrder | HitPolicy::OutputOrder);
        let said = table.body.outputs.iter().map(|(name, output)| {
            let currency = output.currency.or(self.body.currency).filter(|_| output.kind == InputType::Money);
            let said = code(&format!("{}.{name}", table.body.name));
            said.words(format!(" is {}", given(output, is_many, &kind(output.kind, currency, false))))
        });
        said.collect()
    }
}

/// Returns what an output is of the rows that match.
fn given(output: &OutputBody, is_many: bool, kind: &str) -> String {
    match (is_many, output.aggregate) {
        (true, Some(CollectBy::Sum)) => "the sum over the rows that match, 0 of none.".to_owned(),
        (true, Some(CollectBy::Min)) => {
            "the least value of the rows that match; of none it is unknown.".to_owned()
        }
        (true, Some(CollectBy::Max)) => {
            "the greatest value of the rows that match; of none it is unknown.".to_owned()
        }
        (true, Some(CollectBy::Count)) => "how many rows match.".to_owned(),
        (true, None) => "the list of the values of the rows that match.".to_owned(),
        (false, _) => format!(
            "{kind}, the value of the row that decides. Without such a row, or without a value there, it is unknown, and what could depend on it refers."
        ),
    }
}

/// Returns how the rows of a table become a result.
fn hit(table: &Table) -> Line {
    let order = table.body.outputs.iter().find_map(|(name, output)| Some((name, output.priority.as_ref()?)));
    let by = |said: Line| match order {
        Some((name, values)) => {
            let shown = values.iter().take(COLUMNS_MAX).map(|value| match value {
                crate::json_value::JsonValue::Text(text) => code(text),
                other => json(None, other),
            });
            said.words("the value of ").code(name).words(": ").joined(shown, ", then ", ", then ")
        }
        None => said.words("the outcome: decline, then refer, then approve"),
    };
    match table.body.hit {
        HitPolicy::First => words("The rows are read from the top, and the first one that matches decides (")
            .code("first")
            .words(")."),
        HitPolicy::Unique => words("At most one row may match (")
            .code("unique")
            .words("). Where two match, the application is not approved: it is referred with ")
            .code("ROWS_DISAGREE")
            .words(" unless something declines it."),
        HitPolicy::Any => words("All rows that match must give the same (")
            .code("any")
            .words("). Where they differ, the application is not approved: it is referred with ")
            .code("ROWS_DISAGREE")
            .words(" unless something declines it."),
        HitPolicy::Priority => by(words("Of the rows that match, the one that comes first decides (")
            .code("priority")
            .words("), by "))
        .words("."),
        HitPolicy::RuleOrder => {
            words("All rows that match count, in their order (").code("rule_order").words(").")
        }
        HitPolicy::OutputOrder => {
            by(words("All rows that match count (").code("output_order").words("), in the order of "))
                .words(".")
        }
        HitPolicy::Collect => words("All rows that match count (").code("collect").words(")."),
    }
}

pub(super) const fn tone(outcome: Option<Outcome>) -> Tone {
    match outcome {
        None => Tone::Plain,
        Some(Outcome::Approve) => Tone::Good,
        Some(Outcome::Refer) => Tone::Doubtful,
        Some(Outcome::Decline) => Tone::Bad,
    }
}

/// Returns how often a row matched.
fn matched(count: Option<u64>, total: u64) -> Line {
    match count {
        None => words("not counted"),
        #[expect(clippy::cast_precision_loss, reason = "counts of rows lie far below 2^53")]
        Some(count) => line().count(count, (total > 0).then(|| count as f64 / total as f64)),
    }
}

/// Returns the share of the portfolio that a row matched.
fn of_all(count: Option<u64>, all: u64) -> Line {
    #[expect(clippy::cast_precision_loss, reason = "counts of rows lie far below 2^53")]
    let share = count.filter(|_| all > 0).map(|count| count as f64 / all as f64);
    words(share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0)))
}

/// Tells how many rows matched at least once, and which never did.
fn coverage(table: &Table, hits: &Hits, page: &mut Page) {
    let Some(hits) = hits.get(&table.body.name) else {
        page.text(words("No counts were given for this table."));
        return;
    };
    let rows = table.body.rules.len();
    let never = |number: &usize| hits.get(&table.row_name(*number)) == Some(&0);
    let silent: Vec<String> = (0..rows).filter(never).map(|number| table.row_name(number)).collect();
    let counted = (0..rows).filter(|number| hits.contains_key(&table.row_name(*number))).count();
    let said = words(format!(
        "Of {} that {} counted, {} matched at least one application; shares are of all matches of the table.",
        many(counted, "row", "rows"),
        if counted == 1 { "was" } else { "were" },
        counted - silent.len()
    ));
    if silent.is_empty() {
        page.text(said);
        return;
    }
    let shown = silent.iter().take(SENTENCES_MAX).map(|name| code(name));
    let said = said.words(" Never matched: ").joined(shown, ", ", " and ");
    let more = silent.len().saturating_sub(SENTENCES_MAX);
    let said = if more > 0 { said.words(format!(", and {more} more")) } else { said };
    page.note(Tone::Doubtful, said.words("."));
}
