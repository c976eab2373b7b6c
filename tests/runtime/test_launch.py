"""What a launcher makes of how its processes ended."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lit_hf.errors import ProcessLost
from lit_hf.runtime.launch import _verdict


def ended(*codes: int) -> list[Any]:
    return [SimpleNamespace(returncode=code) for code in codes]


def test_all_went_well(tmp_path: Path) -> None:
    assert _verdict(ended(0, 0), None, tmp_path) == 0


def test_a_loss_after_the_main_process_has_done_its_work_costs_nothing(tmp_path: Path) -> None:
    assert _verdict(ended(0, 0, -9), 2, tmp_path) == 0


@pytest.mark.parametrize("main", [143, 1, -15])
def test_a_loss_before_that_is_told(main: int, tmp_path: Path) -> None:
    with pytest.raises(ProcessLost, match="process 1 of 2 has gone"):
        _verdict(ended(main, -9), 1, tmp_path)


def test_the_code_of_an_error_that_the_main_process_told(tmp_path: Path) -> None:
    assert _verdict(ended(2, 143), 0, tmp_path) == 2
