"""No function takes so many arguments that a reader cannot hold them, and none hands a bag of them down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "lit_hf"
MOST = 10
FREE = ("cli/",)
"""A command has one parameter for each of its options."""
MANY = {
    "integrations/trainer.py: LITCallback.__init__": "what a user of transformers' Trainer chooses, keyword-only",
}
BAGS = {
    "config/settings.py: Settings.replace": "settings by name, checked there",
    "evaluation/run.py: evaluate": "settings by name, checked by `from_mapping`",
    "api.py: continual": "settings by name, checked by `from_mapping`",
    "api.py: rank": "settings by name, checked by `from_mapping`",
    "api.py: trace": "settings by name, checked by `from_mapping`",
    "selection/run.py: rank": "settings by name, checked by `from_mapping`",
    "integrations/trainer.py: LITCallback.on_train_begin": "the signature is transformers'",
    "integrations/trainer.py: LITCallback.on_step_end": "the signature is transformers'",
    "integrations/trainer.py: LITCallback.on_train_end": "the signature is transformers'",
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, Function]]:
    """Yield every function with its name, methods behind their class, functions in functions too."""
    for node in ast.iter_child_nodes(tree):
        name = f"{inside}{getattr(node, 'name', '')}"
        if isinstance(node, Function):
            yield name, node
        yield from functions(node, f"{name}." if isinstance(node, Function | ast.ClassDef) else inside)


def parameters(function: Function) -> list[str]:
    given = function.args
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [name for name in names if name not in ("self", "cls")]


def found(wanted: str) -> set[str]:
    """Return the functions outside the command line that have too `many` parameters, or take a `bag` of them."""
    names = set[str]()
    for file in sorted(PACKAGE.rglob("*.py")):
        place = file.relative_to(PACKAGE).as_posix()
        for name, function in functions(ast.parse(file.read_text(encoding="utf-8"))):
            hit = len(parameters(function)) > MOST if wanted == "many" else function.args.kwarg is not None
            if hit and not place.startswith(FREE):
                names.add(f"{place}: {name}")
    return names


def test_no_function_has_more_than_ten_parameters() -> None:
    assert found("many") - MANY.keys() == set()


def test_no_bag_of_arguments_is_handed_down() -> None:
    assert found("bag") - BAGS.keys() == set()


def test_who_may_have_more_still_does() -> None:
    assert MANY.keys() - found("many") == set()
    assert BAGS.keys() - found("bag") == set()


@pytest.mark.parametrize(
    ("source", "names", "count"),
    [
        ("class A:\n    def f(self, a, *, b): ...", ["A.f"], 2),
        ("def f(a):\n    if a:\n        def g(b, c, d): ...", ["f", "f.g"], 3),
    ],
)
def test_functions_are_found_wherever_they_stand(source: str, names: list[str], count: int) -> None:
    seen = list(functions(ast.parse(source)))
    assert [name for name, _ in seen] == names
    assert len(parameters(seen[-1][1])) == count
