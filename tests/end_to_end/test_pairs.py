"""A derived pair task on a real encoder: do two beginnings of BBC articles have the same topic?"""

from __future__ import annotations

import random

import pytest
from datasets import Dataset

from lit_hf.evaluation.run import evaluate
from tests.support import assets

PAIRS = 500


def pairs() -> Dataset:
    """Half of the pairs have one topic; a beginning is 200 characters."""
    texts, labels, names = assets.bbc()
    draw = random.Random(0)
    by_topic = [[text[:200] for text, own in zip(texts, labels, strict=True) if own == topic] for topic in range(5)]
    rows = []
    for place in range(PAIRS):
        first = draw.randrange(len(names))
        second = first if place % 2 else (first + draw.randrange(1, len(names))) % len(names)
        rows.append((draw.choice(by_topic[first]), draw.choice(by_topic[second]), int(first == second)))
    return Dataset.from_dict(dict(zip(("text1", "text2", "label"), map(list, zip(*rows, strict=True)), strict=True)))


@pytest.mark.slow
def test_a_real_encoder_sees_that_two_texts_have_one_topic() -> None:
    record = evaluate(str(assets.l6_folder()), pairs(), orders=2, twins=1)
    record.validate()
    assert record["dataset"]["kind"] == "text-pair-classification"
    assert record["dataset"]["columns"]["text_pair"] == "text2"
    assert record["transfer"]["bits"] > 0
    assert record["codelength"]["bits"] < record["baselines"]["class_prior"]["bits"]
    assert abs(record["baselines"]["shuffled_labels"]["transfer_bits"]) <= 5
    assert record["baselines"]["raw_input"]["kind"] == "hashed TF-IDF"
