"""The transcript of a first contact has every step of the walk, and the walk still ends as it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT
from tests.docs.test_generated import load

SCRIPT = load("first_contact")
PAGE = (ROOT / "docs" / "first_contact.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("step", SCRIPT.STEPS, ids=lambda step: step.command)
def test_a_step_stands_in_the_transcript_with_its_answer(step: object) -> None:
    block = next(each for each in PAGE.split("```text\n") if each.startswith(f"$ {step.command}\n"))
    answer = block.split("\n```")[0]
    assert step.answer in answer
    assert ("[exit code" in answer) == bool(step.code)
    assert f"[exit code {step.code}]" in answer or not step.code
    assert "Traceback" not in answer


def test_an_error_is_two_lines_and_names_what_to_do() -> None:
    for step in SCRIPT.STEPS:
        if step.code:
            answer = PAGE.split(f"$ {step.command}\n")[1].split("\n[exit code")[0]
            assert answer.startswith("Error: ")
            assert len(answer.splitlines()) == 2, answer


def test_it_names_no_place_of_the_machine_that_it_was_made_on() -> None:
    assert not [mark for mark in ("/root", "/home", "/tmp", "127.0.0.1", "site-packages") if mark in PAGE]


@pytest.mark.slow
def test_the_walk_ends_as_it_says(tmp_path: Path) -> None:
    line = [sys.executable, "scripts/first_contact.py", "--output", str(tmp_path / "page.md")]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, timeout=1_800, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "page.md").read_text(encoding="utf-8").count("\n$ ") == len(SCRIPT.STEPS)
