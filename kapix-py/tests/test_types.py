"""The generated files are up to date, and the types hold in a strict reading of a user's script."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

SCRIPT = '''
import kapix
engine = kapix.Engine.load(kapix.EXPERT_CARDS)
answer = engine.credit.score(entity_id="a", entity_type="individual", features={"x": 3.0})
points: int = answer.points
if answer.explanation is not None:
    code: str = answer.explanation.adverse_reasons[0].code
request: kapix.CreditScoreRequest = {"entity_id": "a", "entity_type": "sme", "features": {"x": None}}
kind: kapix.Decision = engine.credit.score(request).decision
total: int = int(engine.credit.score_batch({"x": [1.0]}, entity_type="individual").points.sum())
rows: int = engine.credit.score_batch(entity_type="individual", columns={"x": [1.0]}).rows
developed = engine.scorecard.develop({"x": [1.0], "bad": [1.0]}, target="bad", binning={"bins_max": 5}, threads=2)
kapix.Engine.load(developed.artefact)
fitted: int = developed.sample.development.rows
if developed.validation is not None and developed.validation.development.auc is not None:
    auc: float = developed.validation.development.auc.value
card: str = developed.to_json("artefact")
import datetime
now = datetime.datetime(2026, 6, 30, tzinfo=datetime.timezone.utc)
engine.credit.score(entity_id="a", entity_type="sme", as_of=now)
row: kapix.TransactionInput = {"at": now.date(), "amount_minor": 5}
held: tuple[kapix.SourceKey, ...] = engine.entity.put(entity_id="a", data={"bureau": {"no_record": True}}).held
engine.call("entity.forget", {"entity_id": "a"})
record = engine.record("aud_1")
proved: bool = record.verify()
said: tuple[str, str] = (record.audit_id, record.operation)
sealed: tuple[bytes | None, tuple[str, ...], str | None] = (record.request, record.parts, record.refused)
kapix.AuditRecord.from_json(record.to_json())
kept: kapix.Engine = kapix.Engine.open("kapix.db", kapix.EXPERT_CARDS, durability="os", tenant="lender-7")
bank = kapix.read_transactions("bank.csv", kind="current")
both: kapix.Together = bank + kapix.read_transactions(b"...", kind="mobile_money")
engine.credit.score(entity_id="a", entity_type="individual", **both)
'''
WRONG = '''
import kapix
engine = kapix.Engine.load(kapix.EXPERT_CARDS)
engine.credit.score(entity_id="a", entity_type="person")
engine.credit.score(entity_id="a")
engine.credit.score(entity_id=5, entity_type="sme")
answer = engine.credit.score(entity_id="a", entity_type="sme")
answer.points = 5
answer.nothing
text: str = answer.points
engine.scorecard.develop({"x": [1.0]})
engine.scorecard.develop({"x": [1.0]}, target="x", stage="half")
import datetime
engine.credit.score(entity_id="a", entity_type="sme", as_of=datetime.date(2026, 6, 30))
'''


def mypy(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    path = folder / "script.py"
    path.write_text(script)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file=", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_a_strict_script_passes_and_each_mistake_is_found(tmp_path: Path) -> None:
    good = mypy(tmp_path, SCRIPT)
    assert good.returncode == 0, good.stdout
    wrong = mypy(tmp_path, WRONG)
    lines = {line.split(":")[1] for line in wrong.stdout.splitlines() if ": error:" in line}
    assert lines == {"4", "5", "6", "8", "9", "10", "11", "12", "14"}, wrong.stdout


def test_the_readme_passes_but_for_the_call_that_it_shows_to_fail(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    text = "\n".join(blocks)
    checked = mypy(tmp_path, text)
    places = [int(line.split(":")[1]) for line in checked.stdout.splitlines() if ": error:" in line]
    assert [text.splitlines()[place - 2].strip() for place in places] == ["try:"], checked.stdout


def test_the_generated_files_are_those_of_the_schemas() -> None:
    schemas = subprocess.run([ROOT.parent / "scripts" / "schemas.sh"], capture_output=True, check=True).stdout
    script = [sys.executable, str(ROOT / "scripts" / "generate_types.py"), "--check"]
    checked = subprocess.run(script, input=schemas, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr.decode()
