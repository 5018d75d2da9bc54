"""The text of a document: as it is given, or of the file that holds it."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._encode import encode

# The operations that take a document.
CHECKS = ("artefact.check", "policy.check")
# Bytes of a text in a request: the limit `string_bytes`.
TEXT_BYTES_MAX = 64 << 10


def read_document(artefact: str | bytes | bytearray | os.PathLike[str]) -> bytes:
    """Returns the text of a document in JSON or YAML, or what the file of this name or path holds."""
    if isinstance(artefact, str):
        # A text in JSON begins with a bracket, one in YAML is no name of a file; the name of a file that is there is a path.
        if artefact.lstrip()[:1] not in ("{", "[") and _is_file(artefact):
            return Path(artefact).read_bytes()
        if artefact.strip().lower().endswith((".json", ".yaml", ".yml")) and "\n" not in artefact:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), artefact)
        return artefact.encode("utf-8", "surrogatepass")
    if isinstance(artefact, (bytes, bytearray)):
        return bytes(artefact)
    return Path(artefact).read_bytes()


def written_check(request: Mapping[str, Any]) -> bytes | None:
    """Returns a request that checks a document given as text or by its file, in JSON; None for any other."""
    artefact = request.get("artefact")
    if not isinstance(artefact, (str, bytes, bytearray, os.PathLike)):
        return None
    text = read_document(artefact)
    # A longer text in JSON stands in the request as it is.
    if len(text) <= TEXT_BYTES_MAX or text.lstrip()[:1] not in (b"{", b"["):
        text = json.dumps(text.decode("utf-8", "surrogateescape")).encode()
    others = encode({name: value for name, value in request.items() if name != "artefact"})
    return b'{"artefact":' + text + (b"," if others != b"{}" else b"") + others[1:]


def _is_file(name: str) -> bool:
    try:
        return os.path.isfile(name)
    except ValueError:
        return False
