"""Writes go/types.go from the JSON Schemas of every operation.

    scripts/schemas.sh | python3 kapix-ffi/scripts/generate_go.py |
        gofmt > kapix-ffi/go/types.go
"""

import json
import re
import sys

INITIALISMS = {"id": "ID", "pd": "PD", "sha256": "SHA256", "utc": "UTC", "ms": "MS", "api": "API"}


def go_name(wire):
    words = re.split(r"[_.\s]+", wire)
    return "".join(INITIALISMS.get(word.lower(), word[:1].upper() + word[1:]) for word in words)


def comment(name, text):
    text = " ".join((text or "").split())
    return f"// {name}: {text}\n" if text else ""


def named(schemas, direction):
    """Returns the named schemas of one direction."""
    every = {}
    for pair in schemas.values():
        whole = {key: value for key, value in pair[direction].items() if key not in ("$defs", "$schema")}
        for name, schema in [*pair[direction].get("$defs", {}).items(), (whole["title"], whole)]:
            if every.setdefault(name, schema) != schema:
                sys.exit(f"two types are named {name}")
    return every


def renamed(schema, names):
    """Returns a schema whose references to `names` are to those with `Input` behind."""
    if isinstance(schema, list):
        return [renamed(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    text = schema.get("$ref", "").removeprefix("#/$defs/")
    own = {"$ref": f"#/$defs/{text}Input"} if text in names else {}
    return {key: renamed(value, names) for key, value in schema.items()} | own


def apart(schemas):
    """Returns every named schema. An object of requests and of answers is two types: that of requests ends in `Input`."""
    requests, answers = named(schemas, "request"), named(schemas, "response")
    both = requests.keys() & answers.keys()
    objects = {name for name in both if requests[name].get("type") == "object"}
    if clash := [name for name in both - objects if requests[name] != answers[name]]:
        sys.exit(f"requests and answers mean another thing by {', '.join(sorted(clash))}")
    if clash := {name + "Input" for name in objects} & (requests.keys() | answers.keys()):
        sys.exit(f"two types are named {', '.join(sorted(clash))}")
    own = {name + "Input" if name in objects else name: renamed(it, objects) for name, it in requests.items()}
    return answers | own


class Types:
    def __init__(self, schemas):
        self.named = apart(schemas)

    def is_struct(self, name):
        return self.named[name].get("type") == "object"

    def is_enum(self, name):
        return all("const" in one for one in self.named[name].get("oneOf", [{}]))

    def kind(self, schema):
        """Returns the Go type of a schema that is not null, and whether it may be null."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            if name == "Tree":
                return "json.RawMessage", False
            if self.is_struct(name) or self.is_enum(name):
                return name, False
            return self.kind(self.named[name])
        if "anyOf" in schema and {"type": "null"} in schema["anyOf"]:
            (other,) = (one for one in schema["anyOf"] if one != {"type": "null"})
            return self.kind(other)[0], True
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        single = [one for one in types if one != "null"]
        if len(single) != 1:
            return "any", False
        return self.of_type(single[0], schema), "null" in types

    def of_type(self, kind, schema):
        if kind == "array":
            # A tuple holds values of one type here.
            return "[]" + self.element(schema.get("items") or schema["prefixItems"][0])
        if kind == "object":
            values = schema.get("additionalProperties")
            if not values and "patternProperties" in schema:
                (values,) = schema["patternProperties"].values()
            return "map[string]" + (self.element(values) if values and values is not True else "any")
        formats = {"int32": "int32", "uint32": "uint32", "uint64": "uint64"}
        return {"string": "string", "boolean": "bool", "number": "float64"}.get(kind) or formats.get(
            schema.get("format"), "int64"
        )

    def element(self, schema):
        kind, nullable = self.kind(schema)
        return "*" + kind if nullable and kind != "any" else kind

    def field(self, wire, schema, required):
        kind, nullable = self.kind(schema)
        is_struct = kind in self.named and self.is_struct(kind)
        default = schema.get("default")
        is_text = kind == "string" or (kind in self.named and not is_struct)
        is_open = kind == "any" or kind.startswith(("[]", "map[", "json."))
        pointer = nullable and not is_open
        if not required:
            pointer = is_struct or kind == "bool" or (not is_open and not is_text and (nullable or default))
        # An empty list or map is not an absent one.
        tag = wire if required else f"{wire},{'omitzero' if is_open else 'omitempty'}"
        name = go_name(wire)
        return f'{comment(name, schema.get("description"))}{name} {"*" if pointer else ""}{kind} `json:"{tag}"`\n'

    def struct(self, name, schema):
        required = schema.get("required", [])
        properties = sorted(schema.get("properties", {}).items())
        fields = "".join(self.field(wire, field, wire in required) for wire, field in properties)
        return f"{comment(name, schema.get('description'))}type {name} struct {{\n{fields}}}\n\n"

    def enum(self, name, schema):
        values = "".join(
            f'{comment(name + go_name(one["const"]), one.get("description"))}'
            f'{name}{go_name(one["const"])} {name} = "{one["const"]}"\n'
            for one in schema["oneOf"]
        )
        return f"{comment(name, schema.get('description'))}type {name} string\n\nconst (\n{values})\n\n"

    def source(self):
        out = "// Code generated by scripts/generate_go.py from the JSON Schemas; DO NOT EDIT.\n\npackage kapix\n\n"
        out += 'import "encoding/json"\n\n'
        for name, schema in sorted(self.named.items()):
            if self.is_struct(name):
                out += self.struct(name, schema)
            elif self.is_enum(name):
                out += self.enum(name, schema)
        return out


print(Types(json.load(sys.stdin)).source())
