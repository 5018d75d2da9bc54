"""The text of a document: as it is given, or of the file that holds it."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._encode import encode
from ._refused import Refused

# The operations that take a document.
CHECKS = ("artefact.check", "policy.check")


def read_document(artefact: str | bytes | bytearray | memoryview | os.PathLike[str]) -> bytes:
    """Returns the text of a document in JSON or YAML, or what the file of this name or path holds."""
    if isinstance(artefact, str):
        # A text in JSON begins with a bracket, one in YAML is no name of a file; the name of a file that is there is a path.
        if artefact.lstrip()[:1] not in ("{", "[") and _is_file(artefact):
            return Path(artefact).read_bytes()
        if artefact.strip().lower().endswith((".json", ".yaml", ".yml")) and "\n" not in artefact:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), artefact)
        return artefact.encode("utf-8", "surrogatepass")
    if isinstance(artefact, (bytes, bytearray, memoryview)):
        return bytes(artefact)
    # The path may be of bytes.
    with open(artefact, "rb") as file:
        return file.read()


def written_check(request: Mapping[str, Any]) -> bytes | None:
    """Returns a request that checks a document given as text or by its file, in JSON; None for any other."""
    artefact = request.get("artefact")
    if not isinstance(artefact, (str, bytes, bytearray, memoryview, os.PathLike)):
        return None
    try:
        text = read_document(artefact).decode()
    except UnicodeDecodeError as error:
        raise Refused("json.syntax", f"a document must be UTF-8; byte `{error.start}` begins no character", "/artefact") from None
    return encode({**request, "artefact": text})


def _is_file(name: str) -> bool:
    try:
        return os.path.isfile(name)
    except ValueError:
        return False
