"""The loan story in Python: transactions in; points, reasons, the rows behind a number and the record out.

    python examples/story.py [REQUEST.json]
"""

import hashlib
import json
import sys
from pathlib import Path

import kapix


def tell(path: Path) -> str:
    engine = kapix.Engine.load(kapix.EXPERT_CARDS)
    request = json.loads(path.read_text(encoding="utf-8"))
    answer = engine.credit.score(request)
    why = answer.explanation

    lines = [f"{answer.decision} with {answer.points} points, band {answer.risk_band}"]
    total = why.base_points
    for part in why.characteristics:
        total += part.points
        lines.append(f"{part.points:+d} {part.feature}: {part.attribute}")
    lines.append(f"{total} in all, {why.base_points} of them base points")
    for reason in why.adverse_reasons:
        lines.append(f"against: {reason.code} {reason.points:+.0f}")
    for name, selected in why.selections.items():
        rows = sum(last - first + 1 for part in selected for first, last in part.rows)
        lines.append(f"rows behind {name}: {rows}")
    record = engine.record(answer.audit_id)
    lines.append(f"on record: {hashlib.sha256(record.response).hexdigest()}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    default = Path(__file__).parent / "data" / "nigeria_trader.json"
    sys.stdout.write(tell(Path(sys.argv[1]) if len(sys.argv) > 1 else default))
