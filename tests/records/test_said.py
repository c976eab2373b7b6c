"""Records say themselves what their null code is called and what a length is counted in; older ones are inferred."""

from __future__ import annotations

from typing import Any

import pytest

from lit_hf.records.sections import length_unit, null_name


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ({"classes": 2}, "class prior"),
        ({"classes": None}, "marginal"),
        ({"classes": 5, "null_name": "step prior"}, "step prior"),
        ({"classes": None, "null_name": "another"}, "another"),
    ],
)
def test_the_record_speaks_first(dataset: dict[str, Any], name: str) -> None:
    assert null_name(dataset) == name


@pytest.mark.parametrize(
    ("model", "unit"),
    [
        ({"resolved_from": {}}, "tokens"),
        ({"resolved_from": {"max_tokens": "preprocessor_config.json, in frames of 20 ms"}}, "frames of 20 ms"),
        ({"resolved_from": {"max_tokens": "config.json"}, "length_unit": "patches"}, "patches"),
    ],
)
def test_the_unit_of_a_length_is_said(model: dict[str, Any], unit: str) -> None:
    assert length_unit(model) == unit
