"""The example cards are what the tool makes of their records now."""

from __future__ import annotations

from pathlib import Path

import pytest

from lit_hf.hub import cards
from lit_hf.probes.bank import bank_hash
from lit_hf.records.record import Record
from tests.hub_server.cards import check
from tests.support.hub import ROOT

FOLDERS = sorted(path.parent for path in (ROOT / "model_cards").glob("*/record.json"))


def test_there_are_examples() -> None:
    """The demo's checkpoints have cards."""
    assert {"all-MiniLM-L6-v2", "paraphrase-MiniLM-L3-v2"} <= {folder.name for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_card_is_current(folder: Path) -> None:
    """Rendered from the stored record it is the same text, valid on the Hub, and of the bank that codes today.

    If this fails: `python model_cards/update.py`, with `--render-only` when only the template changed.
    """
    record = Record.load(folder / "record.json")
    text = cards.read(folder / "README.md")
    assert text == cards.update("", [record.data])
    assert check(text, "model") == ([], [])
    assert record["coder"]["bank"] == bank_hash()
    assert "/" not in record["model"]["id"]
