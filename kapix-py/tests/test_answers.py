"""Answers print a few lines, in a notebook as a table, and are values: they compare, copy and pickle."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest
from conftest import AS_OF, CARD, REQUEST, card, numeric

import kapix

EXAMPLES = Path(__file__).parents[2] / "examples"
KENYA = json.loads((EXAMPLES / "data" / "kenya_salaried.json").read_text(encoding="utf-8"))
LOAN = json.loads((EXAMPLES / "loan.json").read_text(encoding="utf-8"))
ROWS = 400
X = numpy.arange(ROWS) % 40 / 10.0
BAD = numpy.array([1.0 if (7 * row) % 11 < 4 - x else 0.0 for row, x in enumerate(X)])


@pytest.fixture(scope="module")
def answers() -> dict[str, kapix.Answer]:
    engine = kapix.Engine.load(card([numeric("x", missing=3)]), clock=AS_OF)
    expert = kapix.Engine.load(kapix.EXPERT_CARDS)
    lender = kapix.Engine.load([kapix.EXPERT_CARDS, kapix.EXAMPLE_POLICIES])
    traced: Any = {**LOAN, "trace": True}
    analyzed = {name: KENYA[name] for name in ("as_of", "data", "entity_id") if name in KENYA}
    return {
        "artefact.check": engine.artefact.check(artefact={"kapix": 1, "kind": "other"}),
        "cashflow.analyze": expert.cashflow.analyze(**{"entity_id": "a", **analyzed}),
        "credit.score": expert.credit.score(KENYA),
        "engine.describe": expert.describe(),
        "policy.check": lender.policy.check(policy="nano_loan_ke"),
        "policy.run": lender.policy.run(traced),
        "scorecard.develop": engine.scorecard.develop({"x": X, "bad": BAD}, target="bad"),
        "scorecard.evaluate": engine.scorecard.evaluate({"x": X, "bad": BAD}, target="bad", entity_type="individual"),
    }


def parts(value: Any) -> Iterator[kapix.Record]:
    """Returns every struct inside a value."""
    if isinstance(value, kapix.Record):
        yield value
        for name, kind in vars(type(value)).items():
            if isinstance(kind, property):
                yield from parts(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)
    elif hasattr(value, "values"):
        for item in value.values():
            yield from parts(item)


def test_every_answer_prints_a_few_lines(answers: dict[str, kapix.Answer]) -> None:
    for operation, answer in answers.items():
        told = repr(answer)
        assert told == str(answer) and told.startswith(f"{type(answer).__name__}: "), operation
        assert 2 <= len(told.splitlines()) <= 9 and max(map(len, told.splitlines())) <= 125, told
        for part in parts(answer):
            assert len(repr(part)) <= 1200, repr(part)


def test_a_score_prints_what_was_decided_and_why(answers: dict[str, kapix.Answer]) -> None:
    answer: Any = answers["credit.score"]
    told = repr(answer).splitlines()
    assert told[0] == f"CreditScoreResponse: {answer.decision}, {answer.points} points, band {answer.risk_band}"
    lines = dict(line.strip().split("  ", 1) for line in told[1:])
    lines = {name: text.strip() for name, text in lines.items()}
    assert lines["card"] == f"{answer.card.id}@{answer.card.version}"
    assert lines["pd"] == f"null, {answer.null_reasons['/pd']}"
    assert lines["explanation.favourable_reasons"].startswith(f"{answer.explanation.favourable_reasons[0].code} +")
    assert lines["audit_id"] == answer.audit_id
    against = kapix.Engine.load(CARD, clock=AS_OF).credit.score(REQUEST)
    words = [line.split() for line in repr(against).splitlines()]
    assert ["explanation.adverse_reasons", "R1", "-80.0"] in words
    assert ["explanation.favourable_reasons", "R1", "+40.0,", "R2", "+20.0"] in words
    customer = kapix.Engine.load(CARD, clock=AS_OF).credit.score({**REQUEST, "audience": "customer"})
    assert ["explanation.adverse_reasons", "R1"] in [line.split() for line in repr(customer).splitlines()]


def test_what_a_line_shows_is_behind_its_name(answers: dict[str, kapix.Answer]) -> None:
    shown: list[Any] = [*answers.values()]
    missing: Any = {**REQUEST, "features": {"x": None}}
    shown.append(kapix.Engine.load(card([numeric("x", missing=3)]), clock=AS_OF).credit.score(missing))
    shown.append(kapix.Engine.load(card([numeric("x")])).credit.score_batch({"x": X, "y": X}, entity_type="individual"))
    record = kapix.Engine.load(CARD, clock=AS_OF)
    shown.append(record.record(record.credit.score(REQUEST).audit_id or ""))
    shown.append(kapix.read_transactions(EXAMPLES / "data" / "bank_statement.csv"))
    for answer in shown:
        for line in repr(answer).splitlines()[1:]:
            name = line.split()[0]
            assert eval(f"answer.{name}") is not None or name == "pd", line


def test_what_is_missing_and_what_is_too_old_is_printed_with_its_reason() -> None:
    engine = kapix.Engine.load(kapix.EXPERT_CARDS, clock="2026-07-20T00:00:00Z")
    rows = [{"at": f"2026-{month:02}-{day:02}", "amount_minor": 500 - 30 * day} for month in range(1, 7) for day in (1, 10, 20)]
    account = {"account_id": "a", "currency": "KES", "kind": "current", "transactions": rows}
    request: Any = {"entity_id": "a", "data_sources": ["bank"], "data": {"bank": {"accounts": [account]}}}
    individual: Any = {**request, "entity_type": "individual"}
    told = repr(engine.credit.score(individual))
    assert "(no_balances), " in told and "\n  missing_inputs " in told
    assert "INPUT_STALE" in told
    assert "The data end `30` days before `as_of`, `7` at most. Bring newer data or state `retrieved_at`." in told
    assert "(no_balances), " in repr(engine.cashflow.analyze(request))


def test_a_decision_prints_its_reasons_and_a_notebook_shows_its_tables_as_tables(answers: dict[str, kapix.Answer]) -> None:
    loan: Any = answers["policy.run"]
    told = [line.split(maxsplit=1) for line in repr(loan).splitlines()]
    assert told[0] == ["PolicyRunResponse:", "decline"]
    lines = {name: text for name, text in told[1:]}
    assert lines["policy"] == "nano_loan_ke@1.0.0"
    assert lines["reasons[0]"] == "ABOVE_LIMIT_NOW: The amount is above what we lend you now."
    assert lines["matched_rules"].startswith("decision.good, tier.one_or_two, price.base")
    assert lines["counter_offer"] == f"KES {loan.counter_offer.amount_minor / 100:,.2f}"
    page = loan._repr_html_()
    assert page.count("<table>") == 1 + len(loan.trace) and page.startswith("<table><caption>PolicyRunResponse: decline")
    decision = next(table for table in loan.trace if table.table == "decision")
    grid = decision._repr_html_().split("<table>")[-1]
    assert "<th>row</th><th>result</th><th>share = 0.2</th><th>account.points = " in grid
    assert "<tr><td>heavy</td><td>failed</td><td>&gt; 0.5 failed</td><td></td><td></td></tr>" in grid
    assert "<tr><td>good</td><td>matched</td><td></td><td></td><td></td></tr>" in grid


def test_a_check_of_a_policy_prints_its_cases_and_what_was_found(answers: dict[str, kapix.Answer]) -> None:
    check: Any = answers["policy.check"]
    told = repr(check).splitlines()
    assert told[0] == "PolicyCheckResponse: valid" and f"  tests   {len(check.tests)} passed" in told
    assert "  tables  4: nothing found" in told and "  tables  gaps knock_outs 1: nothing is approved by them" in told
    page = check._repr_html_()
    assert "<caption>tests</caption>" in page and "<caption>knock_outs: what was found</caption>" in page
    assert "<td>gap</td>" in page and "<th>monthly_income</th>" in page


def test_a_portfolio_prints_its_rates_and_a_difference_its_swaps() -> None:
    text = kapix.EXAMPLE_POLICIES
    stricter = text.replace('version: "1.0.0"', 'version: "1.0.1"').replace('["> 0.5", "-", "-"]', '["> 0.3", "-", "-"]')
    engine = kapix.Engine.load([kapix.EXPERT_CARDS, text, stricter])
    dated = {"identity_verified": True, "monthly_income": 6_000_000, "owed_here": 0, "defaults_elsewhere": 0, "bureau_score": 640}
    columns: dict[str, list[Any]] = {"age": [34, 17, 34], "requested": [500_000, 500_000, 2_400_000]}
    for name, value in dated.items():
        columns.update({name: [value] * 3, f"{name}@at": ["2026-06-20"] * 3})
    columns["owed_here@at"] = ["2026-06-30"] * 3
    columns.update({"account.points": [655] * 3, "account.referred": [False] * 3})
    stated: Any = {"policy": "nano_loan_ke@1.0.0", "as_of": "2026-06-30T12:00:00Z"}
    replayed = engine.policy.replay(columns, **stated)
    told = repr(replayed).splitlines()
    assert told[0] == "PolicyReplayResponse: 3 applications decided"
    # A list cannot come as a column: the loans before are missing, and nothing is approved.
    assert "  rates     approved 0.0%, referred 66.7%, declined 33.3%" in told and "  absent    late_days" in told
    assert "<caption>rows of tables</caption>" in replayed._repr_html_()
    assert "<td>knock_outs</td><td>minor</td><td>1</td>" in replayed._repr_html_()
    other = repr(engine.policy.diff(columns, **stated, other="nano_loan_ke@1.0.1")).splitlines()
    assert "  tables                 decision 4" in other
    assert "  portfolio.swaps        refer to decline 1" in other


def test_a_development_prints_its_sample_and_its_measures(answers: dict[str, kapix.Answer]) -> None:
    told = repr(answers["scorecard.develop"])
    assert "card " in told and f"{ROWS} rows" in told and "AUC" in told and "development 0." in told


def test_what_an_engine_holds_is_printed(answers: dict[str, kapix.Answer]) -> None:
    told = repr(answers["engine.describe"])
    assert f"kapix {kapix.__version__}" in told and "artefact.check" in told and "expert_" in told


def test_a_record_prints_no_body() -> None:
    engine = kapix.Engine.load(CARD, clock=AS_OF)
    answer = engine.credit.score(REQUEST)
    record = engine.record(answer.audit_id or "")
    told = repr(record)
    assert told.startswith(f"AuditRecord: {answer.audit_id}\n") and "credit.score" in told
    assert "applicant-1" not in told and "features, request, response" in told and len(told) < 400
    assert "<table>" in record._repr_html_()
    assert (record.audit_id, record.operation, record.seq) == (answer.audit_id, "credit.score", 0)
    assert record.recorded_at == answer.recorded_at
    assert pickle.loads(pickle.dumps(record)) == record and copy.deepcopy(record) == record and {record: 1}[record] == 1
    with pytest.raises(AttributeError):
        record.leaf = b""  # type: ignore[misc]


def test_a_table_of_a_notebook_escapes_every_text() -> None:
    engine = kapix.Engine.load(CARD, clock=AS_OF)
    evil = "<script>&\"'"
    answer = engine.artefact.check(artefact={"kapix": 1, "kind": "scorecard", evil: 1})
    analyzed = engine.cashflow.analyze({"as_of": KENYA["as_of"], "data": KENYA["data"], "entity_id": evil})
    for one in (answer, analyzed, *answer.problems):
        told = one._repr_html_()
        assert told.startswith("<table>") and "<script" not in told
    assert "&lt;script&gt;&amp;" in analyzed._repr_html_()


def test_answers_are_equal_by_content(answers: dict[str, kapix.Answer]) -> None:
    for answer in answers.values():
        again = type(answer)(answer._source)
        assert again == answer and not again != answer
        assert answer != answers["engine.describe"] or answer is answers["engine.describe"]
        with pytest.raises(TypeError):
            hash(answer)
        for part in parts(answer):
            assert part == copy.deepcopy(part) and part != answer or part is answer
    assert answers["credit.score"] != answers["credit.score"].to_dict()


def test_a_batch_is_equal_and_pickles_with_its_columns() -> None:
    engine = kapix.Engine.load(card([numeric("x", missing=3)]), clock=AS_OF, envelope=False)
    first, again, other = (
        engine.credit.score_batch({"x": values}, entity_type="individual") for values in (X, X.copy(), X[::-1])
    )
    assert first == again and first != other and first.to_dict() == other.to_dict()
    back = pickle.loads(pickle.dumps(first))
    assert back == first and back != other and (back.points == first.points).all() and type(back) is kapix.CreditScoreBatchResponse
    # NaN of the same place is the same.
    assert numpy.isnan(first.pd).all() and copy.deepcopy(first) == first


def test_answers_copy_and_pickle(answers: dict[str, kapix.Answer]) -> None:
    for answer in answers.values():
        assert copy.copy(answer) == answer and copy.deepcopy(answer) == answer
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            back = pickle.loads(pickle.dumps(answer, protocol))
            assert type(back) is type(answer) and back == answer and back.to_json() == answer.to_json()
            assert back.to_dict() == answer.to_dict() and repr(back) == repr(answer)
        for part, same in zip(parts(answer), parts(back)):
            assert type(part) is type(same) and part == same
        for part in list(parts(answer))[:40]:
            assert pickle.loads(pickle.dumps(part)) == part


def test_a_replay_prints_how_many_applications_could_not_be_decided() -> None:
    lender = kapix.Engine.load([kapix.EXPERT_CARDS, kapix.EXAMPLE_POLICIES], clock="2026-06-30T12:00:00Z")
    columns: Any = {
        "age": [34.5, 34.0], "requested": [300_000.0, 300_000.0], "account.points": [600.0, 600.0],
        "account.referred": [False, False], "nobody_reads": [1.0, 2.0],
    }
    told = repr(lender.policy.replay(columns, policy="nano_loan_ke"))
    assert told.splitlines()[0] == "PolicyReplayResponse: 1 applications decided"
    words = [line.split(maxsplit=1) for line in told.splitlines()]
    assert ["statuses", "not decided: policy.input 1"] in words and ["unused", "nobody_reads"] in words


def test_a_replay_takes_lists_as_text_and_tells_truth_values_from_texts() -> None:
    lender = kapix.Engine.load([kapix.EXPERT_CARDS, kapix.EXAMPLE_POLICIES], clock="2026-06-30T12:00:00Z")
    truths = [True, False, None]
    columns: Any = {
        "age": [34, 34, 34], "identity_verified": truths, "identity_verified@at": ["2026-06-29"] * 3, "requested": [250_000] * 3,
        "monthly_income": [2_000_000] * 3, "monthly_income@at": ["2026-06-15"] * 3, "owed_here": [0] * 3, "owed_here@at": ["2026-06-30"] * 3,
        "late_days": ["[]", "[0, 45]", "[]"], "defaults_elsewhere": [0] * 3, "defaults_elsewhere@at": ["2026-06-20"] * 3,
        "account.points": [655] * 3, "account.referred": [False] * 3,
    }
    for verified in (truths, numpy.ma.masked_array([True, False, True], [False, False, True]), pandas.Series(truths, dtype="boolean")):
        answer = lender.policy.replay({**columns, "identity_verified": verified}, policy="nano_loan_ke")
        assert list(answer.outcome) == ["approve", "decline", "refer"] and list(answer.reason) == [None, "IDENTITY", "MISSING_INPUT"]
    with pytest.raises(kapix.ValidationError) as refused:
        lender.policy.replay({**columns, "identity_verified": ["true", "false", None]}, policy="nano_loan_ke")
    assert (refused.value.cause, refused.value.fields) == ("frame.column_type", ("/columns/identity_verified",))


def test_what_a_run_was_asked_beside_the_decision_is_printed() -> None:
    lender = kapix.Engine.load([kapix.EXPERT_CARDS, kapix.EXAMPLE_POLICIES], clock="2026-06-30T12:00:00Z")
    request: Any = {
        "entity_id": "ent_1", "policy": "nano_loan_ke", "counterfactual": True, "inputs": {"age": 17},
        "shadows": ["nano_loan_ke", "nobody"], "split": {"salt": "s", "challengers": [{"policy": "nano_loan_ke", "share": 0.2}]},
    }
    answer = lender.policy.run(request)
    told = repr(answer)
    assert "nano_loan_ke decline, nobody artefact.not_found" in told
    assert answer.arm is not None and f"{answer.arm.role}, " in told and "/counterfactual" in told
