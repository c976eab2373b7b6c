"""The files of a Space: an entry point, its requirements, its card, and the rooms of lit-hf that it stands on."""

from __future__ import annotations

import json
import shutil
from importlib import resources
from pathlib import Path
from string import Template

from lit_hf.config.names import is_repository
from lit_hf.errors import BadSetting

GRADIO = "6.31.0"
"""The version that the Space asks for, and that the tests run."""
ROOMS = (
    "_version.py",
    "errors",
    "config",
    "records/__init__.py",
    "records/record.py",
    "records/made_of.py",
    "records/said.py",
    "records/sections.py",
    "records/ranking.py",
    "records/schemas",
    "records/views.py",
    "runtime/__init__.py",
    "runtime/hub_errors.py",
    "runtime/transport.py",
    "runtime/visible.py",
    "plots.py",
    "measures",
    "ranking",
    "reports",
    "hub",
    "space",
)
"""What the application imports of lit-hf, all in all; none of it needs torch."""
FILES = ("app.py", "requirements.txt", "README.md")


def write_space(folder: Path, results: str) -> list[Path]:
    """Write a Space that shows the results dataset `results`; return its own files.

    Raises `BadSetting` where `results` is no `namespace/name`.
    """
    if not is_repository(results):
        raise BadSetting("results", results, "the name of a dataset, as in `org/lit-hf-results`")
    folder.mkdir(parents=True, exist_ok=True)
    return [*(_write(folder, name, results) for name in FILES), _copy(folder / "lit_hf")]


def _write(folder: Path, name: str, results: str) -> Path:
    text = resources.files("lit_hf.space").joinpath(f"templates/{name}.in").read_text(encoding="utf-8")
    values = {"results": results, "quoted": json.dumps(results), "gradio": GRADIO, "name": results.split("/")[1]}
    target = folder / name
    target.write_text(Template(text).substitute(values), encoding="utf-8")
    return target


def _copy(target: Path) -> Path:
    """Copy the rooms in place of an older copy; a Space cannot install what is on no index."""
    source = Path(str(resources.files("lit_hf")))
    if target.is_dir():
        shutil.rmtree(target)
    target.mkdir()
    for name in ("__init__.py", *ROOMS):
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "other_scores"))
        else:
            (target / name).parent.mkdir(exist_ok=True)
            shutil.copy2(source / name, target / name)
    return target
