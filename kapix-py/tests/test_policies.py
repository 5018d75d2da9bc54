"""What answers of policies print: amounts, steps, groups, swaps and pages."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import kapix
from kapix import _summary
from kapix._money import DECIMALS, amount

ROOT = Path(__file__).parents[2]
LOAN: Any = json.loads((ROOT / "examples" / "loan.json").read_text(encoding="utf-8"))
AS_OF = "2026-06-30T12:00:00Z"

POLICY = """
kapix: 1
kind: policy
id: loans
version: "1"
provenance: {owner: me, purpose: to test, population: nobody, limitations: not for use, status: draft}
body:
  currency: KES
  inputs:
    age: {type: integer, min: 0, max: 120}
    amount: {type: money, min: 1}
  reasons: {UNDERAGE: {texts: {en: "You are younger than 18."}}}
  steps:
    - table:
        name: rules
        hit: first
        columns: [age]
        rules:
          - {id: minor, when: ["< 18"], then: {outcome: decline, reason: UNDERAGE}}
          - {id: good, when: [">= 18"], then: {outcome: approve}}
  offer: {requested: amount}
"""


def lines(answer: object) -> dict[str, str]:
    """Returns what an answer prints, by the names of its lines."""
    return {name: text.strip() for name, _, text in (line.strip().partition("  ") for line in repr(answer).splitlines()[1:])}


@pytest.fixture(scope="module")
def lender() -> kapix.Engine:
    return kapix.Engine.load([POLICY, POLICY.replace('version: "1"', 'version: "2"').replace("18", "21")], clock=AS_OF)


def test_amounts_have_the_decimals_of_their_currency() -> None:
    written = [(1_000_000, "KES"), (-5, "KES"), (0, "KES"), (1_234_567, "UGX"), (1_234_567, "KWD"), (12_345, "CLF")]
    told = ["KES 10,000.00", "KES -0.05", "KES 0.00", "UGX 1,234,567", "KWD 1,234.567", "CLF 1.2345"]
    assert [amount(*one) for one in written] == told and amount(1_500, None) == "1,500 minor units"
    table = (ROOT / "kapix-core" / "src" / "money" / "iso4217.rs").read_text(encoding="utf-8")
    of_core = {code: int(decimals) for code, decimals in re.findall(r'b"([A-Z]{3})", (\d)', table) if decimals != "2"}
    assert of_core == DECIMALS


def test_a_decision_prints_its_amount(lender: kapix.Engine) -> None:
    run = lender.policy.run(policy="loans@1", entity_id="a", inputs={"age": 34, "amount": 1_000_000})
    assert lines(run)["approved_amount_minor"] == "KES 10,000.00"


def test_a_step_without_a_result_is_printed_once_with_its_cause() -> None:
    engine = kapix.Engine.load([kapix.EXPERT_CARDS, kapix.EXAMPLE_POLICIES])
    request: Any = {name: value for name, value in LOAN.items() if name != "applicant"}
    run: Any = engine.policy.run(request)
    assert run.steps[0].error is not None
    told = lines(run)
    cause = run.steps[0].error["cause"]
    assert told["steps[0]"].startswith(f"{run.steps[0].name}: {cause}: "), told
    assert told["reasons[0]"].startswith(f"STEP_REFUSED ({run.steps[0].name}): "), told
    step = SimpleNamespace(name="s", error=None, missing=("/pionts",), doubt=None, referred=False)
    assert _summary._step(step) == "s: its answer does not have /pionts"
    assert _summary._step(SimpleNamespace(name="s", error=None, missing=None, doubt=None, referred=True)) == "s referred the application itself"


def test_a_portfolio_shows_its_groups_what_was_observed_and_its_instant(lender: kapix.Engine) -> None:
    columns: dict[str, list[Any]] = {"age": [34, 17, 40, 50, 16], "amount": [100] * 5, "town": ["a", "a", "b", "b", "b"], "bad": [1, 0, 0, 0, None]}
    # One name is a list of one, not a list of letters.
    replay = lender.policy.replay(columns, policy="loans@1", group_by="town", observed="bad")
    assert [one.value for one in replay.groups or ()] == ["a", "b"]
    assert replay.groups == lender.policy.replay(columns, policy="loans@1", group_by=["town"], observed="bad").groups
    assert lines(replay)["as_of"] == AS_OF
    page = replay._repr_html_()
    assert "<caption>rates</caption>" in page and "<th>bad rate of approved</th>" in page and "<th>impact ratio</th>" in page
    assert "<td>town a</td><td>2</td><td>50.0%</td>" in page and "<td>33.3% of 3</td>" in page and "<td>0.75</td>" in page
    assert "rates={approval_rate=0.5, approved=1, " in repr((replay.groups or ())[0])


def test_a_difference_says_that_nothing_differs_and_shows_new_declines_first(lender: kapix.Engine) -> None:
    same = lender.policy.diff(policy="loans@1", other="loans@1")
    assert repr(same).splitlines()[0] == "PolicyDiffResponse: nothing differs: both are one document"
    columns = {"age": [34, 50], "amount": [100, 100]}
    alike = lender.policy.diff(columns, policy="loans@1", other="loans@2")
    assert "no application has another outcome" in repr(alike) and lines(alike)["portfolio.swaps"].startswith("none: ")
    moved = lender.policy.diff({**columns, "age": [34, 19]}, policy="loans@1", other="loans@2")
    assert lines(moved)["portfolio.swaps"] == "approve to decline 1"
    kinds = ("approve", "refer", "decline", None)
    swaps = [SimpleNamespace(from_=one, to=other, rows=9) for one in kinds for other in kinds if one != other]
    swaps[1].rows = 1
    assert (swaps[1].from_, swaps[1].to) == ("approve", "decline")
    reference = SimpleNamespace(id="a", version="1", sha256="1")
    rates = SimpleNamespace(approval_rate=None, referral_rate=None, decline_rate=None)
    portfolio = SimpleNamespace(swaps=swaps, rates=rates, other_rates=rates)
    fake = SimpleNamespace(policy=reference, other=SimpleNamespace(**{**vars(reference), "sha256": "2"}), documents=(), tables=(), portfolio=portfolio, audit_id=None)
    told = dict(_summary._policy_diff(fake)[1])["portfolio.swaps"]
    assert told.startswith("approve to decline 1, ") and "more" not in told and told.count(" to ") == len(swaps)


def test_a_page_is_shown_whole_in_a_notebook_and_runs_nothing(lender: kapix.Engine) -> None:
    page = lender.policy.explain(policy="loans@1", format="html")
    shown = page._repr_html_()
    assert shown.count("<iframe sandbox ") == 1 and "<script" not in shown
    assert html.unescape(shown.split('srcdoc="')[1].split('"')[0]) == page.text
    told = lender.policy.explain(policy="loans@1")._repr_html_()
    assert "<pre " in told and html.escape("# Policy `loans@1`") in told
