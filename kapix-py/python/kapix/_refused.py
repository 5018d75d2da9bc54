"""What the Python layer itself refuses, and where."""

from __future__ import annotations


class TooDeep(Exception):
    """Says that an object is nested deeper than any request."""


class Refused(Exception):
    """Says that an object has no JSON form: cause, message, and JSON pointer."""

    def __init__(self, cause: str, message: str, pointer: str = "") -> None:
        # Names may hold surrogates, of which an error has no form.
        super().__init__(cause, *(text.encode("utf-8", "replace").decode() for text in (message, pointer)))


def utf8(text: str, pointer: str) -> bytes:
    """Returns the UTF-8 form of text; a surrogate without its pair has none."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        message = "a surrogate without its pair has no UTF-8 form"
    raise Refused("json.unpaired_surrogate", message, pointer)


def pointer_of(path: list[str | int]) -> str:
    """Returns the JSON pointer (RFC 6901) of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
