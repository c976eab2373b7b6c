"""Features of real text for the tests of codes: all-MiniLM-L6 and its random twin on Rotten Tomatoes, embedded once
and stored.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.support import assets

EXAMPLES = 1000


@cache
def rotten_features(examples: int = EXAMPLES) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features of the encoder and of its random twin, float32 [n, 384] each, and labels int64 [n], in random
    order.
    """
    from lit_hf.encoders import load_encoder
    from lit_hf.features import FeatureStore, embed

    texts, labels, _ = assets.rotten()
    order = np.random.default_rng(0).permutation(len(texts))[:examples]
    pool, store = [texts[i] for i in order], FeatureStore.at(assets.cache() / "features")
    encoder = load_encoder(str(assets.l6_folder()))
    rows = [embed(one, pool, examples, store=store).array() for one in (encoder, encoder.twin(0))]
    return rows[0], rows[1], np.array(labels)[order]
