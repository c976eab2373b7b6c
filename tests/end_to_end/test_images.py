"""Image classification from end to end: Fashion-MNIST with networks that know images, and with one that collapses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from transformers import EfficientNetConfig, EfficientNetModel, PreTrainedModel

from lit_hf.evaluation.run import evaluate
from lit_hf.records.record import Record
from lit_hf.reports import phrases
from tests.support import assets, media


def fashion(count: int) -> Dataset:
    """The first images of the test split."""
    pixels, labels = assets.fashion_mnist("test")
    return media.image_data(pixels[:count], labels[:count].tolist())


def train(model: PreTrainedModel, steps: int = 250) -> PreTrainedModel:
    """Teach a ViT to name garments: those of the training split, which no test here codes."""
    pixels, labels = assets.fashion_mnist("train")
    draw = torch.Generator().manual_seed(0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        head = torch.nn.Linear(32, 10)
    optimiser = torch.optim.AdamW([*model.train().parameters(), *head.parameters()], lr=3e-3)
    for _ in range(steps):
        rows = torch.randint(0, 8_000, (64,), generator=draw).numpy()
        values = torch.from_numpy(pixels[rows]).float()[:, None].expand(-1, 3, -1, -1) / 127.5 - 1
        logits = head(model(pixel_values=values).last_hidden_state[:, 0])
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels[rows]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model.eval()


def check(record: Record) -> None:
    """What holds for every kind of task."""
    record.validate()
    control = record["baselines"]["shuffled_labels"]
    assert abs(control["transfer_bits"]) <= 5
    assert control["code_minus_class_prior_bits"] <= 2 + 1e-6  # rounding
    assert (record["dataset"]["kind"], record["dataset"]["unit"]) == ("image-classification", "example")
    assert record["baselines"]["raw_input"]["kind"] == "pixels"


def test_a_vit_that_knows_garments_transfers_and_its_twin_does_not_collapse(tmp_path: Path) -> None:
    folder = str(media.save(tmp_path, train(media.vit())))
    record = evaluate(folder, fashion(400), orders=1, twins=1, cache_dir=str(tmp_path / "cache"))
    check(record)
    assert record["transfer"]["interval"][0] > 50
    assert record["baselines"]["raw_input"]["bits"] < record["baselines"]["class_prior"]["bits"]
    assert "collapsed" not in record["baselines"]["random_twin"]
    assert record["model"]["pooling"] == "cls"


def test_labels_that_have_nothing_to_do_with_the_images_transfer_nothing(tmp_path: Path) -> None:
    data = fashion(300)
    labels = np.random.default_rng(5).permutation(data["label"]).tolist()
    shuffled = data.remove_columns("label").add_column("label", labels)
    folder = str(media.save(tmp_path, train(media.vit(), 60)))
    record = evaluate(folder, shuffled, orders=1, twins=1, cache_dir=str(tmp_path / "cache"))
    check(record)
    assert abs(record["transfer"]["bits"]) <= 5


def test_a_collapsed_twin_is_detected_and_said(tmp_path: Path) -> None:
    config = EfficientNetConfig(image_size=96, width_coefficient=0.25, depth_coefficient=0.5, hidden_dim=320)
    folder = str(media.save(tmp_path, media._seeded(EfficientNetModel, config, 0), 96))
    record = evaluate(folder, fashion(60), orders=1, twins=1, cache_dir=str(tmp_path / "cache"))
    check(record)
    assert record["baselines"]["random_twin"]["collapsed"]["relative_spread"] < 1e-4
    said = " ".join(phrases.remarks(record))
    assert "random twin's features have collapsed" in said
    assert "BatchNorm" in said
    assert "checkpoint's features have collapsed" in said  # it was never trained either


@pytest.mark.slow
def test_a_real_network_on_fashion_mnist() -> None:
    record = evaluate(str(assets.lite0_folder()), fashion(250), orders=1, twins=1)
    check(record)
    assert record["transfer"]["interval"][0] > 100
    assert record["baselines"]["random_twin"]["collapsed"]["relative_spread"] == 0
