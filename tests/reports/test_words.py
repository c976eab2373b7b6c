"""Words that a stranger understands: what the first screen says, and that the words which it replaced are gone."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from lit_hf.cli.app import app
from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.reports.terminal import report
from tests.support.command_line import Lit
from tests.support.records import make_record, without_baseline

ROOT = Path(__file__).parents[2]
GONE = (
    "undrawn examples on", "control, shuffled labels", "weight of, after", "from the store, no forward pass",
    "positive transfer\"", "the random twin makes these labels shorter", "cannot be told from 0 (±",
    "more of the labels was known already", "A ranking codes no baseline", "Ranks are what paired tests leave open, so",
    "A rank needs the bits of every example", "bars: 95 % of each point", "Read again", "no permission to write",
    "(no speech)", " bits less\"", "architecture at random:", "further ones on a quarter", "do none of it",
    "Read no more of it than is coded", "one is ahead at once", "nobody is dropped", "L_IT / twin over datasets",
    "to a file of that many bits and read back", "no accident of these examples",
    "Rank what the Hub lists", "eliminated at n=", "out at {", "assumes no late bloomer", "percent(share)} of what",
    "Cannot be told from it: ", "told apart by its own test", "would tell it apart, if the gap", "labels is dtype",
    "codes these labels in",
)  # fmt: skip
WRITTEN = [
    *ROOT.glob("lit_hf/**/*.py"),
    *ROOT.glob("lit_hf/**/*.html"),
    *ROOT.glob("lit_hf/**/*.md"),
    ROOT / "README.md",
]


def shown(record: Record, details: bool = True, width: int = 110) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    for part in report(record, width, "utf-8", details=details):
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    return " ".join(re.sub(r"[│╭╮╰╯]", " ", console.file.getvalue()).split())


@pytest.mark.parametrize("words", GONE)
def test_the_old_words_are_gone(words: str) -> None:
    assert [str(file.relative_to(ROOT)) for file in WRITTEN if words in file.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    "words",
    [
        "the pretrained encoder helps (95 %)",
        "on 2,000 examples that were not used to compute the bits",
        "check with shuffled labels (both should be near 0): transfer",
        "saving over the class prior",
        "embedded now,",
    ],
)
def test_the_screen_says(words: str) -> None:
    record = make_record(interval=[300.0, 500.0])
    record["timings"].update(embedded_now=12240.0, from_the_store=0.0)
    assert words in shown(record)


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ([300.0, 500.0], r"Your 2,000 labels cost [\d,]+ bits with this encoder and [\d,]+ with the same network at "
         r"random weights: pretraining saves \d+ %\."),
        ([-20.0, 40.0], r"at random weights: no difference was found\."),
        ([-40.0, -20.0], r"at random weights: pretraining costs \d+ % more\."),
    ],
)  # fmt: skip
def test_one_sentence_says_what_the_number_means(interval: list[float], said: str) -> None:
    assert re.search(said, phrases.meaning(make_record(interval=interval)) or "")
    assert re.search(said, shown(make_record(interval=interval), details=False))


def test_the_share_is_of_the_twins_bits() -> None:
    record = make_record(interval=[1.0, 999.0])
    twin, mine = record["baselines"]["random_twin"]["bits"], record.codelength
    record["transfer"]["bits"] = twin - mine
    assert f"saves {100 * (twin - mine) / twin:.0f} %." in (phrases.meaning(record) or "")


def test_no_share_is_said_of_numbers() -> None:
    record = make_record(interval=[300.0, 500.0])
    scale: Any = {"step": 0.1, "origin": 0.0}
    record["dataset"].update(labels_are="numbers", label_scale=scale, null_name="marginal", hub_task="other")
    said = phrases.meaning(record) or ""
    assert "%" not in said
    assert re.search(r"saves [\d,.]+ bits\.$", said)


def test_without_a_baseline_there_is_no_such_sentence() -> None:
    assert phrases.meaning(without_baseline()) is None
    assert "Your" not in shown(without_baseline(), details=False)


def test_the_first_screen_is_number_meaning_and_ladder() -> None:
    short, long = (shown(make_record(interval=[300.0, 500.0]), details) for details in (False, True))
    for kept in ("L_IT (frozen)", "95 % interval", "Your 2,000 labels", "random twin", "class prior", "held out"):
        assert kept in short
    for left in ("shuffled labels", "labels seen (log scale)", "version 1,", "machine", "compression"):
        assert left not in short
        assert left in long


@pytest.mark.parametrize("more", [[], ["--details"]])
def test_eval_shows_the_rest_when_asked(lit: Lit, stored: object, more: list[str]) -> None:
    code, out, _ = lit("eval", "m", "d", *more)
    assert code == 0
    assert ("labels seen (log scale)" in out) == bool(more)


def test_who_decided_stands_beside_what_was_decided() -> None:
    record = make_record()
    record["model"].update(prompt="", pooling="mean", max_tokens=512, layer="6")
    record["model"]["resolved_from"] = {
        "pooling": "the default: the checkpoint's files name no pooling",
        "prompt": "the checkpoint names none",
        "max_tokens": "tokenizer_config.json",
    }
    said = phrases.reading_line(record["model"])
    assert said.startswith(
        "mean pooling (no file of the checkpoint names one), layer 6, no prompt (none named), at most"
    )
    assert said.endswith("tokens (tokenizer_config.json)")
    record["model"]["resolved_from"]["max_tokens"] = "the settings"
    assert phrases.reading_line(record["model"]).endswith("(set by you)")


@pytest.mark.parametrize(("are", "name"), [("2 classes", "classes"), ("2 that may hold together", "labels")])
def test_labels_that_may_hold_together_are_not_called_classes(are: str, name: str) -> None:
    record = make_record()
    record["dataset"].update(
        labels_are=are, class_names=["long", "question"], label_scale=None, null_name="class prior", hub_task="other"
    )  # fmt: skip
    assert f"{name} 2: long, question" in shown(record)


def test_one_twin_and_one_order_say_what_to_type() -> None:
    record = make_record()
    record["transfer"]["interval_parts"] = {
        "examples": 1.0, "orders": None, "twins": None,
        "orders_reason": "one order was coded: the interval holds for this order",
        "twins_reason": "one initialisation: the interval is conditional on it",
    }  # fmt: skip
    told = phrases.remarks(record)
    assert any("use `--twins 3`" in each for each in told)
    assert any("use `--orders 3`" in each for each in told)


@pytest.mark.parametrize(
    ("option", "default"),
    [("--seed", "0"), ("--split", "train, or the only one"), ("--task", "inferred"), ("--threads", "1"),
     ("--batch-tokens", "by device"), ("--max-tokens", "the checkpoint's own limit"), ("--orders", "3")],
)  # fmt: skip
def test_the_help_states_every_default(option: str, default: str) -> None:
    import typer

    command = typer.main.get_command(app).commands["eval"]  # type: ignore[attr-defined]
    (found,) = (each for each in command.params if option in each.opts)
    assert f"[default: {default}]" in found.help.replace("\\", "")
