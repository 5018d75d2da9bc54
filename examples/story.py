"""The loan story in Python: transactions in; points, reasons, the rows behind a number and the record out; then a loan
decided by a policy, with its reasons.

    python examples/story.py [REQUEST.json]

The card was developed by `develop.py`.
"""

import hashlib
import json
import sys
from pathlib import Path

import kapix

HERE = Path(__file__).parent


def tell(path: Path) -> str:
    engine = kapix.Engine.load(HERE / "developed_card.json")
    request = json.loads(path.read_text(encoding="utf-8"))
    answer = engine.credit.score(request)
    why = answer.explanation

    lines = [f"{answer.decision} with {answer.points} points, band {answer.risk_band}"]
    lines.append(f"probability of default: {answer.pd:.4f}")
    total = why.base_points
    for part in why.characteristics:
        total += part.points
        lines.append(f"{part.points:+d} {part.feature}: {part.attribute}")
    lines.append(f"{total} in all, {why.base_points} of them base points")
    for reason in why.adverse_reasons:
        lines.append(f"against: {reason.code} {reason.points:+.1f}")
    if why.counterfactual is not None:
        for move in why.counterfactual.moves:
            lines.append(f"to {why.counterfactual.decision}: {move.feature} {move.to}")
    for name, selected in why.selections.items():
        rows = sum(last - first + 1 for part in selected for first, last in part.rows)
        lines.append(f"rows behind {name}: {rows}")
    record = engine.record(answer.audit_id)
    lines.append(f"on record: {hashlib.sha256(record.response).hexdigest()}")
    return "\n".join(lines + decide()) + "\n"


def decide() -> list[str]:
    """Returns how a policy decides a loan, and why."""
    engine = kapix.Engine.load([kapix.EXPERT_CARDS, kapix.EXAMPLE_POLICIES])
    loan = engine.policy.run(json.loads((HERE / "loan.json").read_text(encoding="utf-8")))
    lines = [f"loan under {loan.policy.id}: {loan.outcome}"]
    lines += [f"because {reason.code}: {reason.text}" for reason in loan.reasons]
    lines += [f"by row {row.table}.{row.rule}" for row in loan.matched_rules]
    if loan.counter_offer is not None:
        lines.append(f"counter-offer: {loan.counter_offer.amount_minor} minor units")
    return lines


if __name__ == "__main__":
    default = HERE / "data" / "nigeria_trader.json"
    sys.stdout.write(tell(Path(sys.argv[1]) if len(sys.argv) > 1 else default))
