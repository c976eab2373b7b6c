"""`--loader sentence-transformers`: what lit-hf does not read itself, under the same policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset

from lit_hf.config import LIBRARY, Settings
from lit_hf.encoders import Choices, Policy, load_encoder
from lit_hf.errors import BadSetting, NoSafetensors, UnsafeRemoteCode, UnsupportedModel
from lit_hf.evaluation.run import evaluate
from tests.support import chains, tiny
from tests.support.chains import assert_close, body, dense, modules, table

W = chains.WIDTH
INPUTS = tiny.texts(12)
BY_LIBRARY = Choices(loader=LIBRARY)
OWN = """
import torch
from sentence_transformers.sentence_transformer.modules import Module

class Doubled(Module):
    config_keys = []

    def __init__(self):
        super().__init__()
        {weights}

    def forward(self, features):
        features["sentence_embedding"] = 2 * features["sentence_embedding"]
        return features

    def save(self, output_path, *args, **kwargs):
        self.save_config(output_path)

    @classmethod
    def load(cls, *args, **kwargs):
        open({mark!r}, "w").close()
        return cls()
"""


def _lstm(folder: Path) -> tuple[Path, Any]:
    return chains.save(folder / "saved", [chains.word_vectors(), modules.LSTM(W, 6), modules.Pooling(12)])


def _own(folder: Path, weights: str = "pass") -> tuple[Path, Path]:
    """A folder whose last module is code of its own; and a file that its loading makes."""
    saved, _ = chains.save(folder / "saved", [body(folder / "bert"), modules.Pooling(W)])
    listed = json.loads((saved / "modules.json").read_text())
    listed.append({"idx": 2, "name": "2", "path": "2_Doubled", "type": "my_module.Doubled"})
    tiny.write(saved / "modules.json", listed)
    tiny.write(saved / "2_Doubled" / "config.json", {})
    (saved / "my_module.py").write_text(OWN.format(weights=weights, mark=str(folder / "ran")))
    return saved, folder / "ran"


def test_what_lit_hf_refuses_is_read_by_the_library(tmp_path: Path) -> None:
    folder, model = _lstm(tmp_path)
    with pytest.raises(UnsupportedModel, match="WordEmbeddings"):
        load_encoder(str(folder))
    encoder = load_encoder(str(folder), BY_LIBRARY)
    assert_close(encoder.encode(INPUTS).rows, model.encode(INPUTS))
    assert encoder.dim == encoder.info.dim == 12
    assert encoder.info.architecture == "WordEmbeddings, LSTM, Pooling"
    rows = [encoder.twin(seed).encode(INPUTS).rows for seed in (0, 0, 1)]
    np.testing.assert_array_equal(rows[0], rows[1])
    assert not np.allclose(rows[0], rows[2])
    assert not np.allclose(rows[0], encoder.encode(INPUTS).rows)
    assert len({str(each.key) for each in (encoder, encoder.twin(0), encoder.twin(1))}) == 3
    assert [each.key for each in encoder.baselines(2, 0)] == [encoder.twin(0).key, encoder.twin(1).key]


def test_both_loaders_agree_where_both_read(tmp_path: Path) -> None:
    parts = [body(tmp_path / "bert"), modules.Pooling(W, "cls"), dense(W, 8)]
    folder, _ = chains.save(tmp_path / "saved", parts, prompts={"p": "the "}, default_prompt_name="p", truncate_dim=5)
    for settings in ({}, {"prompt": ""}, {"prompt": "so "}, {"max_tokens": 5}):
        mine, library = (load_encoder(str(folder), Choices(loader=each, **settings)) for each in (None, LIBRARY))
        assert_close(library.encode(INPUTS).rows, mine.encode(INPUTS).rows)
        assert library.encode(INPUTS).truncated == mine.encode(INPUTS).truncated
        assert library.info.prompt == mine.info.prompt


def test_a_route_is_passed_on(tmp_path: Path) -> None:
    folder, model = chains.save(tmp_path / "saved", [modules.Router.for_query_document([table(1)], [table(2)])])
    found = load_encoder(str(folder), Choices(loader=LIBRARY, route="query")).encode(INPUTS).rows
    assert_close(found, model.encode_query(INPUTS))
    assert not np.allclose(found, load_encoder(str(folder), BY_LIBRARY).encode(INPUTS).rows)


def test_code_of_the_repository_runs_only_when_it_is_asked_for(tmp_path: Path) -> None:
    folder, ran = _own(tmp_path)
    with pytest.raises(UnsupportedModel, match=r"my_module\.Doubled"):
        load_encoder(str(folder))
    with pytest.raises(UnsafeRemoteCode):
        load_encoder(str(folder), BY_LIBRARY)
    assert not ran.exists()
    rows = load_encoder(str(folder), BY_LIBRARY, Policy(trust_remote_code=True)).encode(INPUTS).rows
    assert ran.exists()
    plain = chains.save(tmp_path / "plain", [body(tmp_path / "again"), modules.Pooling(W)])[0]
    assert_close(rows, 2 * load_encoder(str(plain)).encode(INPUTS).rows)


def test_pickles_are_read_only_when_they_are_allowed(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    folder, model = _lstm(tmp_path)
    file = folder / "1_LSTM" / "model.safetensors"
    torch.save(load_file(file), file.with_name("pytorch_model.bin"))
    file.unlink()
    with pytest.raises(NoSafetensors):
        load_encoder(str(folder), BY_LIBRARY)
    rows = load_encoder(str(folder), BY_LIBRARY, Policy(allow_pickle=True)).encode(INPUTS).rows
    assert_close(rows, model.encode(INPUTS))


def test_without_a_way_to_a_twin_there_is_no_transfer_and_that_is_said(tmp_path: Path) -> None:
    folder, _ = _own(tmp_path, "self.scale = torch.nn.Parameter(torch.ones(3))")
    encoder = load_encoder(str(folder), BY_LIBRARY, Policy(trust_remote_code=True))
    assert encoder.baselines(2, 0) == []
    data = Dataset.from_dict({"text": tiny.texts(60), "label": [index % 2 for index in range(60)]})
    settings = {"loader": LIBRARY, "trust_remote_code": True, "orders": 1, "twins": 1}
    record = evaluate(str(folder), data, **settings)
    record.validate()
    assert record["transfer"]["bits"] is None
    assert "no random twin" in record["transfer"]["bits_reason"]
    assert record["codelength"]["bits"] > 0


def test_an_evaluation_by_the_library_has_a_twin_and_says_who_read_it(tmp_path: Path) -> None:
    folder, _ = _lstm(tmp_path)
    data = Dataset.from_dict({"text": tiny.texts(60), "label": [index % 2 for index in range(60)]})
    record = evaluate(str(folder), data, loader=LIBRARY, orders=1, twins=1)
    record.validate()
    assert np.isfinite(record["transfer"]["bits"])
    assert record["settings"]["given"]["loader"] == LIBRARY


@pytest.mark.parametrize("settings", [{"layer": "0"}, {"pooling": "cls"}, {"spread": True}])
def test_settings_that_need_its_modules_are_refused(tmp_path: Path, settings: dict[str, Any]) -> None:
    folder = str(_lstm(tmp_path)[0])
    with pytest.raises(BadSetting):
        load_encoder(folder, Choices(loader=LIBRARY, **settings))
    with pytest.raises(BadSetting):
        load_encoder(folder, BY_LIBRARY, medium="image")


def test_what_the_library_does_not_read_is_refused_with_its_words(tmp_path: Path) -> None:
    folder, _ = _lstm(tmp_path)
    (folder / "2_Pooling" / "config.json").write_text("{")
    with pytest.raises(UnsupportedModel, match="sentence-transformers does not read it"):
        load_encoder(str(folder), BY_LIBRARY)


def test_another_loader_is_refused_and_none_changes_no_name() -> None:
    with pytest.raises(BadSetting, match="loader"):
        Settings("model", "data", loader="keras")
    plain = Settings("model", "data", held_out=2000)  # as results without this setting had it
    assert plain.fingerprint() != plain.replace(loader=LIBRARY).fingerprint()
    assert plain.fingerprint() != plain.replace(route="query").fingerprint()
    assert plain.fingerprint() == "b2e57df8357efff2"
