"""Code of a checkpoint's own: which of its files name some, and what it is by content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.encoders.chain.files import read_json
from lit_hf.encoders.content import code_hash
from lit_hf.errors import UnsupportedModel
from lit_hf.runtime.cache import digest_of

if TYPE_CHECKING:
    from lit_hf.encoders.checkpoint import Policy

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


def running_code(folders: Sequence[Path], name: str, policy: Policy, cache: Path) -> str | None:
    """Return a hash of the Python files in `folders`, where they may run and something names them; else None."""
    if not policy.trust_remote_code or not own_code(folders, name):
        return None
    return digest_of([code_hash(folder, cache) for folder in dict.fromkeys(folders)])


def _reference(value: Any) -> str:
    """Return the class; tokenisers name two, of which the second is the fast one."""
    return ", ".join(str(each) for each in value if each) if isinstance(value, list | tuple) else str(value)
