"""What the harness reads, drops and refuses."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy
import pytest

from side_by_side.data import InputError, Reading, read_sample, read_split, stratified_split

ROWS = [(number, number % 7 / 2, "x" if number % 3 else "", 5, "", f"name {number}", number % 2) for number in range(40)]


def written(folder: Path, rows=ROWS, header="id,amount,place,same,empty,name,y") -> Path:
    path = folder / "data.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def reading(target="y", bad=None, categorical=(), keep=()) -> Reading:
    return Reading(target, bad, ["-9"], list(categorical), list(keep))


def test_columns_that_name_rows_or_say_nothing_are_dropped_and_listed(tmp_path):
    sample = read_sample(written(tmp_path), reading())
    assert list(sample.columns) == ["amount", "place"]
    assert sorted(sample.dropped) == ["empty", "id", "name", "same"]
    assert (sample.columns["place"] == "").sum() == 14
    assert sample.bad.tolist() == [row[-1] for row in ROWS]
    assert "id" in read_sample(written(tmp_path), reading(keep=["id"])).columns


def test_numbers_are_categories_when_asked_and_infinities_are_missing(tmp_path):
    rows = [(number, "inf" if number == 3 else number / 3, number % 2) for number in range(40)]
    sample = read_sample(written(tmp_path, rows, "code,ratio,y"), reading(categorical=["code"], keep=["code"]))
    assert sample.columns["code"].dtype.kind == "U"
    assert numpy.isnan(sample.columns["ratio"]).sum() == 1
    assert len(sample.notes) == 1


def test_bad_class_is_found_or_asked_for(tmp_path):
    for classes, bad, first in ((("Good", "Bad"), None, 0), (("False", "True"), None, 0), (("A", "B"), "A", 1), ((1, 2), "2", 0)):
        rows = [(number % 5, classes[number % 2]) for number in range(20)]
        assert read_sample(written(tmp_path, rows, "a,y"), reading(bad=bad)).bad[0] == first
    with pytest.raises(InputError, match="--bad"):
        read_sample(written(tmp_path, [(number % 5, "ab"[number % 2]) for number in range(20)], "a,y"), reading())


@pytest.mark.parametrize(("header", "classes", "message"), [
    ("a,z", (0, 1), "no column `y`"),
    ("a,y", (0, 1, 2), "two classes; it has 3"),
    ("a,y", (1,), "two classes; it has 1"),
    ("a,y", (0, 1, ""), "missing in"),
    ("y,y", (0, 1), "more than one column `y`"),
])
def test_unusable_data_is_refused(tmp_path, header, classes, message):
    rows = [(number % 5, classes[number % len(classes)]) for number in range(30)]
    with pytest.raises(InputError, match=message):
        read_sample(written(tmp_path, rows, header), reading())


def test_split_has_a_flag_for_each_row_and_both_classes_on_both_sides(tmp_path):
    bad = numpy.array([0, 1] * 4)
    path = tmp_path / "split.csv"
    path.write_text("train\n" + "1\n" * 5 + "0\n" * 3)
    assert read_split(path, bad).tolist() == [True] * 5 + [False] * 3
    for text, message in (("1\n" * 8, "both classes"), ("1\n0\n", "2 rows"), ("1\n" * 6 + "2\n0\n", "row 7")):
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            read_split(path, bad)


def test_stratified_split_keeps_the_share_of_both_classes():
    bad = numpy.array([0] * 700 + [1] * 300)
    train = stratified_split(bad, 5)
    assert (train[:700].sum(), train[700:].sum()) == (490, 210)
    assert (train == stratified_split(bad, 5)).all() and (train != stratified_split(bad, 6)).any()
