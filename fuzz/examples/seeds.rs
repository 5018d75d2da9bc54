//! Writes the requests and artefacts of the vectors as seeds: `cargo run --manifest-path fuzz/Cargo.toml --example seeds`.

#[path = "../../kapix-core/tests/vectors/run.rs"]
#[expect(dead_code, reason = "seeds are read, not run")]
mod run;

use std::io::Error;
use std::path::Path;
use std::{env, fs};

/// Operations and the targets that their requests feed.
const TARGETS: [(&str, &str); 5] = [
    ("artefact.check", "artefact_check"),
    ("cashflow.analyze", "cashflow_analyze"),
    ("credit.score", "credit_score"),
    ("credit.score_batch", "credit_score_batch"),
    ("scorecard.develop", "scorecard_develop"),
];

const CSV: &str = "at,amount,type,balance,description,counterparty,category,id,status\n\
                   2026-03-28,-1250.50,debit,100.00,\"Rent, March\",Landlord,,t-1,posted\n\
                   2026-03-29T08:00:00+03:00,9.99,credit,,,,loan,,pending\n";
const BANK: &str = "Invented Bank;;;\nCurrency;KES;;\nDate;D\u{e9}tails;Debit;Credit\n28/03/2026;Rent;1.250,50;\n\
                    29-Mar-26 10:05;\"Pay\";;KSh 40.000,00\nTotal;;1.250,50;40.000,00\n";
const PLAID: &str = r#"[{"added":[{"transaction_id":"a","account_id":"A","date":"2026-03-01","amount":-12.5,
    "iso_currency_code":"USD","pending":true}],"removed":[{"transaction_id":"b"}],"has_more":true}]"#;
const MPESA: &str = r#"[{"Receipt No.":"UA1","Completion Time":"2026-03-02 00:30:00","Paid In":"","Withdrawn":"-1,300.00",
    "Balance":"1,200.00","Transaction Status":"Completed"}]"#;

const POLICIES: [(&str, &str); 3] = [
    ("instalment_loan_za", include_str!("../../kapix-core/artefacts/instalment_loan_za.yaml")),
    ("nano_loan_ke", include_str!("../../kapix-core/artefacts/nano_loan_ke.yaml")),
    ("sme_working_capital_ng", include_str!("../../kapix-core/artefacts/sme_working_capital_ng.yaml")),
];
const EXPRESSIONS: [&str; 3] = [
    "if b then m else floor(m * 0.3, -2)\n> n\n(0..1]",
    "count(ns[item > 1]) + sum(ns)\n\"a\", \"b\"\nnot(\"a\")",
    "date(\"2026-01-31\") + duration(\"P30D\")\n> date(\"2026-01-01\")",
];

fn main() -> Result<(), Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = root.join("corpus");
    let vectors = run::read_folder(&root.join("../kapix-core/tests/vectors")).map_err(Error::other)?;
    for vector in &vectors {
        let name = vector.path.replace('/', "-");
        let known = TARGETS.iter().find(|(operation, _)| *operation == vector.document.operation);
        for target in known.map(|(_, target)| *target).into_iter().chain(["canonical"]) {
            write(&corpus.join(target), &name, &vector.request_text())?;
        }
        for artefact in &vector.artefacts {
            write(&corpus.join("artefact_load"), &name, artefact)?;
        }
    }
    write(&corpus.join("aggregator"), "mpesa.json", MPESA)?;
    write(&corpus.join("aggregator"), "plaid.json", PLAID)?;
    for (number, text) in EXPRESSIONS.iter().enumerate() {
        write(&corpus.join("expression"), &format!("{number}.txt"), text)?;
    }
    for (name, text) in POLICIES {
        write(&corpus.join("yaml"), name, text)?;
        let document: serde_json::Value = serde_saphyr::from_str(text).map_err(Error::other)?;
        let body = document.get("body").map(ToString::to_string).unwrap_or_default();
        write(&corpus.join("policy"), name, &body)?;
    }
    write(&corpus.join("csv"), "bank.csv", BANK)?;
    write(&corpus.join("csv"), "rows.csv", CSV)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Error> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(name), text)
}
