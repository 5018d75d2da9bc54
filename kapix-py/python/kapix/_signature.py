"""What `inspect.signature`, `help` and completion show of an operation: the fields of its request, as keywords.

A call itself takes any keyword and the engine reads it, so a mistake is the error that every language gives.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

# Name, type, default and document of each field; the default is REQUIRED where there is none.
Field = tuple[str, str, object, str]


class Text(str):
    """A text that stands in a signature as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _mark(text: str) -> object:
    """Returns what stands for a default that is no value; its class is nobody's, so no tool takes it for one."""
    mark: object = type("mark", (), {"__repr__": lambda _: text})()
    return mark


REQUIRED = _mark("<required>")
ABSENT = _mark("<absent>")


def takes(*fields: Field) -> Callable[[F], F]:
    """Returns a decorator that gives a method the signature and the document of its fields."""

    def decorate(method: F) -> F:
        own = inspect.signature(method)
        given = [_written(it) for it in own.parameters.values() if it.kind is not inspect.Parameter.VAR_KEYWORD]
        # A request may hold what a keyword would say.
        whole = "request" in own.parameters
        for name, kind, default, _ in fields:
            is_required = default is REQUIRED and not whole
            shown = inspect.Parameter.empty if is_required else default
            given.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=shown, annotation=Text(kind)))
        signature = own.replace(parameters=given, return_annotation=Text(own.return_annotation))
        method.__signature__ = signature  # type: ignore[attr-defined]
        lines = [_line(*field) for field in fields]
        method.__doc__ = f"{inspect.getdoc(method)}\n\nFields:\n" + "\n".join(lines) + "\n"
        return method

    return decorate


def _written(parameter: inspect.Parameter) -> inspect.Parameter:
    kind = parameter.annotation
    return parameter if kind is inspect.Parameter.empty else parameter.replace(annotation=Text(kind))


def _line(name: str, kind: str, default: object, doc: str) -> str:
    is_plain = default is None or default is ABSENT or default in ([], {})
    need = "; required" if default is REQUIRED else "" if is_plain else f"; default {default!r}"
    return textwrap.fill(f"{name} ({kind}{need}): {doc}", 100, initial_indent="    ", subsequent_indent="        ")
