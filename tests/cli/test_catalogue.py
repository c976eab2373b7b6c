"""Every command stands in a group, shows examples that its own parser takes, and has the short forms of `--format`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

import pytest
import typer

from lit_hf.cli.app import app
from lit_hf.cli.catalogue import COMMANDS, DATA, Entry
from lit_hf.config import Settings
from tests.support.command_line import Lit

ENTRIES = [pytest.param(each, id=f"{'data ' * (each in DATA)}{each.name}") for each in (*COMMANDS, *DATA)]


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_example_is_taken_by_the_parser(entry: Entry) -> None:
    root = typer.main.get_command(app)
    group = root.commands["data"] if entry in DATA else root  # type: ignore[attr-defined]
    assert entry.examples
    for example in entry.examples:
        assert group.commands[entry.name].make_context(entry.name, shlex.split(example)).params is not None


@pytest.mark.parametrize("entry", ENTRIES)
def test_help_shows_the_examples(entry: Entry, lit: Lit) -> None:
    words = ["data"] * (entry in DATA)
    code, out, _ = lit(*words, entry.name, "--help")
    assert code == 0
    for example in entry.examples:
        assert " ".join(["lit-hf", *words, entry.name, *example.split()]) in " ".join(out.split())


def test_help_has_groups_and_completion(lit: Lit) -> None:
    _, out, _ = lit("--help")
    for group in {each.group for each in COMMANDS}:
        assert f"─ {group} ─" in out
    assert "--install-completion" in out


@pytest.mark.parametrize(("short", "format"), [("--json", "json"), ("-q", "quiet"), ("--quiet", "quiet")])
def test_short_forms_say_what_the_format_says(
    short: str, format: str, lit: Lit, stored: Sequence[Settings]
) -> None:  # fmt: skip
    assert lit("eval", "m", "d", short)[:2] == lit("eval", "m", "d", "--format", format)[:2]
    assert lit("eval", "m", "d", short, "--format", format)[0] == 0


def test_two_formats_are_refused(lit: Lit, stored: Sequence[Settings]) -> None:
    code, out, err = lit("eval", "m", "d", "--json", "-q")
    assert (code, out) == (2, "")
    assert "two formats at once: json and quiet." in err
    assert not stored
    assert lit("eval", "m", "d", "--json", "--format", "quiet")[0] == 2


def test_plan_reads_the_short_forms_of_what_it_plans(lit: Lit) -> None:
    from lit_hf.cli.plan import _parse

    root = typer.main.get_command(app)
    context = root.make_context("lit-hf", ["plan", "eval", "m", "d"])
    assert _parse(context, ["eval", "m", "d", "--json"])[1]["format"] == "json"


def test_env_is_one_block_or_one_object(lit: Lit) -> None:
    code, out, _ = lit("env")
    assert code == 0
    assert all(line.startswith("- ") for line in out.splitlines())
    found = json.loads(lit("env", "--json")[1])
    assert {"lit-hf", "Python", "torch", "transformers", "cache"} <= set(found)
    assert lit("env", "-q")[1].strip() == found["lit-hf"]


def test_env_names_no_user(lit: Lit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("LIT_HF_CACHE", "/home/somebody/cache")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    _, out, _ = lit("env")
    assert "somebody" not in out
    assert "hf_secret" not in out
    assert "- $LIT_HF_CACHE: ~/cache" in out
