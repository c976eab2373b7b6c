"""all-MiniLM-L6-v2 as its files ask for it."""

from __future__ import annotations

import numpy as np
import torch

from lit_hf.encoders import load_encoder
from tests.support import assets


def test_l6_is_read_from_its_own_files_and_gives_the_features_of_a_plain_forward_pass() -> None:
    from transformers import AutoModel, AutoTokenizer

    folder = str(assets.l6_folder())
    encoder = load_encoder(folder)
    info = encoder.info
    assert (info.pooling, info.max_tokens, info.dim, info.layer, info.prompt) == ("mean", 256, 384, 6, "")
    assert info.parameters == 22_713_216
    texts = assets.rotten()[0][:24]
    batch = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = AutoModel.from_pretrained(folder, dtype=torch.float32)(**batch).last_hidden_state
    mask = batch["attention_mask"][..., None]
    expected = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1).numpy()
    # other batch shapes, other order of sums: 1e-5 of a row of length 1
    np.testing.assert_allclose(encoder.encode(texts).rows, expected, atol=1e-5)
