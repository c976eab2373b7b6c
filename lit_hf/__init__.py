"""lit-hf: how many bits of labelled data does a pretrained encoder save?

The names below are loaded when they are first used, so that `import lit_hf` and `lit-hf --help` answer at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from lit_hf.api import codelength, transfer
    from lit_hf.config import Settings
    from lit_hf.errors import LitError
    from lit_hf.evaluate import evaluate
    from lit_hf.metric import measurement_path
    from lit_hf.proof import decode_labels, encode_labels
    from lit_hf.records import Record
    from lit_hf.training.callback import LITCallback
    from lit_hf.training.evaluator import LITEvaluator

_HOMES = {
    "LITCallback": "lit_hf.training.callback",
    "LITEvaluator": "lit_hf.training.evaluator",
    "LitError": "lit_hf.errors",
    "Record": "lit_hf.records",
    "Settings": "lit_hf.config",
    "codelength": "lit_hf.api",
    "decode_labels": "lit_hf.proof",
    "encode_labels": "lit_hf.proof",
    "evaluate": "lit_hf.evaluate",
    "measurement_path": "lit_hf.metric",
    "transfer": "lit_hf.api",
}

__all__ = [
    "LITCallback",
    "LITEvaluator",
    "LitError",
    "Record",
    "Settings",
    "__version__",
    "codelength",
    "decode_labels",
    "encode_labels",
    "evaluate",
    "measurement_path",
    "transfer",
]


class _Package(ModuleType):
    """The package with its public names as properties.

    A property wins over what the import system writes on the package: `lit_hf.evaluate` stays the function
    also after the module of the same name has been imported (`from lit_hf.evaluate import run` finds that one).
    """

    def __dir__(self) -> list[str]:
        return sorted(__all__)


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
