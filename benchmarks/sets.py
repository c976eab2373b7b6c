"""The real features that the coder is measured on: all-MiniLM-L6 and its random twin on text, and raw pixels."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

TEXTS = ("rotten", "bbc", "newsgroups20")
ARMS = ("encoder", "twin")
PIXELS = 20_000
MOST = {"newsgroups20": 4_000}  # long texts: embedding all 11,293 in both arms takes an hour on two cores
NAMES = (*(f"{name}/{arm}" for name in TEXTS for arm in ARMS), "fashion/pixels")


@dataclass(frozen=True)
class Labelled:
    """Features float32 [N, d] and labels int64 [N] in a random order that is fixed."""

    name: str
    features: np.ndarray
    labels: np.ndarray
    classes: int


def load(name: str, limit: int | None = None) -> Labelled:
    """Return one of `NAMES`, its first `limit` examples; texts are embedded once and cached as every evaluation
    caches them.
    """
    from scripts import assets

    if name == "fashion/pixels":
        images, labels = assets.fashion_mnist()
        features = images[:PIXELS].reshape(-1, 784).astype(np.float32) / 255
        return Labelled(name, features[:limit], labels[:PIXELS][:limit], 10)
    kind, arm = name.split("/")
    texts, found, classes = getattr(assets, kind)()
    order = np.random.default_rng(0).permutation(len(texts))
    order = order[: MOST.get(kind)]
    labels = np.array(found, dtype=np.int64)[order]
    return Labelled(name, _embed([texts[i] for i in order], arm, limit), labels[:limit], len(classes))


def _embed(texts: list[str], arm: str, limit: int | None) -> np.ndarray:
    from lit_hf.encoders import load_encoder
    from lit_hf.features import FeatureStore, embed
    from scripts import assets

    encoder = load_encoder(str(assets.l6_folder()))
    source = encoder if arm == "encoder" else encoder.twin(0)
    return embed(source, texts, limit or len(texts), store=FeatureStore.at()).array()
