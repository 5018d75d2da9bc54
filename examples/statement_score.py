"""From the file of a bank to a decision: reads a statement, shows how it was read, and scores it.

    python examples/statement_score.py [FILE]
"""

import sys
from pathlib import Path

import kapix

FILE = Path(__file__).parent / "data" / "bank_statement.csv"


def tell(file: Path) -> str:
    read = kapix.read_transactions(file, kind="current")
    last = read.days[1] if read.days else None
    engine = kapix.Engine.load(kapix.EXPERT_CARDS)
    answer = engine.credit.score(entity_id="1", entity_type="individual", as_of=f"{last}T18:00:00Z", **read)
    lines = [repr(read), f"{answer.decision} with {answer.points} points, band {answer.risk_band}"]
    for reason in answer.explanation.favourable_reasons:
        lines.append(f"for: {reason.code} {reason.points:+.1f}")
    for reason in answer.explanation.adverse_reasons:
        lines.append(f"against: {reason.code} {reason.points:+.1f}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(tell(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE))
