"""Real encoders and real labelled texts for the benchmarks of ranking: what is embedded once, and what it costs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import assets

MAX_TOKENS = 128
SETS = ("rotten", "bbc", "reuters_r8", "newsgroups20")


@dataclass(frozen=True)
class Texts:
    """Texts in a random order that is fixed, and labels int64 [N]."""

    name: str
    texts: list[str]
    labels: np.ndarray
    classes: int


def encoders() -> dict[str, Callable[[], Path]]:
    """Return loaders of folders by name: two trained encoders, and versions of one that are worse in a known order."""
    l6 = assets.l6_folder
    found: dict[str, Callable[[], Path]] = {"L6": l6, "L3": assets.l3_folder}
    found |= {f"L6 {k} layers": partial(_of, assets.truncated_layers, k) for k in (4, 2, 1)}
    found |= {f"L6 {bits} bits": partial(_of, assets.quantised, bits) for bits in (8, 4, 3, 2)}
    return found | {f"L6 noise {level}": partial(_of, assets.noised, level) for level in (0.2, 0.4, 0.8)}


def _of(make: Callable[[Path, Any], Path], setting: Any) -> Path:
    return make(assets.l6_folder(), setting)


def load(name: str, limit: int | None = None) -> Texts:
    """Return a set of `SETS`: distinct texts, the first `limit` of a random order."""
    texts, labels, classes = getattr(assets, name)()
    first = {text: index for index, text in reversed(list(enumerate(texts)))}
    kept = np.random.default_rng(0).permutation(np.array(sorted(first.values())))[:limit]
    return Texts(name, [texts[i] for i in kept], np.array([labels[i] for i in kept], dtype=np.int64), len(classes))


def open_encoder(name: str, max_tokens: int = MAX_TOKENS, layer: str = "last") -> Any:
    """Return the encoder; `random twin` is the twin of L6."""
    from lit_hf.encoders import Choices, load_encoder

    twin = name == "random twin"
    folder = encoders()["L6" if twin else name]()
    encoder = load_encoder(str(folder), Choices(pooling="mean", max_tokens=max_tokens, layer=layer))
    return encoder.twin(0) if twin else encoder


def embed(encoder: Any, texts: list[str]) -> np.ndarray:
    """Return features [N, d], from the store where they are there."""
    from lit_hf.features import FeatureStore
    from lit_hf.features import embed as embed_stream

    found = embed_stream(encoder, texts, len(texts), store=FeatureStore.at()).array()
    encoder.release()
    return found


def token_counts(texts: list[str], max_tokens: int = MAX_TOKENS) -> np.ndarray:
    """Return the tokens of each text [N] after truncation; all encoders here share one tokeniser."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(assets.l6_folder())
    return np.array([len(ids) for ids in tokenizer(texts, truncation=True, max_length=max_tokens)["input_ids"]])
