"""Arrays of a producer that is careless: counts, lengths, offsets, codes and children that contradict each other."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_int64, c_void_p
from typing import Any

import numpy
import pyarrow
import pytest
from conftest import AS_OF, card, categorical, numeric

import kapix
from kapix import _kapix
from kapix._column import Column


class Schema(ctypes.Structure):
    pass


class Array(ctypes.Structure):
    pass


class Stream(ctypes.Structure):
    pass


RELEASE_SCHEMA, RELEASE_ARRAY, RELEASE_STREAM = (ctypes.CFUNCTYPE(None, POINTER(it)) for it in (Schema, Array, Stream))
GET_SCHEMA, GET_NEXT = (ctypes.CFUNCTYPE(c_int, POINTER(Stream), POINTER(it)) for it in (Schema, Array))
GET_ERROR = ctypes.CFUNCTYPE(c_void_p, POINTER(Stream))

Schema._fields_ = [
    ("format", c_char_p), ("name", c_char_p), ("metadata", c_char_p), ("flags", c_int64), ("n_children", c_int64),
    ("children", POINTER(POINTER(Schema))), ("dictionary", POINTER(Schema)), ("release", RELEASE_SCHEMA), ("private_data", c_void_p),
]
Array._fields_ = [
    ("length", c_int64), ("null_count", c_int64), ("offset", c_int64), ("n_buffers", c_int64), ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)), ("children", POINTER(POINTER(Array))), ("dictionary", POINTER(Array)), ("release", RELEASE_ARRAY),
    ("private_data", c_void_p),
]
Stream._fields_ = [
    ("get_schema", GET_SCHEMA), ("get_next", GET_NEXT), ("get_last_error", GET_ERROR), ("release", RELEASE_STREAM), ("private_data", c_void_p),
]

capsule = ctypes.pythonapi.PyCapsule_New
capsule.restype = ctypes.py_object
capsule.argtypes = [c_void_p, c_char_p, c_void_p]


def released(it: Any) -> None:
    it.contents.release = type(it.contents.release)()


release_schema, release_array, release_stream = RELEASE_SCHEMA(released), RELEASE_ARRAY(released), RELEASE_STREAM(released)


# Everything that arrays point to lives on.
KEPT: list[Producer] = []


class Producer:
    """One array by hand."""

    def __init__(self, kind: bytes, buffers: list[Any], length: int = 4, *, name: bytes = b"x", bits: bytes | None = None, nulls: int = 0,
                 children: tuple[Producer, ...] = (), dictionary: Producer | None = None, offset: int = 0) -> None:
        self.kept = (kind, name, buffers, children, dictionary, None if bits is None else ctypes.create_string_buffer(bits, 16))
        places = [None if self.kept[5] is None else ctypes.addressof(self.kept[5]), *(it.ctypes.data for it in buffers)]
        self.buffers = (c_void_p * len(places))(*places)
        KEPT.append(self)
        self.schema: Any
        self.array: Any
        self.schemas = (POINTER(Schema) * len(children))(*(ctypes.pointer(it.schema) for it in children))
        self.arrays = (POINTER(Array) * len(children))(*(ctypes.pointer(it.array) for it in children))
        self.schema = Schema(format=kind, name=name, flags=2, n_children=len(children), children=self.schemas, release=release_schema)
        self.array = Array(
            length=length, null_count=nulls, offset=offset, n_buffers=len(places), n_children=len(children),
            buffers=ctypes.cast(self.buffers, POINTER(c_void_p)), children=self.arrays, release=release_array,
        )
        if dictionary is not None:
            self.schema.dictionary = ctypes.pointer(dictionary.schema)
            self.array.dictionary = ctypes.pointer(dictionary.array)

    def move(self, to: Any, own: Any) -> None:
        ctypes.memmove(to, ctypes.byref(own), ctypes.sizeof(own))


class AsArray(Producer):
    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[Any, Any]:
        return (
            capsule(ctypes.addressof(self.schema), b"arrow_schema", None),
            capsule(ctypes.addressof(self.array), b"arrow_array", None),
        )


class AsStream(Producer):
    """The same array as the one chunk of a stream."""

    left = 1
    error: Any = None

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        def get_schema(_: Any, out: Any) -> int:
            self.move(out, self.schema)
            return 0

        def get_next(_: Any, out: Any) -> int:
            if self.error is not None:
                return 5
            ctypes.memset(out, 0, ctypes.sizeof(Array))
            if self.left > 0:
                self.left -= 1
                self.move(out, self.array)
            return 0

        def get_last_error(_: Any) -> Any:
            return None if self.error is None else ctypes.addressof(self.error)

        self.stream = Stream(GET_SCHEMA(get_schema), GET_NEXT(get_next), GET_ERROR(get_last_error), release_stream, None)
        return capsule(ctypes.addressof(self.stream), b"arrow_array_stream", None)


BOTH = pytest.mark.parametrize("kind", [AsArray, AsStream])
X = [0.5, 2.0, 2.0, 2.0]
FIRST_TWO = b"\x03"


@pytest.fixture(scope="module")
def scorer() -> kapix.Engine:
    return kapix.Engine.load(card([numeric("x", missing=3), categorical("home")]), clock=AS_OF, envelope=False)


def points(engine: kapix.Engine, x: Any, home: Any = None) -> list[int | None]:
    columns = {"x": x, "home": ["own"] * 4 if home is None else home}
    return list(engine.credit.score_batch(columns, entity_type="individual").points.tolist())


def refused(engine: kapix.Engine, frame: Any) -> kapix.ValidationError:
    with pytest.raises(kapix.ValidationError) as caught:
        engine.credit.score_batch(frame, entity_type="individual")
    return caught.value


@BOTH
@pytest.mark.parametrize("nulls", [0, -1, 1, 2, 4])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i4", "i2", "u8"])
def test_the_bitmap_decides_whatever_is_counted(scorer: kapix.Engine, kind: Any, nulls: int, dtype: str) -> None:
    code = {"f8": b"g", "f4": b"f", "i8": b"l", "i4": b"i", "i2": b"s", "u8": b"L"}[dtype]
    values = numpy.array([0, 2, 2, 2], dtype)
    # By hand: 0 or 20 points and 30 of the home; missing are 3.
    assert points(scorer, kind(code, [values], bits=FIRST_TWO, nulls=nulls)) == [30, 50, 33, 33]
    column = pyarrow.array(AsArray(code, [values], bits=FIRST_TWO, nulls=nulls))
    assert points(scorer, column) == [30, 50, 33, 33]
    assert points(scorer, pyarrow.chunked_array([column.slice(0, 1), column.slice(1)])) == [30, 50, 33, 33]


@pytest.mark.parametrize("nulls", [0, -1, 4])
def test_the_native_half_does_not_believe_counts_either(nulls: int) -> None:
    column = AsStream(b"g", [numpy.array(X)], bits=FIRST_TWO, nulls=nulls)
    desk: Any = kapix.Engine.load(card([numeric("x", missing=3)]), clock=AS_OF, envelope=False)._desk
    answer = desk.run_columns(("credit.score_batch", b'{"entity_type":"individual"}'), [Column("x", column)], (None, 0))
    assert pyarrow.table(answer.batch)["points"].to_pylist() == [0, 20, 3, 3]


@BOTH
@pytest.mark.parametrize("nulls", [0, -1])
def test_codes_texts_and_tables_are_settled_too(scorer: kapix.Engine, kind: Any, nulls: int) -> None:
    def home(bits: bytes | None) -> Any:
        texts = numpy.frombuffer(b"ownrent", "u1")
        words = Producer(b"u", [numpy.array([0, 3, 7], "i4"), texts], 2)
        return kind(b"c", [numpy.array([0, 1, 0, 1], "i1")], name=b"home", bits=bits, nulls=nulls, dictionary=words)

    # A card without points for a missing home scores no such row.
    first_two = points(scorer, X, ["own", "rent", None, None])
    assert first_two == [30, 25, None, None]
    assert points(scorer, X, home(None)) == [30, 25, 50, 25]
    assert points(scorer, X, home(FIRST_TWO)) == first_two
    texts = numpy.frombuffer(b"ownrentownown", "u1")
    column = kind(b"u", [numpy.array([0, 3, 7, 10, 13], "i4"), texts], bits=FIRST_TWO, nulls=nulls)
    assert points(scorer, X, column) == first_two
    x = Producer(b"g", [numpy.array(X)], bits=FIRST_TWO, nulls=nulls)
    table = kind(b"+s", [], children=(x, home(None)), nulls=nulls)
    assert list(scorer.credit.score_batch(table, entity_type="individual").points.tolist()) == [30, 25, 33, 8]
    null_rows = kind(b"+s", [], children=(Producer(b"g", [numpy.array(X)]), home(None)), bits=FIRST_TWO, nulls=nulls)
    assert refused(scorer, null_rows).cause == "frame.shape"


@BOTH
@pytest.mark.parametrize("fault", ["length", "offset", "both", "released", "counted", "code", "negative code", "text"])
def test_what_contradicts_itself_is_refused_at_its_column(scorer: kapix.Engine, kind: Any, fault: str) -> None:
    words = Producer(b"u", [numpy.array([0, 3, 7], "i4"), numpy.frombuffer(b"ownrent", "u1")], 2)
    codes = {"code": [0, 1, 2, 0], "negative code": [0, 1, -1, 0]}.get(fault, [0, 1, 1, 0])
    home = kind(b"i", [numpy.array(codes, "i4")], name=b"home", dictionary=words)
    x = kind(b"g", [numpy.array(X)])
    if fault in ("length", "both"):
        x.array.length = -1
    if fault in ("offset", "both"):
        x.array.offset = -1
    if fault == "counted":
        x.array.null_count = 2
    if fault == "released":
        words.array.release = RELEASE_ARRAY()
    if fault == "text":
        home = kind(b"u", [numpy.array([0, 3, 2, 4, 5], "i4"), numpy.frombuffer(b"\xffown!", "u1")])
    at = "x" if fault in ("length", "offset", "both", "counted") else "home"
    # ctypes cannot call back while an error is on its way, as it would for a column before the refused one.
    error = refused(scorer, {"x": x, "home": home} if at == "x" else {"home": home, "x": x})
    assert (error.cause, error.fields) == ("frame.shape", (f"/columns/{at}",))


@BOTH
def test_a_slice_begins_at_its_offset(scorer: kapix.Engine, kind: Any) -> None:
    column = kind(b"g", [numpy.array([9.0, 9.0, *X])], bits=b"\x0f", offset=2)
    assert points(scorer, column) == [30, 50, 33, 33]


def test_a_table_with_a_released_child_or_of_another_type_is_refused(scorer: kapix.Engine) -> None:
    for kind in (AsArray, AsStream):
        x = Producer(b"g", [numpy.array(X)])
        x.array.release = RELEASE_ARRAY()
        assert refused(scorer, kind(b"+s", [], children=(x,))).cause == "frame.shape"
        assert refused(scorer, kind(b"g", [numpy.array(X)])).cause == "frame.shape"
        short = kind(b"+s", [], children=(Producer(b"g", [numpy.array(X)], 3),))
        assert refused(scorer, short).cause == "frame.shape"


def test_an_error_of_the_producer_is_told() -> None:
    column = AsStream(b"g", [numpy.array(X)])
    column.error = ctypes.create_string_buffer(b"the disk is gone")
    with pytest.raises(kapix.ValidationError, match="the disk is gone") as caught:
        _kapix.addresses([Column("x", column)])
    assert caught.value.fields == ("/columns/x",)
    column = AsStream(b"g", [numpy.array(X)])
    column.left = 2
    with pytest.raises(kapix.ValidationError, match="several chunks"):
        _kapix.addresses([Column("x", column)])
