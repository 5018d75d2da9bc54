"""Development of scorecards: from any table the same card, which loads, scores and is written as it is."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import signal
import threading
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

import kapix
from kapix import _kapix
from kapix._frame import columns_of

EXAMPLES = Path(__file__).parents[2] / "examples"
CARD = (EXAMPLES / "developed_card.json").read_text(encoding="utf-8")
REQUEST = json.loads((EXAMPLES / "develop.json").read_text(encoding="utf-8"))


def example() -> Any:
    """Returns examples/develop.py as a module."""
    spec = importlib.util.spec_from_file_location("develop", EXAMPLES / "develop.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LISTS: dict[str, list[Any]] = example().columns(EXAMPLES / "data" / "development.csv")
ARRAYS = {name: values if isinstance(values[0], str) else numpy.array(values, float) for name, values in LISTS.items()}
BAD = numpy.array(LISTS["bad"], bool)


@pytest.fixture(scope="module")
def empty() -> kapix.Engine:
    return kapix.Engine.load([], envelope=False)


@pytest.fixture(scope="module")
def developed(empty: kapix.Engine) -> kapix.ScorecardDevelopResponse:
    return empty.scorecard.develop(ARRAYS, **REQUEST)


def frames() -> dict[str, Any]:
    data = pandas.DataFrame(ARRAYS)
    texts = {"country": "category", "as_of": "category"}
    table = pyarrow.table({name: pyarrow.array(values) for name, values in LISTS.items()})
    return {
        "lists": LISTS,
        "numpy": ARRAYS,
        "pandas": data,
        "pandas categories": data.astype(texts),
        "pandas nullable": data.convert_dtypes(),
        "polars": polars.DataFrame(LISTS),
        "arrow": table,
        "arrow chunks": pyarrow.concat_tables([table.slice(0, 777), table.slice(777)]),
        "arrow dictionary": table.set_column(2, "country", table["country"].dictionary_encode()),
    }


@pytest.mark.parametrize("kind", frames())
def test_every_kind_of_table_gives_the_committed_card(empty: kapix.Engine, kind: str) -> None:
    assert empty.scorecard.develop(frames()[kind], **REQUEST).to_json("artefact") == CARD


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_number_of_threads_changes_nothing(empty: kapix.Engine, developed: kapix.ScorecardDevelopResponse, threads: int) -> None:
    assert empty.scorecard.develop(ARRAYS, threads=threads, **REQUEST).to_json() == developed.to_json()


def test_columns_of_the_request_itself_give_the_same_card(empty: kapix.Engine) -> None:
    assert empty.scorecard.develop(columns=LISTS, **REQUEST).to_json("artefact") == CARD


def test_the_example_prints_a_page_and_writes_the_card(tmp_path: Path, developed: kapix.ScorecardDevelopResponse) -> None:
    page = example().tell(developed)
    assert "472 of them bad" in page and "AUC on later rows" in page and "approved from" in page
    assert max(map(len, page.splitlines())) < 120


def test_numbers_are_borrowed() -> None:
    numbers = {name: values for name, values in ARRAYS.items() if not isinstance(values, list)}
    places = [values.ctypes.data for values in numbers.values()]
    assert _kapix.addresses(columns_of(numbers)) == places
    data = pandas.DataFrame(numbers)
    assert _kapix.addresses(columns_of(data)) == [data[name].to_numpy().ctypes.data for name in numbers]
    table = pyarrow.table(numbers)
    assert _kapix.addresses(columns_of(table)) == [column.chunk(0).buffers()[1].address for column in table.columns]
    frame = polars.DataFrame(numbers)
    assert _kapix.addresses(columns_of(frame)) == [column.to_numpy(allow_copy=False).ctypes.data for column in frame]


def test_the_card_is_read_only_and_loads_in_every_form(developed: kapix.ScorecardDevelopResponse) -> None:
    artefact: Any = developed.artefact
    with pytest.raises(TypeError):
        artefact["id"] = "x"
    with pytest.raises(TypeError):
        artefact["body"].pop("bands")
    forms = [artefact, CARD, CARD.encode(), json.dumps(artefact, default=dict), developed.to_dict()["artefact"]]
    hashes = {kapix.Engine.load(form).describe().artefacts[0].sha256 for form in forms}
    assert len(hashes) == 1
    assert json.loads(developed.to_json())["artefact"] == json.loads(CARD)
    assert developed.to_json("seed") == "2026"
    with pytest.raises(KeyError):
        developed.to_json("nothing")


def test_the_card_scores_and_says_a_calibrated_probability(developed: kapix.ScorecardDevelopResponse) -> None:
    engine = kapix.Engine.load(developed.artefact or "", envelope=False)
    answer = engine.credit.score(json.loads((EXAMPLES / "data" / "kenya_salaried.json").read_text(encoding="utf-8")))
    assert answer.explanation is not None and answer.pd is not None and answer.confidence is not None
    points = [part.points for part in answer.explanation.characteristics or ()]
    assert sum(points) + (answer.explanation.base_points or 0) == answer.points
    assert all("_" not in reason.text for reason in answer.explanation.favourable_reasons)


def test_evaluation_measures_what_the_batch_scores() -> None:
    engine = kapix.Engine.load(CARD, envelope=False)
    history = {"coverage_age_days": 0, "history_days": 365, "history_transactions": 1000}
    frame = ARRAYS | {name: numpy.full(len(BAD), value) for name, value in history.items()}
    points = engine.credit.score_batch(frame, entity_type="individual").points.astype(float)
    found = engine.scorecard.evaluate(ARRAYS, entity_type="individual", target="bad")
    # Mann-Whitney by all pairs of a good and a bad row.
    goods, bads = points[~BAD][:, None], points[BAD][None, :]
    auc = (goods > bads).mean() + (goods == bads).mean() / 2
    # 1e-12: means of two and a half million pairs against a sum of ranks.
    assert found.validation.auc is not None and abs(found.validation.auc.value - auc) < 1e-12
    assert found.statuses == {"scored": 5000} and found.validation.bads == 566
    assert sum(found.decisions.values()) == 5000


def test_progress_rises(empty: kapix.Engine) -> None:
    told: list[tuple[int, int]] = []
    empty.scorecard.develop(ARRAYS, progress=lambda done, total: told.append((done, total)), **REQUEST)
    assert told == sorted(told) and len({total for _, total in told}) == 1
    assert told and all(0 <= done <= total for done, total in told)


def test_an_exception_of_progress_stops_the_development(empty: kapix.Engine) -> None:
    def fail(done: int, total: int) -> None:
        raise KeyError("stop")

    with pytest.raises(KeyError):
        empty.scorecard.develop(ARRAYS, progress=fail, **REQUEST)


def many(rows: int) -> dict[str, Any]:
    random = numpy.random.default_rng(1)
    bad = random.random(rows) < 0.2
    return {"bad": bad.astype(float)} | {f"x{number}": random.normal(size=rows) + bad for number in range(40)}


def test_ctrl_c_stops_the_development_before_its_end(empty: kapix.Engine) -> None:
    told: list[tuple[int, int]] = []
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    frame = many(400_000)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        empty.scorecard.develop(frame, target="bad", folds=20, threads=1, progress=lambda *step: told.append(step))
    timer.join()
    assert all(done < total for done, total in told)


def test_a_task_develops_beside_the_loop_and_can_be_cancelled(empty: kapix.Engine) -> None:
    frame = many(100_000)

    async def both() -> tuple[kapix.ScorecardDevelopResponse, bool]:
        result = await empty.scorecard.develop_async(ARRAYS, **REQUEST)
        task = asyncio.create_task(empty.scorecard.develop_async(frame, target="bad", threads=1))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return result, True
        return result, False

    result, cancelled = asyncio.run(both())
    assert cancelled and result.to_json("artefact") == CARD


@pytest.mark.parametrize(
    ("change", "cause", "field"),
    [
        ({"target": "nothing"}, "frame.column_missing", "/target"),
        ({"target": "country"}, "fitting.target", "/target"),
        ({"exclude": ["nothing"]}, "frame.column_missing", "/exclude/0"),
        ({"bad": [7]}, "fitting.target", "/target"),
        ({"unknown": 1}, "json.unknown_field", "/unknown"),
        ({"folds": 1}, "value.out_of_range", "/folds"),
        ({"scaling": {"pdo": 0}}, None, "/scaling"),
        ({"columns": {"bad": [1]}}, "data.features_and_data", "/columns"),
    ],
)
def test_errors_have_a_place(empty: kapix.Engine, change: dict[str, Any], cause: str | None, field: str) -> None:
    with pytest.raises(kapix.ValidationError) as caught:
        empty.scorecard.develop(ARRAYS, **{**REQUEST, **change})
    assert caught.value.fields[0].startswith(field), caught.value
    assert cause in (None, caught.value.cause)
