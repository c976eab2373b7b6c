"""Code of a checkpoint's own: which of its files name some, whether it may run, and what it is by content."""

from __future__ import annotations

import copy
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.encoders.chain.files import read_json
from lit_hf.encoders.content import code_hash
from lit_hf.errors import UnsafeRemoteCode, UnsupportedModel
from lit_hf.runtime.cache import digest_of

if TYPE_CHECKING:
    from torch import nn
    from transformers import PretrainedConfig

    from lit_hf.encoders.policy import Policy

CONFIG = "config.json"
_FILES = (CONFIG, "tokenizer_config.json", "preprocessor_config.json", "processor_config.json")
BODY = "AutoModel"
_OURS = ("AutoConfig", "AutoTokenizer", "AutoImageProcessor", "AutoFeatureExtractor", "AutoProcessor")


@dataclass(frozen=True)
class OwnCode:
    """A class that a file of the checkpoint names in place of transformers' own, such as "modeling_x.XModel"."""

    file: str
    role: str
    reference: str


def own_code(folders: Sequence[Path], name: str) -> list[OwnCode]:
    """Return the classes of their own that the files in `folders` name for what is read here."""
    found = list[OwnCode]()
    for folder in dict.fromkeys(folders):
        for file in _FILES:
            config = read_json(folder / file, name)
            given = config.get("auto_map") if isinstance(config, dict) else None
            named = {"AutoTokenizer": given} if isinstance(given, list) else given
            if given is not None and not isinstance(named, dict):
                raise UnsupportedModel(name, f"{file} has an auto_map that is no mapping")
            found += [OwnCode(file, str(role), _reference(value)) for role, value in (named or {}).items()]
    return [each for each in found if each.role in _OURS or each.role.startswith(BODY)]


def check_code(name: str, folders: Sequence[Path], policy: Policy, local: bool) -> list[OwnCode]:
    """Return what `own_code` finds, for which there is leave.

    Raises `UnsafeRemoteCode` for code that nobody asked for, `UnsupportedModel` for code in another repository, or
    where classes are named for tasks and none for the features.
    """
    found = own_code(folders, name)
    if not found or policy.stock_code:
        return found
    if not policy.trust_remote_code:
        raise UnsafeRemoteCode(name, _spoken(found), local)
    elsewhere = next((each for each in found if "--" in each.reference), None)
    if elsewhere is not None:
        what = f"{elsewhere.file} names {elsewhere.reference}: code of another repository, at no pinned revision"
        raise UnsupportedModel(name, what, "Copy that code into a folder with the checkpoint, and give the folder.")
    bodies = sorted(each.role for each in found if each.role.startswith(BODY))
    if bodies and bodies[0] != BODY:
        what = f"its code has a class for {bodies[0]}, and none for {BODY}, which gives features"
        raise UnsupportedModel(name, what, "Where its model_type is one of transformers' own, try `--stock-code`.")
    return found


@dataclass(frozen=True)
class RunningCode:
    """`digest`: of the repository's Python files where they run, else None; `said`: for the record."""

    digest: str | None
    said: dict[str, str]


def running_code(folders: Sequence[Path], name: str, policy: Policy, cache: Path) -> RunningCode:
    """Return which code runs, after `check_code`: the repository's own, by its content, or transformers'."""
    found = own_code(folders, name)
    if not found:
        return RunningCode(None, {})
    if not policy.trust_remote_code:
        return RunningCode(None, {"code": f"transformers' own, and not the repository's ({_spoken(found)})"})
    digest = digest_of([code_hash(folder, cache) for folder in dict.fromkeys(folders)])
    return RunningCode(digest, {"code": f"the repository's own, {digest[:12]} ({_spoken(found)})"})


def has_leave(config: PretrainedConfig) -> bool:
    """Tell whether a configuration comes with code that may run: where there is no leave, its names are taken away."""
    return bool(getattr(config, "auto_map", None))


def without_code(config: PretrainedConfig) -> PretrainedConfig:
    """Return a configuration that names no code, so that nothing down the line asks whether it may run."""
    if not has_leave(config):
        return config
    found = copy.deepcopy(config)
    del found.auto_map
    return found


def own_class(model: nn.Module) -> tuple[Any, str | None]:
    """Return the class of a loaded network that is none of transformers' own, and a hash of its file; else None."""
    kind = type(model)
    if kind.__module__.startswith("transformers."):
        return None, None
    file = Path(getattr(sys.modules.get(kind.__module__), "__file__", None) or "")
    return kind, hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else kind.__qualname__


def _spoken(found: Sequence[OwnCode]) -> str:
    return "; ".join(f"{each.file} names {each.reference} as {each.role}" for each in found[:3])


def _reference(value: Any) -> str:
    """Return the class; tokenisers name two, of which the second is the fast one."""
    return ", ".join(str(each) for each in value if each) if isinstance(value, list | tuple) else str(value)
