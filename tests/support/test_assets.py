"""The test assets are what their loaders say they are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.support import assets

SIZES = [("rotten", 8530, 2), ("newsgroups20", 11293, 20), ("reuters_r8", 5485, 8), ("bbc", 2225, 5)]


@pytest.mark.parametrize(("name", "size", "classes"), SIZES)
def test_text_sets_have_their_known_sizes(name: str, size: int, classes: int) -> None:
    texts, labels, names = getattr(assets, name)()
    assert len(texts) == len(labels) == size
    assert len(names) == classes
    assert set(labels) == set(range(classes))
    assert all(isinstance(text, str) and text for text in texts)


def test_imdb_is_thinned_evenly() -> None:
    texts, labels, _ = assets.imdb(400)
    assert len(texts) == 400
    assert Counter(labels) == {0: 200, 1: 200}


def test_fashion_mnist_has_ten_balanced_classes() -> None:
    images, labels = assets.fashion_mnist()
    assert images.shape == (60_000, 28, 28)
    assert np.bincount(labels).tolist() == [6_000] * 10


def test_brown_has_its_known_size() -> None:
    words, tags, genres = assets.brown()
    assert len(words) == len(tags) == len(genres) == 57_340
    assert sum(map(len, words)) == sum(map(len, tags)) == 1_161_192
    assert len(set(genres)) == 15


def hidden(folder: Path) -> np.ndarray:
    """Last hidden states of one sentence, [tokens, dim]."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    encoded = AutoTokenizer.from_pretrained(folder)(["The film is a triumph."], return_tensors="pt")
    model, report = AutoModel.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    assert not {key for key in report["missing_keys"] if not key.startswith("pooler")}
    with torch.inference_mode():
        return model.eval()(**encoded).last_hidden_state[0].numpy()


def test_converted_l3_equals_its_onnx_graph() -> None:
    folder = assets.l3_folder()
    import onnx
    from onnx.reference import ReferenceEvaluator
    from transformers import AutoTokenizer

    encoded = AutoTokenizer.from_pretrained(folder)(["The film is a triumph."], return_tensors="np")
    inputs = {name: encoded[name] for name in ("input_ids", "attention_mask")}
    graph = onnx.load(str(assets.l3_onnx()))
    states = [np.asarray(a) for a in ReferenceEvaluator(graph).run(None, inputs)]
    truth = next(a for a in states if a.shape == (1, *hidden(folder).shape))
    # Values are of order one; float32 kernels sum in different orders.
    np.testing.assert_allclose(hidden(folder), truth[0], atol=2e-6)


def test_degraded_encoders_drift_away_in_order() -> None:
    folder = assets.l6_folder()
    truth = hidden(folder)
    drift = [np.abs(hidden(assets.quantised(folder, bits)) - truth).mean() for bits in (8, 4, 2)]
    assert 0 < drift[0] < drift[1] < drift[2]
    drift = [np.abs(hidden(assets.noised(folder, level)) - truth).mean() for level in (0.05, 0.5)]
    assert 0 < drift[0] < drift[1]


def test_truncation_gives_the_hidden_state_of_that_layer() -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = assets.l6_folder()
    encoded = AutoTokenizer.from_pretrained(folder)(["The film is a triumph."], return_tensors="pt")
    with torch.inference_mode():
        states = AutoModel.from_pretrained(folder).eval()(**encoded, output_hidden_states=True).hidden_states
    np.testing.assert_array_equal(hidden(assets.truncated_layers(folder, 2)), states[2][0].numpy())
