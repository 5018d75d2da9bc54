//! One applicant: from the bare card to JSON in and out.

use crate::cards::{self, Inputs, Origin};
use crate::ledgers;
use crate::naive::NaiveCard;
use crate::report::{Figure, Unit};
use crate::timing::{seconds_per_call, seconds_per_call_on};
use kapix_core::{
    Control, Desk, DeskOptions, Engine, EngineOptions, Limits, Operation, Request, Response, Scalar,
    cashflow::features,
    credit::CreditScoreRequest,
    ledger::Ledger,
    scorecard::{Card, Input, InputSource},
};
use serde_json::Value;
use std::io;

/// Microseconds of the targets: without and with counterfactual, with a ledger, by JSON, by JSON with a ledger.
const SCORE_US: f64 = 1.0;
const COUNTERFACTUAL_US: f64 = 5.0;
const LEDGER_US: f64 = 300.0;
const JSON_US: f64 = 15.0;
const JSON_LEDGER_US: f64 = 1500.0;

/// Returns every figure of one applicant.
pub fn figures() -> io::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for origin in [Origin::Expert, Origin::Developed] {
        figures.extend(core(origin)?);
    }
    figures.extend(typed()?);
    figures.extend(desks()?);
    figures.push(reading()?);
    figures.extend(door()?);
    figures.extend(ledger()?);
    Ok(figures)
}

/// An engine with one card, and a request for it.
struct Case {
    engine: Engine,
    text: Vec<u8>,
    request: Request,
}

impl Case {
    fn new(origin: Origin, inputs: Inputs, request: &Value) -> io::Result<Self> {
        let artefact = serde_json::to_vec(&cards::artefact(origin, inputs))?;
        let engine = Engine::load(&[artefact], EngineOptions::default()).map_err(io::Error::other)?;
        let text = serde_json::to_vec(request)?;
        let limits = Limits::default();
        let request = Request::read(Operation::CreditScore, &text, &limits).map_err(io::Error::other)?;
        Ok(Self { engine, text, request })
    }

    /// Returns the request with or without explanation and counterfactual.
    fn request(&self, explain: bool, counterfactual: bool) -> Request {
        let mut request = self.request.clone();
        if let Request::CreditScore(it) = &mut request {
            (it.explain, it.counterfactual) = (explain, counterfactual);
        }
        request
    }

    fn points(&self, request: &Request) -> io::Result<i32> {
        let reply = self.engine.run(request, &Control::default()).map_err(io::Error::other)?;
        points(&reply.response)
    }
}

fn points(response: &Response) -> io::Result<i32> {
    match response {
        Response::CreditScore(response) => Ok(response.points),
        _ => Err(io::Error::other("a score was expected")),
    }
}

/// Fails unless both sides have the same points.
fn same(left: i32, right: i32, what: &str) -> io::Result<()> {
    if left == right {
        return Ok(());
    }
    Err(io::Error::other(format!("{what}: {left} and {right} points differ")))
}

fn micro(seconds: f64) -> f64 {
    1e6 * seconds
}

fn figure(name: &'static str, includes: &'static str, seconds: f64, target: Option<f64>) -> Figure {
    Figure { name, includes, unit: Unit::Microseconds, value: micro(seconds), target, beside: Vec::new() }
}

fn numbers(request: &Request) -> Vec<f64> {
    let Request::CreditScore(request) = request else { return Vec::new() };
    let values = request.features.iter().flatten().map(|(_, value)| match value {
        Scalar::Number(number) => *number,
        _ => f64::NAN,
    });
    values.collect()
}

/// Everything but the engine around the card.
fn core(origin: Origin) -> io::Result<[Figure; 2]> {
    let card = cards::card(origin, Inputs::Numbers)?;
    let case = Case::new(origin, Inputs::Numbers, &ledgers::named_request(0))?;
    let values = numbers(&case.request);
    let inputs: Vec<Input<'_>> = values.iter().map(|value| Input::Number(*value)).collect();
    let naive = NaiveCard::of(&card.body);
    let placed = card.place(&inputs, |_, _| String::new()).map_err(io::Error::other)?;
    same(placed.points, naive.score(values.iter().copied()).points, "card and floor")?;
    same(placed.points, case.points(&case.request)?, "card and engine")?;
    let floor = micro(seconds_per_call(|| naive.score(values.iter().copied())));
    let method = card.default_method();
    let score = |card: &Card, counterfactual: bool| {
        let slots = card.place(&inputs, |_, _| String::new());
        slots.map(|slots| {
            let outcome = (card.decision(slots.points), card.band(slots.points), card.pd(slots.points));
            let why = (card.reasons(&slots, method), card.weights(&slots), card.confidence(&slots));
            (outcome, why, if counterfactual { card.counterfactual(&slots) } else { None })
        })
    };
    let (plain, with) = match origin {
        Origin::Expert => ("card, expert", "card, expert, counterfactual"),
        Origin::Developed => ("card, developed", "card, developed, counterfactual"),
    };
    let includes = "20 inputs -> points, decision, band, PD, reasons, weights, confidence";
    let beside = vec![("plain Rust: points, PD, decision", floor)];
    let seconds = seconds_per_call(|| score(&card, false));
    let first = Figure { beside: beside.clone(), ..figure(plain, includes, seconds, Some(SCORE_US)) };
    let includes = "the same and the fewest changes to the next better decision";
    let seconds = seconds_per_call(|| score(&card, true));
    let second = Figure { beside, ..figure(with, includes, seconds, Some(COUNTERFACTUAL_US)) };
    Ok([first, second])
}

/// `Engine::run` on a typed request.
fn typed() -> io::Result<Vec<Figure>> {
    let case = Case::new(Origin::Developed, Inputs::Numbers, &ledgers::named_request(0))?;
    let incomplete = Case::new(Origin::Developed, Inputs::Numbers, &ledgers::named_request(2))?;
    let control = Control::default();
    let run = |case: &Case, explain: bool, counterfactual: bool| {
        let request = case.request(explain, counterfactual);
        seconds_per_call(|| case.engine.run(&request, &control))
    };
    Ok(vec![
        figure(
            "engine, no explanation",
            "typed request -> typed answer, no record",
            run(&case, false, false),
            None,
        ),
        figure(
            "engine, explained",
            "typed request -> typed answer with reasons, no record",
            run(&case, true, false),
            Some(SCORE_US),
        ),
        figure(
            "engine, counterfactual",
            "the same with counterfactual",
            run(&case, true, true),
            Some(COUNTERFACTUAL_US),
        ),
        figure(
            "engine, 2 of 20 inputs missing",
            "explained; confidence by conditional expectation (eigenvectors of 18 x 18)",
            run(&incomplete, true, false),
            None,
        ),
    ])
}

/// `Desk::run` on a typed request.
fn desks() -> io::Result<Vec<Figure>> {
    let case = Case::new(Origin::Developed, Inputs::Numbers, &ledgers::named_request(0))?;
    let request = case.request(true, true);
    let control = Control::default();
    let run = |record: bool, envelope: bool| {
        let desk = Desk::new(case.engine.clone(), DeskOptions { record, envelope, ..DeskOptions::default() });
        seconds_per_call_on(|| request.clone(), |request| desk.run(request, &control))
    };
    Ok(vec![
        figure("desk, no record", "typed, counterfactual; no record, no envelope", run(false, false), None),
        figure("desk, record", "typed, counterfactual; ids, canonical bytes, leaf", run(true, true), None),
    ])
}

/// The strict reading alone, beside reading without its checks.
fn reading() -> io::Result<Figure> {
    let case = Case::new(Origin::Developed, Inputs::Numbers, &ledgers::named_request(0))?;
    let limits = Limits::default();
    let loose: CreditScoreRequest = serde_json::from_slice(&case.text)?;
    if case.request != Request::CreditScore(Box::new(loose)) {
        return Err(io::Error::other("the readings differ"));
    }
    let seconds = seconds_per_call(|| Request::read(Operation::CreditScore, &case.text, &limits));
    let typed = seconds_per_call(|| serde_json::from_slice::<CreditScoreRequest>(&case.text));
    let value = seconds_per_call(|| serde_json::from_slice::<Value>(&case.text));
    let beside = vec![("serde_json alone, the same type", micro(typed)), ("serde_json::Value", micro(value))];
    Ok(Figure {
        beside,
        ..figure("request from JSON", "20 named values in JSON -> typed request", seconds, None)
    })
}

/// `Desk::call`: JSON in, JSON out, with record and envelope.
fn door() -> io::Result<Vec<Figure>> {
    let case = Case::new(Origin::Developed, Inputs::Numbers, &ledgers::named_request(0))?;
    let includes = "20 named values in JSON -> answer in JSON; counterfactual, record, envelope";
    Ok(vec![by_json(&case, "JSON to JSON", includes, JSON_US)?])
}

fn by_json(case: &Case, name: &'static str, includes: &'static str, target: f64) -> io::Result<Figure> {
    let desk = Desk::new(case.engine.clone(), DeskOptions::default());
    let control = Control::default();
    let call = || desk.call("credit.score", &case.text, &control);
    let reply = call();
    let answer: Value = serde_json::from_slice(&reply.body)?;
    let found = answer.get("points").and_then(Value::as_i64).and_then(|points| i32::try_from(points).ok());
    let found = found.ok_or_else(|| io::Error::other(String::from_utf8_lossy(&reply.body).into_owned()))?;
    same(found, case.points(&case.request)?, name)?;
    let seconds = seconds_per_call(call);
    let floor = seconds_per_call(|| {
        let request: Result<Value, _> = serde_json::from_slice(&case.text);
        (request.is_ok(), serde_json::to_vec(&answer).map(|bytes| bytes.len()).ok())
    });
    let beside = vec![("serde_json::Value, same bytes in and out", micro(floor))];
    Ok(Figure { beside, ..figure(name, includes, seconds, Some(target)) })
}

/// 1,000 transactions: ledger, features, score; typed and by JSON.
fn ledger() -> io::Result<Vec<Figure>> {
    let case = Case::new(Origin::Developed, Inputs::Cashflow, &ledgers::account_request())?;
    let card = cards::card(Origin::Developed, Inputs::Cashflow)?;
    let request = case.request(true, false);
    let Request::CreditScore(typed) = &request else { return Err(io::Error::other("not a score")) };
    same(by_hand(&card, typed)?, case.points(&request)?, "ledger, features and floor by hand, and engine")?;
    let control = Control::default();
    let (Some(data), Some(as_of)) = (&typed.data, typed.as_of) else {
        return Err(io::Error::other("no data"));
    };
    let limits = Limits::default();
    let alone = seconds_per_call(|| Ledger::build(data, as_of, &limits));
    let clone = micro(seconds_per_call(|| data.clone()));
    let seconds = seconds_per_call(|| case.engine.run(&request, &control));
    let beside = vec![("clone of the request's data", clone)];
    let scored = "typed request of 1,000 parsed transactions -> ledger, features, explained score";
    let written = "1,000 transactions in JSON -> answer in JSON; counterfactual, record, envelope";
    Ok(vec![
        Figure {
            beside: beside.clone(),
            ..figure("ledger of 1,000 transactions", "checks, order of days, balance chain", alone, None)
        },
        Figure { beside, ..figure("1,000 transactions, typed", scored, seconds, Some(LEDGER_US)) },
        by_json(&case, "1,000 transactions, JSON to JSON", written, JSON_LEDGER_US)?,
    ])
}

/// Points by the ledger, its features and the floor, without the engine.
fn by_hand(card: &Card, request: &CreditScoreRequest) -> io::Result<i32> {
    let (Some(data), Some(as_of)) = (&request.data, request.as_of) else {
        return Err(io::Error::other("a request with data was expected"));
    };
    let ledger = Ledger::build(data, as_of, &Limits::default()).map_err(io::Error::other)?;
    let features = features(&ledger);
    let values = card.inputs().map(|(_, _, source)| match source {
        InputSource::Cashflow(id) => features.value(*id).unwrap_or(f64::NAN),
        _ => f64::NAN,
    });
    Ok(NaiveCard::of(&card.body).score(values).points)
}
