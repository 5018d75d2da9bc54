"""Text as a development reads it: no value, a number, a special value. `develop.py` runs it."""

import re
from decimal import Decimal

# Texts that say that there is no value, without white space at their ends.
MISSING_TEXTS = ["", "#N/A", "-", "<NA>", "?", "N/A", "NA", "NULL", "NaN", "NaT", "None", "n/a", "nan", "null"]
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def number_of(text):
    """Returns the number that a text is in plain decimals, or None."""
    return float(text.strip()) if DECIMAL.fullmatch(text.strip()) else None


def written(number):
    """Returns the shortest decimal text of a number, without exponent."""
    digits = format(Decimal(repr(float(number))), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def special_of(values, text):
    """Special values as the column holds them, each once."""
    if text:
        found = [v if isinstance(v, str) else written(v) for v in values]
    else:
        found = [number_of(v) if isinstance(v, str) else v for v in values]
    return list(dict.fromkeys(v for v in found if v is not None))


def is_text(column):
    return any(isinstance(v, (str, bool)) for v in column)


def read_columns(request, names, options_of):
    """Returns the columns as they are read, and which are read as numbers from text, and what was found, by column."""
    missing = request.get("missing", {}).get("texts", MISSING_TEXTS)
    columns, numbers, found = {}, set(), {}
    for name, own in request["columns"].items():
        own = [{True: "true", False: "false"}[v] if isinstance(v, bool) else v for v in own]
        columns[name] = own
        if name not in names or not is_text(own):
            continue
        options = options_of(request, name)
        none = lambda v: isinstance(v, str) and v.strip() in missing and v not in options["special_values"]
        columns[name] = [None if none(v) else v for v in own]
        texts = {v for v in columns[name] if v is not None}
        found[name] = {"missing": own, "none": none, "numbers": len(texts)}
        if options.get("kind") == "numeric":
            numbers.add(name)
            columns[name] = [None if v is None else number_of(v) for v in columns[name]]
        elif "kind" in options or len(texts) < 3 or any(number_of(v) is None for v in texts):
            found[name]["numbers"] = 0
        if options.get("kind") == "numeric":
            found[name]["numbers"] = 0
    return columns, numbers, found
