"""lit-hf: how many bits of labelled data does a pretrained encoder save?

The names below are loaded when they are first used, so that `import lit_hf` and `lit-hf --help` answer at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lit_hf._version import __version__

if TYPE_CHECKING:
    from lit_hf import plots
    from lit_hf.api import (
        codelength,
        continual,
        diff,
        forgetting,
        prequential,
        rank,
        records,
        trace,
        transfer,
        verify,
    )
    from lit_hf.config import Settings
    from lit_hf.errors import LitError
    from lit_hf.evaluation.run import evaluate
    from lit_hf.integrations.measurement import measurement_path
    from lit_hf.integrations.sentence_transformers import LITEvaluator
    from lit_hf.integrations.trainer import LITCallback
    from lit_hf.proof.file import decode_labels, encode_labels
    from lit_hf.records.record import Record
    from lit_hf.selection.plan import Race

_HOMES = {
    "LITCallback": "lit_hf.integrations.trainer",
    "LITEvaluator": "lit_hf.integrations.sentence_transformers",
    "LitError": "lit_hf.errors",
    "Race": "lit_hf.selection.plan",
    "Record": "lit_hf.records.record",
    "Settings": "lit_hf.config",
    "codelength": "lit_hf.api",
    "continual": "lit_hf.api",
    "decode_labels": "lit_hf.proof.file",
    "diff": "lit_hf.api",
    "encode_labels": "lit_hf.proof.file",
    "evaluate": "lit_hf.evaluation.run",
    "forgetting": "lit_hf.api",
    "measurement_path": "lit_hf.integrations.measurement",
    "prequential": "lit_hf.api",
    "rank": "lit_hf.api",
    "records": "lit_hf.api",
    "trace": "lit_hf.api",
    "transfer": "lit_hf.api",
    "verify": "lit_hf.api",
}

__all__ = [
    "LITCallback",
    "LITEvaluator",
    "LitError",
    "Race",
    "Record",
    "Settings",
    "__version__",
    "codelength",
    "continual",
    "decode_labels",
    "diff",
    "encode_labels",
    "evaluate",
    "forgetting",
    "measurement_path",
    "plots",
    "prequential",
    "rank",
    "records",
    "trace",
    "transfer",
    "verify",
]


class _Package(ModuleType):
    """The package with its public names as properties.

    A property wins over what the import system writes on the package: `lit_hf.evaluate` stays the function
    also after the module of the same name has been imported (`from lit_hf.evaluation.run import run` finds that one).
    """

    def __dir__(self) -> list[str]:
        return sorted(__all__)

    def __getattr__(self, name: str) -> Any:
        if name in ("data", "plots"):  # modules whose names are public, imported when they are first used
            return import_module(f"lit_hf.{name}")
        raise AttributeError(f"module 'lit_hf' has no attribute {name!r}")


def _lazy(name: str) -> property:
    def get(package: _Package) -> Any:
        return getattr(import_module(_HOMES[name]), name)

    def keep(package: _Package, value: Any) -> None:
        """Ignore the submodule that the import system puts here; anything else is a mistake."""
        if not isinstance(value, ModuleType):
            raise AttributeError(f"lit_hf.{name} cannot be set")

    return property(get, keep)


for _name in _HOMES:
    setattr(_Package, _name, _lazy(_name))
sys.modules[__name__].__class__ = _Package
