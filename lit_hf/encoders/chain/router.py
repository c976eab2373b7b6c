"""A Router: several chains behind one name, for queries and for documents; which one a text takes is said."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lit_hf.errors import BadSetting, UnsupportedModel

ROUTER_KINDS = ("Router", "Asym")
ROUTERS = ("router_config.json", "config.json")
"""Where a Router is written down, now and in older versions."""
Taken = tuple[str, str]
"""The name of a route, and what chose it."""


def router_file(folder: Path) -> Path:
    """Return the file that describes the Router of a folder."""
    return next((folder / each for each in ROUTERS if (folder / each).is_file()), folder / ROUTERS[0])


def choose_route(
    config: Mapping[str, Any], asked: str | None, where: str, name: str
) -> tuple[Taken, list[tuple[str, str]]]:  # fmt: skip
    """Return the route that texts take and its modules, (type, path) each.

    Raises `UnsupportedModel` for a configuration that is none, `BadSetting` for a route that it lacks or does not name.
    """
    types, structure, parameters = (config.get(key) or {} for key in ("types", "structure", "parameters"))
    routes = _routes(types, structure)
    if not routes or not isinstance(parameters, dict):
        raise UnsupportedModel(name, f"{where} does not say which modules its routes have")
    mappings = _mappings(parameters.get("route_mappings") or {})
    route, why = _resolve(asked, list(routes), mappings, parameters, where)
    if route not in routes:
        raise UnsupportedModel(name, f"{where} names {route!r} as its default, and has no such route")
    return (route, why), routes[route]


def find_route(asked: str | None, known: Iterable[str], mappings: Mapping[Any, str]) -> str | None:
    """Return the route of a task over texts by the library's own order of rules; None when it names none."""
    for key in ((asked, "text"), (asked, None), (None, "text"), (None, None)):
        if key in mappings:
            return mappings[key]
    return next((name for name in (asked, "text" if asked is None else None) if name in set(known)), None)


def _resolve(
    asked: str | None, known: list[str], mappings: Mapping[Any, str], parameters: Mapping[str, Any], where: str
) -> Taken:
    found = find_route(asked, known, mappings)
    if asked is not None:
        if found is None:
            raise BadSetting("route", asked, f"one of {', '.join(known)}, the routes of {where}")
        return found, "the settings"
    if found is not None:
        return found, f"{where}: the route of texts"
    default = parameters.get("default_route") or (known[0] if parameters.get("allow_empty_key", True) else None)
    if default is None:
        raise BadSetting("route", "none", f"one of {', '.join(known)}: {where} names no default")
    return str(default), f"{where}: the default route"


def _routes(types: Any, structure: Any) -> dict[str, list[tuple[str, str]]]:
    """Return the modules of each route; empty when anything is not what it should be."""
    if not isinstance(types, dict) or not isinstance(structure, dict):
        return {}
    try:
        return {str(route): [(str(types[each]), str(each)) for each in parts] for route, parts in structure.items()}
    except (KeyError, TypeError):
        return {}


def _mappings(written: Any) -> dict[Any, str]:
    """Return rules that JSON holds as the text of a Python tuple, such as "('query', None)"."""
    found: dict[Any, str] = {}
    for key, route in written.items() if isinstance(written, dict) else ():
        try:
            found[ast.literal_eval(key)] = str(route)
        except (ValueError, SyntaxError, TypeError):  # the library passes over such a rule too
            continue
    return found
