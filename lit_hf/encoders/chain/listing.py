"""From modules.json to the modules that a text passes through, one after the other; a Router becomes its route."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lit_hf.encoders.chain.files import inside, not_read, read_json, read_mapping
from lit_hf.encoders.chain.names import stock_kind
from lit_hf.encoders.chain.router import ROUTER_KINDS, choose_route, router_file
from lit_hf.errors import BadSetting, UnsupportedModel

MODULES = "modules.json"
_DEEPEST = 4
"""Routers inside routers: more than these are no checkpoint but an attack."""


@dataclass(frozen=True)
class Listed:
    """One module: the short name of its stock class, its folder, and its configuration's name in errors and notes."""

    kind: str
    folder: Path
    where: str


@dataclass(frozen=True)
class Listing:
    """The modules in their order; `route`: the route that was taken and what chose it, None without a Router."""

    modules: tuple[Listed, ...]
    route: tuple[str, str] | None = None


def list_modules(folder: Path, name: str, route: str | None) -> Listing:
    """Return the modules of a folder, none for a plain transformers folder.

    Raises `UnsupportedModel` for a module that is no stock one, named by its full class, and `BadSetting` for a
    `route` that no Router has.
    """
    found = read_json(folder / MODULES, name)
    if found is None:
        return _without_router(Listing(()), route)
    if not isinstance(found, list) or not found or not all(_is_entry(each) for each in found):
        raise UnsupportedModel(name, f"{MODULES} is no list of modules, each with a `type` and a `path`")
    pairs = [(each["type"], each["path"]) for each in found]
    return _without_router(_expand(folder, folder, pairs, name, route, MODULES, _DEEPEST), route)


def named_folders(folder: Path, name: str) -> tuple[str, ...]:
    """Return the folders of a repository's modules as its modules.json, and a router at its root, name them."""
    found = read_json(folder / MODULES, name)
    entries = [each for each in found if _is_entry(each)] if isinstance(found, list) else []
    paths = {each["path"] for each in entries}
    if any(stock_kind(each["type"]) in ROUTER_KINDS and each["path"] in ("", ".") for each in entries):
        types = read_mapping(router_file(folder), name).get("types")
        paths |= set(types) if isinstance(types, dict) else set()
    return tuple(sorted({PurePosixPath(path).as_posix() for path in paths} - {"."}))


def _expand(
    root: Path, folder: Path, pairs: list[tuple[str, str]], name: str, route: str | None, said_in: str, depth: int
) -> Listing:
    """Return the modules of `pairs` (type, path below `folder`), routers replaced by their routes."""
    modules: list[Listed] = []
    taken = None
    for dotted, path in pairs:
        kind, place = stock_kind(dotted), inside(folder, path, name)
        if kind is None:
            raise not_read(name, f"{said_in} has {dotted}, which is none of the modules that lit-hf reads")
        if kind not in ROUTER_KINDS:
            modules.append(Listed(kind, place, f"{place.relative_to(root).as_posix()}/config.json"))
            continue
        if not depth:
            raise UnsupportedModel(name, "its routers lie inside each other too deeply")
        file = router_file(place)
        chosen, below = choose_route(read_mapping(file, name), route, file.relative_to(root).as_posix(), name)
        found = _expand(root, place, below, name, route, file.name, depth - 1)
        modules += found.modules
        taken = taken or chosen
    return Listing(tuple(modules), taken)


def _without_router(listing: Listing, route: str | None) -> Listing:
    if route is not None and listing.route is None:
        raise BadSetting("route", route, "left out: this checkpoint has no Router; `--prompt NAME` takes its prompts")
    return listing


def _is_entry(each: Any) -> bool:
    return isinstance(each, dict) and isinstance(each.get("type"), str) and isinstance(each.get("path"), str)
