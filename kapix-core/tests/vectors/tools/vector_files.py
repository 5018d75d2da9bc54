"""Reads and writes the files of vectors; the form is that of ../README.md. Runs nothing."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1]
NOT_OPERATIONS = ("artefacts", "tools")
# What a case takes from its file where it does not say otherwise.
SHARED = ("operation", "artefacts", "options", "clock", "tolerance", "absent")
DEFAULTS: dict[str, Any] = {"artefacts": [], "options": {}, "absent": []}
# A line of a file is at most so long, unless it is a list of plain values.
WIDTH = 118


def merged(target: Any, change: Any) -> Any:
    """Returns the target with a JSON merge patch applied (RFC 7386, section 2)."""
    if not isinstance(change, dict):
        return change
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in change.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merged(target.get(name), value)
    return target


def place(target: Any, pointer: str, value: Any) -> None:
    """Puts a value at a JSON pointer (RFC 6901); what holds it must be there."""
    *path, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for name in path:
        target = target[int(name)] if isinstance(target, list) else target[name]
    if not isinstance(target, list):
        target[last] = value
    elif int(last) == len(target):
        target.append(value)
    else:
        target[int(last)] = value


def resolved(topic: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """Returns a case as a call of its own: with what its file shares, and with its request whole."""
    vector = {name: topic[name] for name in SHARED if name in topic}
    vector |= {name: value for name, value in case.items() if name not in ("case", "change", "set")}
    if "request" not in case and "request_text" not in case:
        request = merged(copy.deepcopy(topic["request"]), case.get("change", {}))
        for pointer, value in case.get("set", {}).items():
            place(request, pointer, value)
        vector["request"] = request
    return vector


def read(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """Returns every vector by its name, `OPERATION/FILE.json#CASE`."""
    vectors: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*/*.json")):
        if file.parent.name in NOT_OPERATIONS:
            continue
        topic = json.loads(file.read_bytes())
        for case in topic["cases"]:
            name = f"{file.parent.name}/{file.name}#{case['case']}"
            if name in vectors:
                raise ValueError(f"{name} stands twice")
            vectors[name] = resolved(topic, case)
    return vectors


def digests(folder: Path = FOLDER) -> dict[str, str]:
    """Returns the SHA-256 of every answer by the name of its vector."""
    lines = (folder / "DIGEST").read_text().splitlines()
    return {name: digest for name, digest in (line.split() for line in lines)}


def same(one: Any, other: Any) -> bool:
    """Returns whether two values are written alike: 1, 1.0 and true are three values."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def has_null(value: Any) -> bool:
    """Returns whether a merge patch that holds the value would lose a null of it."""
    return value is None or isinstance(value, dict) and any(map(has_null, value.values()))


def cost(*values: Any) -> int:
    return sum(len(json.dumps(value)) for value in values)


def child(pointer: str, name: Any) -> str:
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def settings(base: Any, wanted: Any, pointer: str) -> dict[str, Any]:
    """Returns the members of `set` that lead from base to wanted."""
    if same(base, wanted):
        return {}
    whole, parts = {pointer: wanted}, None
    if isinstance(base, dict) and isinstance(wanted, dict) and base.keys() <= wanted.keys():
        parts = [settings(base[name], value, child(pointer, name)) if name in base else {child(pointer, name): value}
                 for name, value in wanted.items()]
    elif isinstance(base, list) and isinstance(wanted, list) and len(wanted) - len(base) in (0, 1):
        parts = [settings(base[at], value, child(pointer, at)) if at < len(base) else {child(pointer, at): value}
                 for at, value in enumerate(wanted)]
    if parts is None:
        return whole
    together = {name: value for part in parts for name, value in part.items()}
    return together if cost(together) < cost(whole) else whole


def difference(base: dict[str, Any], wanted: dict[str, Any], pointer: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns `change` and `set` that lead from base to wanted."""
    change: dict[str, Any] = {name: None for name in base if name not in wanted}
    sets: dict[str, Any] = {}
    for name, value in wanted.items():
        at, before = child(pointer, name), base.get(name)
        if name in base and same(before, value):
            continue
        patched: tuple[Any, dict[str, Any]] = (None, {at: value}) if has_null(value) else (value, {})
        if isinstance(before, list):
            by_parts = settings(before, value, at)
            patched = (None, by_parts) if cost(by_parts) < cost(value) else patched
        elif isinstance(before, dict) and isinstance(value, dict):
            inner = difference(before, value, at)
            patched = inner if cost(*inner) <= cost({at: value}) else (None, {at: value})
        if patched[0] is not None and patched[0] != {} or value == {} and not patched[1]:
            change[name] = patched[0]
        sets |= patched[1]
    return change, sets


def consensus(values: list[Any]) -> Any:
    """Returns what most of the values say, member by member."""
    commonest = json.loads(Counter(map(json.dumps, values)).most_common(1)[0][0])
    if isinstance(commonest, list) and any(isinstance(element, dict) for element in commonest):
        lists = [value for value in values if isinstance(value, list) and len(value) == len(commonest)]
        return [consensus([value[at] for value in lists]) for at in range(len(commonest))]
    if not isinstance(commonest, dict):
        return commonest
    alike = [value for value in values if isinstance(value, dict)]
    names = dict.fromkeys(name for value in sorted(alike, key=len, reverse=True) for name in value)
    members = {name: [value[name] for value in alike if name in value] for name in names}
    return {name: consensus(found) for name, found in members.items() if 2 * len(found) > len(alike)}


def written_case(name: str, vector: dict[str, Any], shared: dict[str, Any], base: Any) -> dict[str, Any]:
    case = {"case": name, "name": vector["name"], "source": vector["source"]}
    for member in SHARED:
        default = DEFAULTS.get(member)
        value = vector.get(member, default)
        if not same(value, shared.get(member, default)):
            case[member] = value
    if "request_text" in vector:
        case["request_text"] = vector["request_text"]
    elif not same(vector["request"], base):
        parts = {"request": vector["request"]}
        if isinstance(base, dict) and isinstance(vector["request"], dict):
            change, sets = difference(base, vector["request"])
            if cost(change, sets) < 0.9 * cost(vector["request"]):
                parts = {name: value for name, value in (("change", change), ("set", sets)) if value}
        case |= parts
    return case | {member: vector[member] for member in ("response", "error") if member in vector}


def topic_of(vectors: dict[str, dict[str, Any]], title: str | None = None) -> dict[str, Any]:
    """Returns the file of several vectors by case. The base is what most of their requests say where most cases can
    use it, and else, or to make the file shorter by a fifth, one of the requests."""
    shared: dict[str, Any] = {}
    for member in SHARED:
        kinds = Counter(json.dumps(vector.get(member)) for vector in vectors.values())
        value = json.loads(kinds.most_common(1)[0][0])
        if value not in (None, [], {}):
            shared[member] = value
    requests = [it["request"] for it in vectors.values() if isinstance(it.get("request"), dict)]
    topics = []
    for base in [consensus(requests), *requests] if requests else [None]:
        cases = [written_case(name, vector, shared, base) for name, vector in vectors.items()]
        head = {"name": title} if title else {}
        topics.append(head | shared | ({} if base is None else {"request": base}) | {"cases": cases})
    shortest = min(topics, key=cost)
    used = sum("request" not in case for case in topics[0]["cases"])
    best = topics[0] if 2 * used >= len(vectors) and 0.8 * cost(topics[0]) < cost(shortest) else shortest
    for name, case in zip(vectors, best["cases"]):
        ours, theirs = (written_case(name, vector, {}, None) for vector in (resolved(best, case), vectors[name]))
        assert same(ours, theirs), name
    return best


def text(value: Any, depth: int = 0) -> str:
    """Returns JSON with a line for each member that does not fit on one, lists of plain values on one line."""
    pad = " " * (depth + 1)
    flat = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    if len(flat) <= WIDTH - depth and depth > 1 or not isinstance(value, (dict, list)) or not value:
        return flat
    if isinstance(value, list):
        if not any(isinstance(member, (dict, list)) for member in value):
            return flat if depth < 2 else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return "[\n" + ",\n".join(pad + text(member, depth + 1) for member in value) + "\n" + pad[1:] + "]"
    members = (f"{pad}{json.dumps(name)}: {text(member, depth + 1)}" for name, member in value.items())
    return "{\n" + ",\n".join(members) + "\n" + pad[1:] + "}"


def write(file: Path, vectors: dict[str, dict[str, Any]], title: str | None = None) -> None:
    """Writes the file of some vectors by case."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(text(topic_of(vectors, title)) + "\n")
