"""The form in which two inputs are one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lit_hf.tasks.form import grouping_form, grouping_input


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A  film\n", "a film"),
        ("Straße", "STRASSE"),
        ("café", "cafe\u0301"),
        ("ﬁne\u00a0film", "fine film"),
        ("ΣΑΣ", "σας"),
        ("\u2003x\ty", "X Y"),
    ],
)
def test_case_unicode_form_and_white_space_are_one(one: str, other: str) -> None:
    assert grouping_form(one) == grouping_form(other)


@pytest.mark.parametrize(("one", "other"), [("a film.", "a film"), ("a b", "ab"), ("cafe", "café"), ("C#", "C")])
def test_what_a_reader_sees_stays_different(one: str, other: str) -> None:
    assert grouping_form(one) != grouping_form(other)


@given(st.text())
def test_the_form_of_a_form_is_itself(text: str) -> None:
    assert grouping_form(grouping_form(text)) == grouping_form(text)


def test_a_pair_is_grouped_by_both_texts_and_a_row_exactly() -> None:
    assert grouping_input(("A ", "B")) == ("a", "b")
    assert grouping_input(7) == 7
