"""The folder of a Space: complete, small, and of nothing but what the application needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lit_hf.errors import BadSetting
from lit_hf.space.folder import GRADIO, write_space
from tests.support.command_line import Lit
from tests.test_imports import imports_of

ROOT = Path(__file__).parents[2]
IMPORTED_AS = {"pyyaml": "yaml"}


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Space."""
    folder = tmp_path_factory.mktemp("space")
    write_space(folder, "org/lit-hf-results")
    return folder


def test_it_has_an_entry_requirements_and_a_card(space: Path) -> None:
    ast.parse((space / "app.py").read_text())
    assert '"org/lit-hf-results"' in (space / "app.py").read_text()
    front = yaml.safe_load((space / "README.md").read_text().split("---")[1])
    assert front["sdk"] == "gradio"
    assert front["app_file"] == "app.py"
    assert front["sdk_version"] == GRADIO
    assert front["datasets"] == ["org/lit-hf-results"]
    assert len(front["short_description"]) <= 60


def test_gradio_is_the_version_that_is_tested() -> None:
    assert f"gradio=={GRADIO}" in (ROOT / "constraints.txt").read_text().splitlines()


def test_all_that_is_imported_is_required(space: Path) -> None:
    lines = (space / "requirements.txt").read_text().split()
    named = {line.split(">=")[0].split("==")[0] for line in lines}
    required = {IMPORTED_AS.get(name, name) for name in named}
    files = [space / "app.py", *(space / "lit_hf").rglob("*.py")]
    used = {module.split(".")[0] for file in files for module in imports_of(file)}
    # The Hub client brings httpx2, gradio pandas; a record is checked by jsonschema where there is one.
    known = required | set(sys.stdlib_module_names) | {"lit_hf", "httpx2", "jsonschema", "pandas"}
    assert used <= known


def test_the_copied_rooms_stand_alone(space: Path) -> None:
    """Every module of them is imported in a process that has no other lit-hf, nor torch, transformers or datasets."""
    code = """
import importlib, pathlib, sys
class Without:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "transformers", "datasets", "accelerate", "sklearn"):
            raise ImportError(name)
sys.meta_path.insert(0, Without())
sys.path.insert(0, ".")
for file in sorted(pathlib.Path("lit_hf").rglob("*.py")):
    name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
    if name != "lit_hf.space.app":
        importlib.import_module(name)
import lit_hf
print(pathlib.Path(lit_hf.__file__).resolve().parent == pathlib.Path("lit_hf").resolve())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=space, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "True"


def test_writing_again_replaces_what_is_old(space: Path) -> None:
    (space / "lit_hf" / "old.py").write_text("raise SystemExit")
    write_space(space, "org/lit-hf-results")
    assert not (space / "lit_hf" / "old.py").exists()
    assert not list(space.rglob("__pycache__"))


@pytest.mark.parametrize("name", ["results", "a/b/c", 'a/b"); import os #', "a/b\nc", "../x", "a/"])
def test_a_name_that_is_no_dataset_is_refused(name: str, tmp_path: Path, lit: Lit) -> None:
    with pytest.raises(BadSetting):
        write_space(tmp_path / "space", name)
    code, _, err = lit("space", str(tmp_path / "space"), "--results", name)
    assert code == 2
    assert "org/lit-hf-results" in err
    assert not (tmp_path / "space").exists()


def test_boards_of_other_orders_keep_names_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from lit_hf.hub.results import Results
    from lit_hf.space import board as say
    from tests.support.pages import full

    records = (full("org/a"), full("org/b", seed=1), full("org/c", seed=1))
    monkeypatch.setattr(say.results, "read", lambda api, repo: Results(repo, "0" * 40, records, ()))
    found = say.read("org/r")
    assert [len(board.rows) for board in found.boards.values()] == [2, 1]
    assert all(len(row) == len(say.HEADERS) for board in found.boards.values() for row in say.table(board, found))
