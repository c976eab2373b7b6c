"""Random twins: the same pipeline with fresh weights, shared by all checkpoints of one configuration."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from lit_hf.encoders import Choices, load_encoder
from tests.support import tiny

INPUTS = tiny.texts(12)


def test_checkpoints_of_one_configuration_share_their_twin(tmp_path: Path) -> None:
    first = load_encoder(str(tiny.save(tmp_path / "a", tiny.bert(0))))
    folder = tiny.save(tmp_path / "b", tiny.bert(1))
    config = json.loads((folder / "config.json").read_text())
    names = {
        "_name_or_path": "x",
        "id2label": {"0": "no", "1": "yes"},
        "architectures": ["BertForX"],
        "dtype": "float16",
    }
    tiny.write(folder / "config.json", {**config, **names, "transformers_version": "4.0.0"})
    second = load_encoder(str(folder))
    assert first.key != second.key
    assert first.twin(0).key == second.twin(0).key
    assert np.array_equal(first.twin(0).encode(INPUTS).rows, second.twin(0).encode(INPUTS).rows)


def test_another_configuration_tokeniser_limit_or_seed_is_another_twin(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "a", tiny.bert())
    twin = load_encoder(str(folder)).twin(0)
    assert twin.key != load_encoder(str(folder)).twin(1).key
    assert twin.key != load_encoder(str(folder), Choices(max_tokens=5)).twin(0).key
    assert twin.key != load_encoder(str(folder), Choices(pooling="cls")).twin(0).key
    assert twin.key != load_encoder(str(tiny.save(tmp_path / "b", tiny.bert(), brackets=False))).twin(0).key
    config = json.loads((folder / "config.json").read_text())
    tiny.write(folder / "config.json", {**config, "layer_norm_eps": 1e-5})
    assert twin.key != load_encoder(str(folder)).twin(0).key


def test_a_twin_differs_from_its_checkpoint_and_from_other_seeds_but_repeats_itself(tmp_path: Path) -> None:
    encoder = load_encoder(str(tiny.save(tmp_path, tiny.bert())))
    first = encoder.twin(0).encode(INPUTS).rows
    assert np.array_equal(first, encoder.twin(0).encode(INPUTS).rows)
    assert not np.allclose(first, encoder.encode(INPUTS).rows)
    assert not np.allclose(first, encoder.twin(1).encode(INPUTS).rows)


def test_a_twin_goes_through_the_same_pooling_and_normalisation(tmp_path: Path) -> None:
    folder = tiny.add_sentence_files(tiny.save(tmp_path, tiny.bert()))
    encoder = load_encoder(str(folder))
    for arm in (encoder, encoder.twin(0)):
        assert arm.info.pooling == "cls"
        np.testing.assert_allclose(np.linalg.norm(arm.encode(INPUTS).rows, axis=1), 1, rtol=1e-5)


def test_a_twin_says_what_it_is(tmp_path: Path) -> None:
    encoder = load_encoder(str(tiny.save(tmp_path, tiny.bert())))
    info = encoder.twin(2).info
    assert info.kind == "random twin"
    assert "seed 2" in info.id
    assert (info.parameters, info.dim) == (encoder.info.parameters, encoder.info.dim)
