"""Shortcuts: planted ones are found, what is no shortcut saves nothing, and chance finds nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lit_hf.checks.result import DataCheck
from lit_hf.codes.baselines import class_prior_bits
from lit_hf.data import check
from scripts.assets.texts import random_texts

N = 1_000
TEXTS = random_texts(N)


def labels(seed: int = 0, classes: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, classes, N)


def verdicts(found: DataCheck) -> dict[str, str]:
    return {each.check: each.verdict for each in found.findings}


@pytest.mark.parametrize("seed", range(20))
def test_labels_by_chance_have_no_shortcut(seed: int) -> None:
    columns: dict[str, Any] = {"id": list(range(N)), "group": [row % 7 for row in range(N)], "text": TEXTS}
    found = check(TEXTS, labels(seed).tolist(), columns=columns).shortcuts
    assert found.by_bits == ()
    assert all(each.saved < 0 for each in found.order)


def test_a_column_of_ids_saves_nothing_even_when_it_is_sorted_by_label() -> None:
    found = check(TEXTS, np.sort(labels()).tolist(), columns={"id": [f"row {row}" for row in range(N)]})
    assert not any(each.kind == "column" for each in found.shortcuts.by_bits)


def test_a_planted_token_is_first_and_its_bits_are_those_of_the_closed_form() -> None:
    y = labels()
    texts = [f"{text} leak" if label == 1 else text for text, label in zip(TEXTS, y, strict=True)]
    found = check(texts, y.tolist())
    best = found.shortcuts.by_bits[0]
    assert (best.kind, best.words, best.rows) == ("token", "`leak` in the text", int((y == 1).sum()))
    cost = class_prior_bits(y[y == 1], 3).sum() + class_prior_bits(y[y != 1], 3).sum()
    prior, uniform = class_prior_bits(y, 3).sum(), N * np.log2(3)
    assert found.shortcuts.prior == pytest.approx(prior)
    assert best.saved == pytest.approx(min(prior, uniform) - cost - np.log2(best.candidates) - np.log2(5), abs=1e-6)
    assert verdicts(found)["shortcuts"] == "look"


def test_a_token_that_is_the_label_is_unfair() -> None:
    y = labels(classes=2)
    texts = [f"{text} leak" if label else text for text, label in zip(TEXTS, y, strict=True)]
    found = check(texts, y.tolist())
    assert verdicts(found)["shortcuts"] == found.verdict == "unfair"


@pytest.mark.parametrize("seed", range(5))
def test_a_leak_in_two_rows_of_a_hundred_is_first_by_bits_saved_a_row(seed: int) -> None:
    y, rng = labels(seed, 8), np.random.default_rng(seed)
    rows = rng.choice(np.flatnonzero(y == 3), 25, replace=False)
    texts = [f"{text} leak" if row in set(rows.tolist()) else text for row, text in enumerate(TEXTS)]
    found = check(texts, y.tolist()).shortcuts
    assert found.by_row[0].words == "`leak` in the text"
    column = ["seen" if row in set(rows.tolist()) else "" for row in range(N)]
    found = check(TEXTS, y.tolist(), columns={"source": column, "id": list(range(N))}).shortcuts
    assert found.by_row[0].words == "the value of source"
    assert [each.words for each in found.by_kind] == ["the value of source"]


def test_punctuation_and_the_second_text_of_a_pair_are_tokens_too() -> None:
    y = labels(classes=2)
    marked = [f"{text}!" if label else f"{text}." for text, label in zip(TEXTS, y, strict=True)]
    assert check(marked, y.tolist()).shortcuts.by_bits[0].words in ("`!` in the text", "`.` in the text")
    pairs = [(text, f"{text[:20]} not" if label else f"{text[:20]} now") for text, label in zip(TEXTS, y, strict=True)]
    assert check(pairs, y.tolist()).shortcuts.by_bits[0].words in ("`not` in text 2", "`now` in text 2")


def test_length_and_numbers_are_read_in_eighths() -> None:
    y = labels(classes=2)
    texts = [text if label else text[:60] for text, label in zip(TEXTS, y, strict=True)]
    assert any(each.kind == "length" for each in check(texts, y.tolist()).shortcuts.by_bits)
    score = (y + np.random.default_rng(1).random(N)).tolist()
    best = check(TEXTS, y.tolist(), columns={"score": score}).shortcuts.by_bits[0]
    assert best.words == "the eighth of score"


def test_a_column_that_names_the_label_once_more_is_to_look_at() -> None:
    y = labels()
    found = check(TEXTS, y.tolist(), columns={"label_text": ["abc"[label] for label in y]})
    assert found.shortcuts.by_bits[0].renames
    assert verdicts(found)["shortcuts"] == "look"


def test_sorted_labels_are_seen_by_the_previous_row_and_the_row_number() -> None:
    found = check(TEXTS, np.sort(labels()).tolist())
    previous, *numbers = found.shortcuts.order
    assert found.shortcuts.share(previous) > 0.95
    assert max(found.shortcuts.share(each) for each in numbers) > 0.7
    assert verdicts(found)["order of rows"] == "look"


def test_the_first_label_is_not_given_away_by_itself() -> None:
    found = check(["a", "b"], ["x", "y"]).shortcuts
    # Each label stands alone behind its predecessor, so it costs what the uniform code pays: nothing is saved.
    assert found.order[0].saved == pytest.approx(-np.log2(5))


@pytest.mark.parametrize("kind", ["numbers", "sets"])
def test_other_kinds_of_labels_have_shortcuts(kind: str) -> None:
    rng = np.random.default_rng(0)
    marked = rng.random(N) < 0.5
    raw = (marked + rng.random(N)).tolist() if kind == "numbers" else [[int(m), int(rng.integers(2))] for m in marked]
    texts = [f"{text} leak" if mark else text for text, mark in zip(TEXTS, marked, strict=True)]
    found = check(texts, raw)
    assert found.data.labels.kind == kind
    best = found.shortcuts.by_bits[0]
    assert best.words == "`leak` in the text"
    expected = -np.log2(5) - np.log2(best.candidates)
    for question in found.data.labels.questions():
        expected += min(class_prior_bits(question.codes, question.size).sum(), N * np.log2(question.size))
        expected -= sum(class_prior_bits(question.codes[part], question.size).sum() for part in (marked, ~marked))
    assert best.saved == pytest.approx(expected, abs=1e-6)
    assert best.saved > 0.8 * N  # the token says one bit a row


def test_ten_thousand_classes_take_no_table_of_tokens_by_classes() -> None:
    import tracemalloc

    y = np.random.default_rng(0).permutation(N) * 10
    tracemalloc.start()
    found = check(TEXTS, [f"class {label}" for label in y], columns={"id": list(range(N))})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.data.labels.names) == N
    assert found.shortcuts.by_bits == ()
    assert peak < 100e6
