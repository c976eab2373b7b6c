"""Imports go one way, and stay light where an answer must come at once; read from the syntax tree."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "lit_hf"
LEAVES = {"errors", "config", "records"}
ROOMS: dict[str, set[str]] = {
    "schemas": set(),
    "errors": set(),
    "config": {"errors"},
    "records": {"errors", "config"},
    "runtime": LEAVES,
    "tasks": LEAVES | {"runtime"},
    "encoders": LEAVES | {"runtime"},
    "features": LEAVES | {"runtime", "encoders"},
    "probes": LEAVES | {"runtime"},
    "codes": LEAVES | {"runtime", "probes"},
    "measures": {"errors"},
    "ranking": LEAVES | {"measures"},
    "studies": LEAVES | {"measures"},
    "reports": LEAVES | {"measures", "ranking"},
    "hub": LEAVES | {"measures", "ranking", "reports"},
    "demo": {"errors", "runtime"},
    "coding": {"codes", "probes"},
    "api": LEAVES | {"runtime", "codes", "probes", "coding", "measures"},
    "metric": {"api"},
    "evaluate_measurement": {"metric"},
    "proof": LEAVES | {"api", "codes", "coding", "runtime"},
    "results": LEAVES | {"runtime", "ranking"},
    "plots": LEAVES | {"ranking", "reports"},
    "space": LEAVES | {"measures", "ranking", "reports", "hub", "plots"},
}
# Together they compose one evaluation from the rooms.
COMPOSITION = {"evaluate", "arms", "assemble", "sections", "labels"}
COMPOSED = LEAVES | {"runtime", "tasks", "encoders", "features", "codes", "probes", "measures"}
COMPOSED |= {"coding", "api", "metric", "proof", "results"}
ROOMS |= dict.fromkeys(COMPOSITION, COMPOSED | COMPOSITION)
# A record's own settings are evaluated again, and its labels are decoded by another process.
ROOMS["verify"] = COMPOSED | COMPOSITION
ROOMS["texts"] = LEAVES | {"runtime", "tasks", "reports"}
ROOMS["decoder"] = {"errors", "proof"}
# A contest of checkpoints composes evaluations, shell by shell.
ROOMS["contest"] = COMPOSED | COMPOSITION | {"ranking", "texts"}
# A file of datasets and checkpoints; one checkpoint on all datasets of it.
ROOMS["suites"] = LEAVES
ROOMS["survey"] = COMPOSED | COMPOSITION | {"contest"}
ROOMS["contest"] |= {"suites"}
# A model in training is measured by the same parts.
ROOMS["training"] = COMPOSED
# A plan asks what all of these would do.
ROOMS["planning"] = COMPOSED | COMPOSITION | {"ranking", "contest"}
# A library that is used all over the place cannot be replaced, or kept out of `lit-hf --help`.
LIBRARIES = {
    "transformers": ("encoders/", "training/callback.py"),
    "sentence_transformers": ("training/evaluator.py",),
    "datasets": ("tasks/", "metric.py"),
    "huggingface_hub": ("hub/", "runtime/hubrepo.py"),
    "accelerate": ("runtime/",),
    "matplotlib": ("reports/",),
    "typer": ("cli/",),
    "gradio": ("space/app.py",),
    "ray": ("runtime/fleet/",),
    "submitit": ("runtime/fleet/",),
}
HEAVY = ("torch", "transformers", "datasets", "matplotlib", "sklearn", "scipy", "pandas", "pyarrow", "evaluate")

FILES = sorted(PACKAGE.rglob("*.py"))


def runtime_imports(tree: ast.AST) -> Iterator[str]:
    """Yield the modules that a file imports when it runs; imports for type checkers only do not bind two rooms."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            nested = node.module == "lit_hf"
            yield from (f"lit_hf.{alias.name}" if nested else node.module for alias in node.names)
        yield from runtime_imports(node)


def imports_of(file: Path) -> set[str]:
    return set(runtime_imports(ast.parse(file.read_text(encoding="utf-8"))))


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_room_imports_only_what_it_may_know(file: Path) -> None:
    room = room_of(file)
    if room in ("cli", "__main__", "__init__"):
        return
    known = ROOMS[room] | {room, "__version__"}
    used = {module.split(".")[1] for module in imports_of(file) if module.startswith("lit_hf.")}
    assert used <= known, f"{room} must not import {', '.join(sorted(used - known))}"


def test_nobody_imports_the_command_line() -> None:
    users = [file for file in FILES if any(module.startswith("lit_hf.cli") for module in imports_of(file))]
    assert {room_of(file) for file in users} <= {"cli", "__main__"}


@pytest.mark.parametrize(("room", "other"), [("codes", "probes"), ("features", "encoders")])
def test_a_room_knows_the_contract_of_another_and_none_of_its_files(room: str, other: str) -> None:
    used = {module for file in (PACKAGE / room).glob("*.py") for module in imports_of(file)}
    assert {module for module in used if module.startswith(f"lit_hf.{other}")} <= {f"lit_hf.{other}.contract"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_has_one_home(library: str) -> None:
    users = [file for file in FILES if any(module.split(".")[0] == library for module in imports_of(file))]
    places = [file.relative_to(PACKAGE).as_posix() for file in users]
    assert [place for place in places if not place.startswith(LIBRARIES[library])] == []


def test_the_evaluate_library_is_used_in_one_file() -> None:
    users = [file for file in FILES if any(module.split(".")[0] == "evaluate" for module in imports_of(file))]
    assert len(users) <= 1


@pytest.mark.parametrize("module", ["lit_hf", "lit_hf.cli.app", "lit_hf.config", "lit_hf.records", "lit_hf.demo"])
def test_what_answers_at_once_imports_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_public_name_stays_itself_after_its_module_was_imported() -> None:
    code = "import lit_hf.api, lit_hf.records, lit_hf; print(lit_hf.Record.__name__, callable(lit_hf.codelength))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Record", "True"]


def test_evaluate_is_the_function_also_after_its_module_was_imported() -> None:
    code = "import lit_hf.evaluate; from lit_hf import evaluate; print(callable(evaluate))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("True", "")
