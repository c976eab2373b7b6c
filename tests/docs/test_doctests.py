"""Every public function has Args, Returns, Raises and one example, and the examples do what they say."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Callable
from typing import Any

import pytest

import lit_hf

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: found for name in lit_hf.__all__ if inspect.isfunction(found := getattr(lit_hf, name))
} | {"Record.load": lit_hf.Record.load}


def test_the_public_functions_are_found() -> None:
    assert {"codelength", "evaluate", "prequential", "transfer"} <= FUNCTIONS.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_docstring_says_what_goes_in_and_out(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    names = [one for one in inspect.signature(FUNCTIONS[name]).parameters if one not in ("self", "cls")]
    for part in [*(["Args:"] if names else []), "Returns:", "Raises:", "Example:"]:
        assert f"\n{part}\n" in text, part
    assert [one for one in names if f"\n    {one}: " not in text] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_example_does_what_it_says(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    assert test.examples
    found = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL).run(test)
    assert found.failed == 0
