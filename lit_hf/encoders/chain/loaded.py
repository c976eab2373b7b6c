"""The chain of a loaded SentenceTransformer: the same modules as in files, read from the objects themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lit_hf.encoders.chain.arrange import Piece
from lit_hf.encoders.chain.files import not_read
from lit_hf.encoders.chain.names import class_name, stock_kind
from lit_hf.encoders.chain.pooled import Pooled, join_modes
from lit_hf.encoders.chain.router import ROUTER_KINDS, Taken, find_route
from lit_hf.encoders.chain.stages import Dense, LayerNorm, Normalize, check_activation, reads
from lit_hf.errors import BadSetting


def pieces_of(
    modules: Iterable[Any], route: str | None, name: str
) -> tuple[list[tuple[Piece, Any]], Taken | None]:  # fmt: skip
    """Return each module as a piece, beside itself, and the route that was taken; None without a Router.

    Raises `UnsupportedModel` for a module that is no stock one, `BadSetting` for a route that the Router lacks.
    """
    found: list[tuple[Piece, Any]] = []
    taken = None
    for module in modules:
        kind = stock_kind(class_name(module))
        if kind is None:
            raise not_read(name, f"it has {class_name(module)}, which is none of the modules that lit-hf reads")
        if kind in ROUTER_KINDS:
            chosen = _route(module, route)
            below, _ = pieces_of(module.sub_modules[chosen[0]], route, name)
            found, taken = found + below, taken or chosen
        else:
            found.append((_piece(kind, module, name), module))
    return found, taken


def _route(router: Any, asked: str | None) -> Taken:
    known = list(router.sub_modules)
    found = find_route(asked, known, router.route_mappings)
    if asked is not None:
        if found is None:
            raise BadSetting("route", asked, f"one of {', '.join(known)}, the routes of its Router")
        return found, "the settings"
    if found is None and router.default_route is None:
        raise BadSetting("route", "none", f"one of {', '.join(known)}: its Router names no default")
    return (found, "the route of texts") if found is not None else (str(router.default_route), "the default route")


def _piece(kind: str, module: Any, name: str) -> Piece:
    names: Mapping[str, Any] = {key: getattr(module, key, None) for key in ("module_input_name", "module_output_name")}
    if kind == "Pooling":
        modes = [module.pooling_mode] if isinstance(module.pooling_mode, str) else list(module.pooling_mode)
        return Piece(kind, pooled=Pooled(join_modes(modes, name), bool(module.include_prompt)))
    if kind == "Dense":
        activation = check_activation(class_name(module.activation_function), "its Dense", name)
        dense = Dense(
            module.in_features, module.out_features, module.linear.bias is not None, activation,
            bool(getattr(module, "use_residual", False)),
        )  # fmt: skip
        return Piece(kind, dense, reads(names, "its Dense", name), weights=module)
    if kind == "LayerNorm":
        return Piece(kind, LayerNorm(module.dimension), weights=module)
    if kind == "Normalize":
        return Piece(kind, Normalize(), reads(names, "its Normalize", name), weights=module)
    return Piece(kind)
