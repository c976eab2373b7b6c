"""The reference pages are what the code says today, and leave no command, option or public name out."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import lit_hf

ROOT = Path(__file__).parents[2]


def load(name: str) -> ModuleType:
    """Import scripts/NAME.py."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their own module up
    spec.loader.exec_module(module)
    return module


make_docs = load("make_docs")
COMMANDS = dict(make_docs.commands(make_docs.root_command()))


def written(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_command_line_reference_is_current() -> None:
    assert written("cli.md") == make_docs.cli_page(), "run `python scripts/make_docs.py`"


def test_the_python_reference_is_current() -> None:
    pytest.importorskip("sentence_transformers")
    assert written("api.md") == make_docs.api_page(), "run `python scripts/make_docs.py`"


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_has_a_section_with_every_option_and_its_meaning(path: str) -> None:
    text = make_docs.cli_page()
    assert f"\n## lit-hf {path}\n" in text
    section = text.split(f"\n## lit-hf {path}\n")[1].split("\n## ")[0]
    assert COMMANDS[path].help
    for option in COMMANDS[path].params:
        if getattr(option, "hidden", False):
            continue
        assert option.help, f"{option.name} of lit-hf {path} does not say what it is"
        for name in [name for name in option.opts if name.startswith("-")]:
            assert f"`{name}`" in section


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_is_shown_at_work_outside_the_reference(path: str) -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    told = [page.name for page in pages if page.name != "cli.md" and f"lit-hf {path}" in page.read_text("utf-8")]
    assert told, f"README or docs/ should show `lit-hf {path}` once"


@pytest.mark.parametrize("name", [name for name in lit_hf.__all__ if not name.startswith("__")])
def test_a_public_name_is_documented(name: str) -> None:
    pytest.importorskip("sentence_transformers")
    assert getattr(lit_hf, name).__doc__
    assert f"\n## lit_hf.{name}\n" in written("api.md")
