"""Commands on records of every kind: what they show, or an error that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reports.test_missing_sections import KINDS, NO_TRANSFER
from tests.support.command_line import Lit


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_line_shows_every_record(kind: str, tmp_path: Path, lit: Lit) -> None:
    folder = str(KINDS[kind]().save(tmp_path / "record"))
    for command in (["show"], ["report", "-o", str(tmp_path / "site")], ["plot", "-o", str(tmp_path / "plots")]):
        status, _, err = lit(command[0], folder, *command[1:])
        assert (status, "Traceback" in err) == (0, False), err
    status, _, err = lit("card", folder)
    assert (status, "has no transfer" in err) == ((1, True) if kind in NO_TRANSFER else (0, False))
