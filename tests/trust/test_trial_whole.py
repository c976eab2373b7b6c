"""The trial of images, sounds and what a library reads: an input's features are its own, or it is said or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import FNetConfig, FNetModel

from lit_hf.config import LIBRARY
from lit_hf.encoders import Choices, Encoder, load_encoder, tried
from lit_hf.encoders.library import LibraryEncoder
from lit_hf.encoders.media import MediaEncoder
from lit_hf.encoders.trial import ALLOWED, spread_of
from lit_hf.errors import LitWarning, NotFiniteFeatures, UnsupportedModel
from lit_hf.features import FeatureStore
from tests.support import chains, media, tiny

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 20, 24, 3), dtype=np.uint8)
IMAGES = [media.image(each) for each in PIXELS]
SOUNDS = [media.sound(media.tone(200 + 90 * i, 0.3 + 0.2 * (i % 3), 16_000), 16_000) for i in range(5)]


def beside(folder: Path) -> Any:
    return FeatureStore(folder / "features").folder


def vit(folder: Path) -> MediaEncoder:
    found = load_encoder(str(media.save(folder / "vit", media.vit())), medium="image")
    assert isinstance(found, MediaEncoder)
    return found


def by_library(folder: Path, model: Any) -> LibraryEncoder:
    saved = tiny.save(folder / "body", model.eval())
    folder, _ = chains.save(folder / "saved", [chains.modules.Transformer(str(saved)), chains.modules.Pooling(16)])
    found = load_encoder(str(folder), Choices(loader=LIBRARY))
    assert isinstance(found, LibraryEncoder)
    return found


def fnet() -> FNetModel:
    torch.manual_seed(11)
    sizes = {"vocab_size": 120, "hidden_size": 16, "num_hidden_layers": 2, "intermediate_size": 32}
    return FNetModel(FNetConfig(**sizes, max_position_embeddings=64))


@pytest.mark.parametrize(("make", "inputs", "medium"), [
    (media.vit, IMAGES, "image"), (media.wav2vec2, SOUNDS, "sound"), (media.whisper, SOUNDS, "sound"),
])  # fmt: skip
def test_images_and_sounds_are_tried_once_and_said(make: Any, inputs: Any, medium: str, tmp_path: Path) -> None:
    encoder = load_encoder(str(media.save(tmp_path / "model", make())), medium=medium)
    found = tried(encoder, inputs, beside(tmp_path))
    assert found is encoder
    assert found.info.sources["trial"].startswith("relative differences: together ")
    note = beside(tmp_path)(encoder.key) / "trial.json"
    values = json.loads(note.read_text())
    assert max(values["together"], values["after"]) < ALLOWED
    note.write_text(json.dumps({**values, "together": ALLOWED / 2}))  # what is known is not tried again
    again = tried(load_encoder(str(tmp_path / "model"), medium=medium), inputs, beside(tmp_path))
    assert "together 5e-05" in again.info.sources["trial"]
    note.write_text("[]")
    assert tried(encoder, inputs, beside(tmp_path)).info.sources["trial"] == found.info.sources["trial"]


def spoil(encoder: MediaEncoder, how: Any) -> Encoder:
    """Change what comes out of a network: `how` gets the rows of one pass, and how many passes were before."""
    plain, passes = encoder._forward, [0]

    def forward(prepared: Any) -> np.ndarray:
        passes[0] += 1
        return np.asarray(how(plain(prepared), passes[0]), np.float32)

    encoder._forward = forward  # type: ignore[method-assign]
    return encoder


@pytest.mark.parametrize(("how", "error", "reason"), [
    (lambda rows, number: rows * np.nan, NotFiniteFeatures, "not finite|NaN|numbers"),
    (lambda rows, number: rows * 1e35, UnsupportedModel, "arithmetic"),
    (lambda rows, number: rows + rows.mean(0), UnsupportedModel, "beside it"),
    (lambda rows, number: rows + number, UnsupportedModel, "read before"),
])  # fmt: skip
def test_what_is_no_feature_of_an_image_is_refused_before_the_work(
    how: Any, error: Any, reason: str, tmp_path: Path
) -> None:
    encoder = vit(tmp_path)
    if reason == "beside it":  # a row of one alone doubles, so take off what it would be alone
        how = lambda rows, number: rows + (rows.mean(0) if len(rows) > 1 else 0)  # noqa: E731
    with pytest.raises(error, match=reason):
        tried(spoil(encoder, how), IMAGES, beside(tmp_path))


def test_equal_features_of_images_are_warned_of(tmp_path: Path) -> None:
    with pytest.warns(LitWarning, match="all the same"):
        tried(spoil(vit(tmp_path), lambda rows, number: np.ones_like(rows)), IMAGES, beside(tmp_path))


def test_one_image_is_no_trial(tmp_path: Path) -> None:
    assert "trial" not in tried(vit(tmp_path), IMAGES[:1], beside(tmp_path)).info.sources


def test_a_library_reads_odd_networks_one_input_at_a_time(tmp_path: Path) -> None:
    texts = tiny.texts(20)
    plain = by_library(tmp_path, fnet())
    found = tried(plain, texts, beside(tmp_path))
    assert found.key != plain.key
    assert found.info.sources["batches"].startswith("of one input")
    alone = np.concatenate([found.encode([text]).rows for text in texts]).astype(np.float64)
    together = found.encode(texts).rows.astype(np.float64)
    assert np.linalg.norm(together - alone, axis=1).max() <= ALLOWED * spread_of(alone)
    assert np.linalg.norm(plain.encode(texts).rows - alone, axis=1).max() > ALLOWED * spread_of(alone)
    assert tried(plain, texts, beside(tmp_path)).key == found.key  # from the note


def test_a_library_reads_a_usual_network_as_before(tmp_path: Path) -> None:
    plain = by_library(tmp_path, tiny.bert())
    found = tried(plain, tiny.texts(20), beside(tmp_path))
    assert found is plain
    assert "together" in found.info.sources["trial"]
