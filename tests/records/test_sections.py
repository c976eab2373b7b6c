"""The types of a record's sections are its schema: the same keys, the same required ones, the same types."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from lit_hf.records import sections
from lit_hf.records.record import schema

SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def plain(hint: Any) -> Any:
    return plain(get_args(hint)[0]) if get_origin(hint) is NotRequired else hint


def parts(hint: Any) -> list[Any]:
    return list(get_args(hint)) if get_origin(hint) in (Union, UnionType) else [hint]


def differences(hint: Any, node: dict[str, Any], where: str) -> list[str]:
    """Say where a type and a schema differ."""
    node = schema()["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node
    if "oneOf" in node:
        whole = [each for each in node["oneOf"] if each.get("type") != "null"]
        rest = [each for each in parts(hint) if each is not NoneType]
        return differences(rest[0], whole[0], where) if len(rest) < len(parts(hint)) else [f"{where}: null"]
    if get_origin(hint) is Literal:
        return [] if list(get_args(hint)) == node.get("enum") else [f"{where}: {node.get('enum')}"]
    expected = node.get("type", "string" if "const" in node else None)
    kinds = {expected} if isinstance(expected, str) else set(expected or ())
    found = {name_of(each) for each in parts(hint)}
    if kinds != found:
        return [f"{where}: {sorted(found)} is {sorted(kinds)} in the schema"]
    return [line for each in parts(hint) for line in inside(each, node, where)]


def name_of(hint: Any) -> str:
    origin = get_origin(hint)
    if origin is list:
        return "array"
    return "object" if origin is dict or is_typeddict(hint) else SCALARS[hint]


def inside(hint: Any, node: dict[str, Any], where: str) -> list[str]:
    if get_origin(hint) is list and "items" in node:
        return differences(get_args(hint)[0], node["items"], f"{where}[]")
    if not is_typeddict(hint):
        return []
    hints, known = get_type_hints(hint, include_extras=True), node.get("properties", {})
    found = [f"{where}.{key}: only on one side" for key in hints.keys() ^ known.keys()]
    required = {key for key, each in hints.items() if get_origin(each) is not NotRequired}
    found += [f"{where}.{key}: required on one side" for key in required ^ set(node.get("required", ()))]
    both = hints.keys() & known.keys()
    return found + [line for key in both for line in differences(plain(hints[key]), known[key], f"{where}.{key}")]


def test_the_types_are_the_schema() -> None:
    assert sorted(inside(sections.Sections, schema(), "record")) == []


@pytest.mark.parametrize("key", ["model", "transfer", "stage"])
def test_a_key_more_or_less_is_seen(key: str) -> None:
    node = schema()["properties"][key]
    fewer = {**node, "properties": dict(list(node["properties"].items())[1:])}
    hint = plain(get_type_hints(sections.Sections, include_extras=True)[key])
    assert inside(hint, fewer, key) != []
    assert inside(hint, {**node, "required": []}, key) != []
