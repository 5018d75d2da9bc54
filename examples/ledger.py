"""Decisions that stay: open a store, decide, crash, open again, audit, erase, prove.

    python examples/ledger.py [FOLDER]

Each step prints what it shows. The crash is real: a process of its own decides and is killed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import kapix

HERE = Path(__file__).parent
ORIGIN = "lender.example/kapix"


def keys() -> tuple[str, str]:
    """Returns a new key of the log: its secret, and what others verify with."""
    pair = kapix.Engine.load(kapix.EXPERT_CARDS).audit.key(name=ORIGIN)
    return pair.private_key, pair.public_key


def open_store(path: Path, secret: str) -> kapix.Engine:
    return kapix.Engine.open(path, [kapix.EXPERT_CARDS, kapix.EXAMPLE_POLICIES], log_key=secret)


def application(applicant: str, key: str) -> dict[str, Any]:
    """Returns the loan of the loan story as a decision on record."""
    loan = json.loads((HERE / "loan.json").read_text(encoding="utf-8"))
    return {
        "applicant": loan["applicant"],
        "as_of": loan["as_of"],
        "idempotency_key": key,
        "inputs": {**loan["inputs"], "applicant_id": applicant},
        "policy_id": loan["policy"],
    }


def decide_and_die(path: Path, secret: str) -> None:
    """Decides one loan, and is killed before it can close anything."""
    open_store(path, secret).decisions.run(application("amina", "loan-1"))
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path) -> None:
    path = folder / "kapix.db"
    secret, public = keys()

    child = multiprocessing.get_context("spawn").Process(target=decide_and_die, args=(path, secret))
    child.start()
    child.join()
    print(f"a process decided and was killed (exit {child.exitcode})")

    engine = open_store(path, secret)
    again = engine.decisions.run(application("amina", "loan-1"))
    print(f"its decision is there: the same key gives {again.outcome}, recorded at {again.recorded_at}")
    engine.decisions.run(application("brian", "loan-2"))

    checkpoint = engine.audit.checkpoint().checkpoint
    print(f"a checkpoint to keep elsewhere: {str(checkpoint).splitlines()[:3]}")
    audit = engine.audit.verify(checkpoint=checkpoint, public_keys=[public])
    print(f"the log of {audit.size} leaves is {'whole' if audit.valid else 'changed'}")
    replay = engine.records.replay(id=again.audit_id)
    print(f"the decision gives the same answer again: {replay.same}")

    record = engine.record(again.audit_id)
    proof = engine.audit.prove(id=again.audit_id).proof
    (folder / "record.json").write_text(record.to_json(), encoding="utf-8")
    (folder / "record.tlog-proof").write_text(str(proof), encoding="utf-8")
    sys.path.insert(0, str(HERE))
    import verify_proof

    print(f"without Kapix: {verify_proof.verify(json.loads(record.to_json()), str(proof), public)}")

    erased = engine.subject.erase(entity_id="amina", actor="privacy officer", ground="request of the person")
    print(f"erased: {erased.parts} parts of {erased.records} records")
    try:
        engine.records.get(id=again.audit_id)
    except kapix.EntityNotFoundError as error:
        print(f"then it answers {error.code}, {error.cause}")
    audit = engine.audit.verify(checkpoint=checkpoint, public_keys=[public])
    print(f"the log of {audit.size} leaves is {'whole' if audit.valid else 'changed'}, and begins with the checkpoint: {audit.holds_checkpoint}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
