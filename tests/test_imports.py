"""Imports go one way, and stay light where an answer must come at once; read from the syntax tree."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "lit_hf"
LAYERS = (
    {"errors", "_version"},
    {"config"},
    {"measures", "probes"},
    {"runtime"},
    {"records", "codes", "encoders"},
    {"coding", "features", "ranking"},
    {"tasks", "reports"},
    {"evaluation", "hub", "checks"},
    {"studies", "proof", "suites", "planning", "space", "integrations"},
    {"selection", "continual"},
    {"api", "data", "demo", "plots"},
    {"cli"},
    {"__init__", "__main__"},
)
"""A room imports from layers below its own, never from beside or above it."""
LEVEL = {room: level for level, layer in enumerate(LAYERS) for room in layer}
# A library that is used all over the place cannot be replaced, or kept out of `lit-hf --help`.
LIBRARIES = {
    "transformers": ("encoders/", "integrations/trainer.py"),
    "sentence_transformers": ("encoders/library.py", "integrations/sentence_transformers.py"),
    "datasets": ("tasks/", "integrations/measurement.py"),
    "huggingface_hub": ("hub/", "runtime/hubrepo.py", "runtime/transport.py"),
    "accelerate": ("runtime/",),
    "matplotlib": ("reports/",),
    "typer": ("cli/",),
    "gradio": ("space/app.py",),
    "ray": ("runtime/fleet/",),
    "submitit": ("runtime/fleet/",),
}
HEAVY = ("torch", "transformers", "datasets", "matplotlib", "sklearn", "scipy", "pandas", "pyarrow", "evaluate")

FILES = sorted(PACKAGE.rglob("*.py"))


def name_of(file: Path) -> str:
    return ".".join(("lit_hf", *file.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


MODULES = {name_of(file): file for file in FILES}


def imports_of(file: Path, *, for_types: bool = True) -> set[str]:
    """Return the modules that a file names anywhere: on top, inside functions and, unless told, for type checkers."""
    return set(_imports(ast.parse(file.read_text(encoding="utf-8")), for_types))


def _imports(tree: ast.AST, for_types: bool) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if not for_types and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from (below & MODULES.keys()) or {node.module}
        yield from _imports(node, for_types)


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_room_imports_from_below_only(file: Path) -> None:
    room = room_of(name_of(file))
    used = {room_of(module) for module in imports_of(file) if module.startswith("lit_hf.")} - {room}
    assert {other for other in used if LEVEL[other] >= LEVEL[room]} == set(), f"{room} is not above them"


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module: imports_of(file) & MODULES.keys() for module, file in MODULES.items()}
    assert circles(graph) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components of more than one module: those that reach each other."""
    reach = {module: reachable(graph, module) for module in graph}
    found = {tuple(sorted(o for o in reach[m] if m in reach[o])) for m in graph if m in reach[m]}
    return [list(each) for each in sorted(found)]


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    seen, waiting = set[str](), list(graph[start])
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += graph[module]
    return seen


def test_nobody_imports_the_command_line() -> None:
    users = [name for name, file in MODULES.items() if any(one.startswith("lit_hf.cli") for one in imports_of(file))]
    assert {room_of(name) for name in users} <= {"cli", "__main__"}


@pytest.mark.parametrize("folder", ["lit_hf", "benchmarks", "docs", "scripts", "model_cards"])
def test_nobody_imports_the_tests(folder: str) -> None:
    files = [*(PACKAGE.parent / folder).rglob("*.py")]
    assert files
    assert {str(file): used for file in files if (used := {each for each in imports_of(file) if _of_tests(each)})} == {}


def _of_tests(module: str) -> bool:
    return module.split(".")[0] == "tests"


def test_tests_take_fixtures_from_conftest_by_name_alone() -> None:
    files = [*Path(__file__).parent.rglob("*.py")]
    assert [str(file) for file in files if any(each.endswith("conftest") for each in imports_of(file))] == []


@pytest.mark.parametrize(("room", "other"), [("codes", "probes"), ("features", "encoders")])
def test_a_room_knows_the_contract_of_another_and_none_of_its_files(room: str, other: str) -> None:
    used = {module for file in (PACKAGE / room).glob("*.py") for module in imports_of(file)}
    assert {module for module in used if module.startswith(f"lit_hf.{other}")} <= {f"lit_hf.{other}.contract"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_has_one_home(library: str) -> None:
    users = [
        file for file in FILES if any(module.split(".")[0] == library for module in imports_of(file, for_types=False))
    ]
    places = [file.relative_to(PACKAGE).as_posix() for file in users]
    assert [place for place in places if not place.startswith(LIBRARIES[library])] == []


def test_the_evaluate_library_is_used_in_one_file() -> None:
    users = [file for file in FILES if any(module.split(".")[0] == "evaluate" for module in imports_of(file))]
    assert len(users) <= 1


@pytest.mark.parametrize(
    "module", ["lit_hf", "lit_hf.cli.app", "lit_hf.config", "lit_hf.records.record", "lit_hf.demo"]
)
def test_what_answers_at_once_imports_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_public_name_stays_itself_after_its_module_was_imported() -> None:
    code = "import lit_hf.api, lit_hf.records.record; print(lit_hf.Record.__name__, callable(lit_hf.transfer))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Record", "True"]


def test_evaluate_is_the_function_also_after_its_module_was_imported() -> None:
    code = "import lit_hf.evaluation.run; from lit_hf import evaluate; print(callable(evaluate))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("True", "")
