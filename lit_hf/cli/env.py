"""`lit-hf env`: what an issue needs to know of this machine."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from lit_hf._version import __version__
from lit_hf.cli.output import Format, Sink

_PACKAGES = (
    "torch", "transformers", "datasets", "accelerate", "huggingface_hub", "evaluate", "numpy", "scikit-learn",
    "sentence-transformers", "peft",
)  # fmt: skip
_VARIABLES = ("LIT_HF_CACHE", "HF_HOME", "HF_ENDPOINT", "HF_HUB_OFFLINE", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
HowToPrint = Annotated[
    Format, typer.Option("--format", "-f", help="table, json (one object on stdout), or quiet (the version alone).")
]


def command(format: HowToPrint = Format.TABLE) -> None:
    """Print versions, machine and cache: a block to paste into an issue; tokens and names of users are left out."""
    sink = Sink()
    if format is Format.QUIET:
        return sink.text(__version__)
    found = {"lit-hf": __version__, **_machine(), **_packages(), **_variables()}
    if format is Format.JSON:
        return sink.text(json.dumps(found, indent=2))
    return sink.text("\n".join(f"- {name}: {value}" for name, value in found.items()))


def _machine() -> dict[str, str]:
    from lit_hf.runtime.cache import cache_root

    return {
        "Python": platform.python_version(),
        "platform": platform.platform(),
        "processors": str(os.cpu_count()),
        "accelerators": _accelerators(),
        "cache": _home_left_out(str(cache_root())),
    }


def _accelerators() -> str:
    import torch

    names = [torch.cuda.get_device_name(place) for place in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("Apple MPS")
    return ", ".join(names) or "none"


def _packages() -> dict[str, str]:
    return {name: _version(name) for name in _PACKAGES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _variables() -> dict[str, str]:
    return {f"${name}": _home_left_out(os.environ[name]) for name in _VARIABLES if name in os.environ}


def _home_left_out(path: str) -> str:
    """Return a path with the user's own folder as `~`: its name is nobody's business."""
    home = os.path.expanduser("~")
    return "~" + path[len(home) :] if home != "/" and path.startswith(home) else path
