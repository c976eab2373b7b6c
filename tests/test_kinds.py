"""What kind a label is, is known in tasks/targets: no other room names a kind, or asks for one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from lit_hf.tasks.targets import KINDS

PACKAGE = Path(__file__).parent.parent / "lit_hf"
ROOMS = (
    "reports", "hub", "space", "cli", "ranking", "proof", "selection", "studies", "suites", "planning", "integrations",
    "evaluation", "measures", "api.py",
)  # fmt: skip
"""Those that get a task with its target, or a record, and must take it as it comes."""
WORDS = {kind.asked_as for kind in KINDS} | {kind.name for kind in KINDS} - {None}
CLASSES = {kind.__name__ for kind in KINDS}
KEYS = {"bin_width", "bin_origin", "problem_type", "ordered", "num_classes", "null_slack"}
"""What only some kinds have."""
ALLOWED = {
    # public functions of arrays, whose callers say what their labels are
    ("proof/file.py", "bin_width"), ("proof/file.py", "num_classes"),
    ("integrations/measurement.py", "num_classes"), ("studies/information.py", "num_classes"),
    ("studies/label_errors.py", "num_classes"),
    # names of settings
    ("cli/continual.py", "bin_width"), ("cli/data_show.py", "bin_width"), ("suites/suite.py", "bin_width"),
    # what p-values are sorted by
    ("ranking/intervals.py", "ordered"),
}  # fmt: skip

FILES = sorted(file for room in ROOMS for file in [*(PACKAGE / room).rglob("*.py")] or [PACKAGE / room])


def named(tree: ast.AST) -> Iterator[str]:
    """Yield every name, attribute, argument and text in the code that names a kind, or what only one kind has."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if text in WORDS | KEYS:
                yield text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                if name in CLASSES | KEYS:
                    yield name
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, kind]) if "target" in ast.unparse(kind).lower():
                yield ast.unparse(node)
            case ast.Compare(left=ast.Subscript(slice=ast.Constant(value="classes" | "class_names")) as left):
                yield ast.unparse(left)  # null where there are none: what kind it is, by another name
            case ast.IfExp(test=test) | ast.If(test=test) if "classes" in ast.unparse(test).replace('"', "'").split(
                "'"
            ):
                yield ast.unparse(test)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_room_branches_on_the_kind_of_label(file: Path) -> None:
    place = file.relative_to(PACKAGE).as_posix()
    found = set(named(ast.parse(file.read_text(encoding="utf-8"))))
    assert {name for name in found if (place, name) not in ALLOWED} == set()


@pytest.mark.parametrize(
    "code",
    [
        'if dataset["kind"] == "regression": pass',
        'width = dataset.get("bin_width")',
        'kind = "numbers" if data["classes"] is None else ""',
        'text = f"{n} classes" if data["classes"] else ""',
        "if isinstance(task.target, Regression): pass",
        "if isinstance(task.target, targets.AnyKind): pass",
        "write(labels, ordered=target.ordered)",
        'sets = data["kind"] == "multi-label-classification"',
    ],
)
def test_a_branch_on_the_kind_would_be_found(code: str) -> None:
    assert [*named(ast.parse(code))]
