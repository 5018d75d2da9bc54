//! The policy of `benches/policy.py` in the core: `policy JOB ANSWER`, as `benches/policy/worker.py` does in Python.

use kapix_benches::timing::{Whose, calibration_ns, cpu_seconds, seconds_per_call};
use kapix_core::frame::{Column, Frame};
use kapix_core::policy::{Evaluation, InputNumber, InputValue, Outcome, Policy, PolicyBody};
use kapix_core::time::Instant;
use kapix_core::{Control, Engine, EngineOptions, Limits, Operation, Request};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::{fs, io};

const AS_OF: &str = "2026-06-30T12:00:00Z";
const REPLAY_ROWS: u32 = 1_000_000;

type Applicant = BTreeMap<String, Value>;

#[derive(Deserialize)]
struct Job {
    document: Value,
    applicants: Vec<Applicant>,
    mutants: Vec<Applicant>,
    seconds: f64,
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(job), Some(answer)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other(
            "usage: policy JOB ANSWER, both as benches/policy.py writes and reads them",
        ));
    };
    let job: Job = serde_json::from_slice(&fs::read(job)?)?;
    let policy = load(job.document.get("body").cloned().unwrap_or_default())?;
    let text = |applicant: &Applicant| {
        json!({"as_of": AS_OF, "entity_id": "ent_1", "inputs": applicant}).to_string()
    };
    let texts: Vec<String> = job.applicants.iter().map(text).collect();
    let answers = texts.iter().map(|text| answered(&policy, text)).collect::<io::Result<Vec<Value>>>()?;
    let mutants = job.mutants.iter().map(|mutant| {
        let answer = answered(&policy, &text(mutant));
        answer.map_or_else(
            |_| json!("error: policy.input"),
            |answer| answer.get(0).cloned().unwrap_or_default(),
        )
    });
    let seconds = if job.seconds > 0.0 { seconds(&policy, &job, &texts)? } else { Value::Null };
    let found = json!({
        "answers": answers,
        "mutants": mutants.collect::<Vec<Value>>(),
        "seconds": seconds,
        "version": kapix_core::audit::ENGINE_VERSION,
    });
    fs::write(answer, serde_json::to_vec(&found)?)
}

/// Returns the CPU seconds of a decision by each door, and the rest of what is measured.
fn seconds(policy: &Policy, job: &Job, texts: &[String]) -> io::Result<Value> {
    let rows: Vec<Vec<f64>> = job.applicants.iter().map(|applicant| numbers(policy, applicant)).collect();
    let mut next = texts.iter().cycle();
    let json = seconds_per_call(|| next.next().map(|text| policy.evaluate_json(text)));
    Ok(json!({
        "calibration_ns": calibration_ns(),
        "typed": evaluations(policy, &rows)?,
        "json": json,
        "replay": replay(job)?,
        "tables": tables()?,
    }))
}

fn load(body: Value) -> io::Result<Policy> {
    let body: PolicyBody = serde_json::from_value(body)?;
    Policy::load(body, &Limits::default()).map_err(io::Error::other)
}

/// Returns outcome, rule, limit and queue.
fn answered(policy: &Policy, application: &str) -> io::Result<Value> {
    let text = policy.evaluate_json(application).map_err(io::Error::other)?;
    let answer: Value = serde_json::from_str(&text)?;
    let rule = answer.pointer("/matched_rules/0/rule").cloned().unwrap_or_else(|| json!(""));
    let limit = answer.pointer("/terms/limit").cloned().unwrap_or_else(|| json!(0));
    let queue = answer.pointer("/reasons/0/queue").cloned().unwrap_or_else(|| json!(""));
    Ok(json!([answer.get("outcome"), rule, limit, queue]))
}

fn numbers(policy: &Policy, applicant: &Applicant) -> Vec<f64> {
    let of = |name: &String| applicant.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
    policy.body.inputs.keys().map(of).collect()
}

/// Returns the CPU seconds of one decision of values that are numbers already.
fn evaluations(policy: &Policy, rows: &[Vec<f64>]) -> io::Result<f64> {
    let as_of = Instant::parse(AS_OF).map_err(io::Error::other)?;
    let mut evaluation = policy.evaluation(as_of).map_err(io::Error::other)?;
    let inputs: Vec<InputNumber> =
        policy.body.inputs.keys().filter_map(|name| evaluation.input(name)).collect();
    let mut next = rows.iter().cycle();
    Ok(seconds_per_call(|| next.next().map(|row| decide(&mut evaluation, &inputs, row))))
}

fn decide(evaluation: &mut Evaluation<'_>, inputs: &[InputNumber], row: &[f64]) -> (Outcome, usize) {
    for (input, value) in inputs.iter().zip(row) {
        if evaluation.set(*input, InputValue::Number(*value), None).is_err() {
            return (Outcome::Refer, 0);
        }
    }
    let outcome = evaluation.decide();
    (outcome, evaluation.matched().len())
}

/// Returns applications a second of `policy.replay` on one thread.
fn replay(job: &Job) -> io::Result<f64> {
    let engine =
        Engine::load(&[job.document.to_string()], EngineOptions::default()).map_err(io::Error::other)?;
    let names: Vec<&String> = job.applicants.first().map(|it| it.keys().collect()).unwrap_or_default();
    let values: Vec<Vec<f64>> = names
        .iter()
        .map(|name| {
            let all = job.applicants.iter().cycle().take(REPLAY_ROWS as usize);
            all.map(|it| it.get(*name).and_then(Value::as_f64).unwrap_or(f64::NAN)).collect()
        })
        .collect();
    let columns = names.iter().zip(&values).map(|(name, values)| ((*name).clone(), Column::float(values)));
    let frame = Frame::new(columns.collect(), engine.limits()).map_err(io::Error::other)?;
    let text = json!({"policy": job.document.get("id"), "as_of": AS_OF}).to_string();
    let request = Request::read(Operation::PolicyReplay, text.as_bytes(), engine.limits());
    let request = request.map_err(io::Error::other)?;
    let control = Control { threads: 1, ..Control::default() };
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = cpu_seconds(Whose::Process);
        engine.run_columns(&request, &frame, &control).map_err(io::Error::other)?;
        best = best.min(cpu_seconds(Whose::Process) - start);
    }
    Ok(f64::from(REPLAY_ROWS) / best)
}

/// Returns the CPU seconds of one decision by tables of several lengths: rows that tile score and age.
fn tables() -> io::Result<Vec<(u32, f64)>> {
    [10, 100, 1_000, 3_000, 100_000].into_iter().map(|rows| Ok((rows, of_table(rows)?))).collect()
}

fn of_table(rows: u32) -> io::Result<f64> {
    let bands = (1..=rows.isqrt()).rev().find(|bands| rows.is_multiple_of(*bands)).unwrap_or(1);
    let (low_width, high_width) = (1_000.0 / f64::from(bands), 1_000.0 / f64::from(rows / bands));
    let rules: Vec<Value> = (0..rows)
        .map(|row| {
            let (one, other) = (f64::from(row % bands) * low_width, f64::from(row / bands) * high_width);
            let cells = [
                format!("[{one}..{})", one + low_width),
                format!("[{other}..{})", other + high_width),
                ">= 0".to_owned(),
                "-".to_owned(),
            ];
            json!({"when": cells, "then": {"outcome": "approve"}})
        })
        .collect();
    let input = json!({"type": "number"});
    let policy = load(json!({
        "inputs": {"a": input, "b": input, "c": input, "d": input},
        "reasons": {},
        "steps": [{"table": {"name": "t", "hit": "first", "columns": ["a", "b", "c", "d"], "rules": rules}}],
    }))?;
    let rows: Vec<Vec<f64>> = kapix_benches::cards::numbers(7, 4_000, 1_000)
        .map(f64::from)
        .collect::<Vec<f64>>()
        .chunks(4)
        .map(<[f64]>::to_vec)
        .collect();
    evaluations(&policy, &rows)
}
