//! Whether `confidence` is as reliable as it says; see `HELP`.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use kapix_benches::reliability::{Case, EDGES, Line, Settings, Study, gap, table};
use kapix_benches::rows::Rows;
use kapix_core::scorecard::Decision;
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};

const HELP: &str = "\
Counts how often a decision stays, beside the confidence that the card stated.

usage: confidence [--data FILE.csv[.gz] --target COL] [--bad VALUE]
                  [--special A,B] [--exclude A,B] [--selection METHOD]
                  [--hidden 1,2,4] [--redevelopments 200] [--seed 1] [--threads 2]

A card is developed on a random 70 % of the rows; it declines the lowest 30 %
of their totals and approves the highest 40 %. The other 30 % are decided
  hiding        with some inputs hidden, and again with all of them; a second
                table takes the card's estimates as exact, so that confidence
                is about the hidden inputs alone;
  redevelopment by cards developed again, binning and selection included, on
                bootstrap samples of the 70 %: at the card's own cut-offs (the
                same PD), and at cut-offs for the same shares;
  both          with inputs hidden, and with all of them by each redevelopment
                at the card's own cut-offs.
Decisions are those of the points; rules that refer are left out. Without
--data: the sample that ships with Kapix.";

/// What the command line says.
struct Options {
    data: PathBuf,
    settings: Settings,
    hidden: Vec<usize>,
    redevelopments: u32,
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|it| it == "--help" || it == "-h") {
        println!("{HELP}");
        return Ok(());
    }
    let mut options = options(&arguments)?;
    let rows = Rows::read(&options.data)?;
    options.settings.exclude.retain(|name| rows.column(name).is_some());
    let study = Study::new(&rows, options.settings)?;
    let inputs = study.card.inputs().len();
    println!("{} rows, {} of them test rows; card of {inputs} characteristics", rows.len, study.rows());
    if let Some(cutoffs) = study.card.body.cutoffs {
        println!("approve from {}, refer from {} points", cutoffs.approve, cutoffs.refer);
    }
    let made = study.decisions()?;
    let of = |decision| made.iter().filter(|it| **it == decision).count();
    let [approve, refer, decline] = [Decision::Approve, Decision::Refer, Decision::Decline].map(of);
    println!("test rows: {approve} approve, {refer} refer, {decline} decline");
    let hidden: Vec<usize> = options.hidden.into_iter().filter(|hidden| *hidden < inputs).collect();
    let truth = vec![made];
    for hidden in &hidden {
        let slots = study.hide(*hidden)?;
        let title = format!("hiding {hidden} of {inputs} inputs, drawn for each row");
        print(&title, &study.cases(&slots, &truth)?);
        print(&format!("{title}; estimates taken as exact"), &study.cases_of_missing(&slots, &truth)?);
    }
    if let Some(most) = hidden.last() {
        blocks(&study, *most, &truth)?;
    }
    if options.redevelopments == 0 {
        return Ok(());
    }
    let again = study.redevelop(options.redevelopments)?;
    let times = again.characteristics.len();
    let all: usize = again.characteristics.iter().map(|(all, _)| all).sum();
    let shared: usize = again.characteristics.iter().map(|(_, shared)| shared).sum();
    println!("\n{times} redevelopments; {all} characteristics in all, {shared} of them the card's");
    let spread = study.spread(&again)?;
    println!("root mean square move of a total: {:.2} points", spread.counted);
    println!("by the formula {:.2}; by x'Cx alone {:.2}", spread.stated, spread.coefficients);
    print("redevelopment, the same PD", &study.cases(study.known(), &again.same_pd)?);
    print("redevelopment, the same shares", &study.cases(study.known(), &again.same_shares)?);
    for hidden in &hidden {
        let cases = study.cases(&study.hide(*hidden)?, &again.same_pd)?;
        print(&format!("both: hiding {hidden} of {inputs} inputs, and redevelopment"), &cases);
    }
    Ok(())
}

/// The same inputs hidden in every row: each run of neighbours in card order.
fn blocks(study: &Study, size: usize, truth: &[Vec<Decision>]) -> io::Result<()> {
    let names: Vec<&str> = study.card.inputs().map(|(name, _, _)| name).collect();
    let places: Vec<usize> = (0..names.len()).collect();
    let mut pooled = Vec::new();
    println!("\nhiding the same {size} inputs in every row\npredicted   stayed  hidden");
    for block in places.chunks(size) {
        let cases = study.cases(&study.hide_block(block)?, truth)?;
        let hidden: Vec<&str> = block.iter().filter_map(|place| names.get(*place).copied()).collect();
        if let Some(all) = table(&cases).last() {
            println!("{:>9.3}{:>9.3}  {}", all.predicted, all.stayed, hidden.join(", "));
        }
        pooled.extend(cases);
    }
    print(&format!("hiding the same {size} inputs in every row, all blocks"), &pooled);
    Ok(())
}

fn print(title: &str, cases: &[Case]) {
    let lines = table(cases);
    println!("\n{title}\n{:<12}{:>9}{:>11}{:>9}{:>9}", "confidence", "cases", "predicted", "stayed", "gap");
    let names = EDGES.windows(2).map(|pair| match pair {
        [from, to] => format!("{from} to {to}"),
        _ => String::new(),
    });
    for (name, line) in names.chain(["all".to_owned()]).zip(&lines) {
        let Line { cases, predicted, stayed } = line;
        if *cases > 0 {
            println!("{name:<12}{cases:>9}{predicted:>11.3}{stayed:>9.3}{:>+9.3}", predicted - stayed);
        }
    }
    println!("mean distance by bin {:.3}", gap(&lines));
}

fn options(arguments: &[String]) -> io::Result<Options> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/development.csv");
    let mut options = Options {
        data: own,
        settings: Settings {
            target: "bad".to_owned(),
            bad: json!(1),
            special: Vec::new(),
            exclude: ["id", "as_of", "ID"].map(str::to_owned).to_vec(),
            selection: "none".to_owned(),
            seed: 1,
            threads: 2,
        },
        hidden: vec![1, 2, 4],
        redevelopments: 200,
    };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return Err(io::Error::other("an option without a value")) };
        let settings = &mut options.settings;
        match name.as_str() {
            "--data" => options.data = PathBuf::from(value),
            "--target" => settings.target.clone_from(value),
            "--bad" => settings.bad = scalar(value),
            "--special" => settings.special = value.split(',').map(scalar).collect(),
            "--exclude" => settings.exclude = value.split(',').map(str::to_owned).collect(),
            "--selection" => settings.selection.clone_from(value),
            "--hidden" => options.hidden = value.split(',').map(number).collect::<io::Result<_>>()?,
            "--redevelopments" => options.redevelopments = number(value)?,
            "--seed" => settings.seed = number(value)?,
            "--threads" => settings.threads = number(value)?,
            _ => return Err(io::Error::other("unknown option; see --help")),
        }
    }
    Ok(options)
}

fn scalar(text: &str) -> Value {
    text.parse::<f64>().map_or_else(|_| json!(text), |number| json!(number))
}

fn number<T: std::str::FromStr>(text: &str) -> io::Result<T> {
    text.parse().map_err(|_| io::Error::other("a whole number was expected"))
}
