"""The stronger form of the checks: what is dropped, and what carries meaning alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lit_hf.checks.form import is_spaceless, strong_form, units
from lit_hf.tasks.form import grouping_form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello, world!", "hello world"),
        ("well-known", "well known"),
        ("“quoted”", '"quoted"'),
        ("soft\u00adhyphen", "softhyphen"),
        ("(see: there)", "see there"),
    ],
)
def test_marks_are_dropped(one: str, other: str) -> None:
    assert strong_form(one) == strong_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("great :)", "great :("),
        ("-5 degrees", "5 degrees"),
        ("1.5 stars", "15 stars"),
        ("C++", "C"),
        ("C#", "C"),
        ("up 5%", "up 5"),
        ("great 😀", "great 😡"),
        ("कि", "का"),
        ("$5", "€5"),
        ("?!", "..."),
    ],
)
def test_what_carries_meaning_alone_is_kept(one: str, other: str) -> None:
    assert strong_form(one) != strong_form(other)


@given(st.text(), st.text())
def test_texts_of_one_grouping_form_have_one_strong_form(one: str, other: str) -> None:
    assert strong_form(one) == strong_form(grouping_form(one))
    if grouping_form(one) == grouping_form(other):
        assert strong_form(one) == strong_form(other)


@given(st.text(min_size=1).filter(lambda text: grouping_form(text) != ""))
def test_a_text_with_anything_in_it_has_units(text: str) -> None:
    assert units(strong_form(text))


def test_characters_are_the_units_of_scripts_without_spaces() -> None:
    assert is_spaceless("今天天气很好")
    assert not is_spaceless("the word 天气 means weather")
    assert units("今天 天气") == ["今", "天", "天", "气"]
