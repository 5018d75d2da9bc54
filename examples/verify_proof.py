"""Verifies that a record is in a log, with nothing but Python's standard library: a second implementation of the published formats.

    python examples/verify_proof.py RECORD PROOF PUBLIC_KEY

RECORD is a record in JSON (`engine.record(audit_id).to_json()`), PROOF the `proof` of `audit.prove` (C2SP tlog-proof), PUBLIC_KEY the
text that `audit.key` gave (as Go's sumdb/note writes keys). The tree is that of RFC 6962, section 2.1, its proofs are followed as in
RFC 9162, section 2.1.3.2, the note is that of C2SP signed-note, and the signature that of RFC 8032, section 5.1.7.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

# Edwards25519 (RFC 8032, section 5.1).
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def canonical(value: object) -> bytes:
    """Returns a leaf in canonical form (RFC 8785): it holds texts, whole numbers, lists and objects only."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Returns the root that a proof leads to from a leaf."""
    if not 0 <= index < size:
        raise ValueError("the log has no leaf of this number")
    place, last, found = index, size - 1, hashlib.sha256(b"\0" + leaf).digest()
    for sibling in path:
        if last == 0:
            raise ValueError("the proof is too long")
        if place % 2 or place == last:
            found = hashlib.sha256(b"\1" + sibling + found).digest()
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + sibling).digest()
        place, last = place >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return found


def add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = add(found, point)
        point, scalar = add(point, point), scalar >> 1
    return found


def decoded(text: bytes) -> Point:
    y, sign = int.from_bytes(text, "little"), text[31] >> 7
    y &= (1 << 255) - 1
    if y >= P:
        raise ValueError("no point of the curve")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point of the curve")
    x = P - x if x % 2 != sign else x
    return x, y, 1, x * y % P


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """Returns whether an Ed25519 signature is that of a text."""
    if len(key) != 32 or len(signature) != 64:
        return False
    try:
        own, commitment = decoded(key), decoded(signature[:32])
    except ValueError:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= Q:
        return False
    y = 4 * pow(5, P - 2, P) % P
    base = decoded(y.to_bytes(32, "little"))
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % Q
    left, right = times(scalar, base), add(commitment, times(hashed, own))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def head_of(note: str, public_key: str) -> tuple[str, int, bytes]:
    """Returns origin, size and root of a checkpoint that a key signed."""
    name, key_id, key = public_key.split("+", 2)
    kind, key_bytes = base64.b64decode(key)[:1], base64.b64decode(key)[1:]
    expected = hashlib.sha256(name.encode() + b"\n" + kind + key_bytes).digest()[:4]
    if kind != b"\1" or expected.hex() != key_id:
        raise ValueError("the public key is no Ed25519 key, or its id is another one's")
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        signature = base64.b64decode(encoded)
        if dash == "\u2014" and signer == name and signature[:4] == expected and is_signed(key_bytes, text.encode(), signature[4:]):
            origin, size, root = text.splitlines()[:3]
            return origin, int(size), base64.b64decode(root)
    raise ValueError("the key did not sign the checkpoint")


def verify(record: dict[str, object], proof: str, public_key: str) -> str:
    """Returns what is proved of a record, or raises ValueError."""
    leaf, parts = record["leaf"], record["parts"]
    assert isinstance(leaf, dict) and isinstance(parts, dict)
    for name, part in parts.items():
        own = hmac.new(bytes.fromhex(part["salt"]), canonical(part["body"]), hashlib.sha256).hexdigest()
        # Bodies hold numbers with fractions, which Python may write otherwise than RFC 8785: then nothing is said of that part.
        if own != leaf["parts"].get(name) and not has_fractions(part["body"]):
            raise ValueError(f"part `{name}` is not what the leaf was sealed over")
    head, _, note = proof.partition("\n\n")
    lines = head.splitlines()
    if lines[0] != "c2sp.org/tlog-proof@v1":
        raise ValueError("no proof of a known form")
    lines = [line for line in lines[1:] if not line.startswith("extra ")]
    index, path = int(lines[0].removeprefix("index ")), [base64.b64decode(line) for line in lines[1:]]
    origin, size, root = head_of(note, public_key)
    if root_of(canonical(leaf), index, size, path) != root or leaf["seq"] != index:
        raise ValueError("the leaf is not in the log")
    return f"{leaf['audit_id']} is leaf {index} of the {size} of {origin}"


def has_fractions(value: object) -> bool:
    """Returns whether a document holds a number that is not whole."""
    if isinstance(value, dict):
        return any(has_fractions(it) for it in value.values())
    return any(has_fractions(it) for it in value) if isinstance(value, list) else isinstance(value, float)


if __name__ == "__main__":
    texts = [Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3]]
    print(verify(json.loads(texts[0]), texts[1], sys.argv[3].strip()))
