"""Records say themselves what the code is called that looks at no input; older ones tell it by their classes."""

from __future__ import annotations

from typing import Any

import pytest

from lit_hf.records.sections import null_name


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
