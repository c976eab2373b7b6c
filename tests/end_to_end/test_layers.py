"""`--layer all`: every hidden state in one forward pass, the last one as the result."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from datasets import Dataset
from rich.console import Console

from lit_hf.config import from_mapping
from lit_hf.encoders import Choices, load_encoder, wrap_encoder
from lit_hf.encoders.load_media import _layers
from lit_hf.encoders.recipe import Declared
from lit_hf.encoders.resolve import resolve_pipeline
from lit_hf.errors import BadSetting
from lit_hf.evaluation.run import evaluate
from lit_hf.features import FeatureStore, embed
from lit_hf.measures.layers import mixture_bits
from lit_hf.records.record import Record
from lit_hf.reports.files import write_curve
from lit_hf.reports.phrases import reading_line
from lit_hf.reports.terminal import report
from tests.support import assets, tiny


def test_all_layers_side_by_side_are_those_of_one_pass_each() -> None:
    inputs = tiny.texts(30)
    encoder = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer="all"))
    rows = encoder.encode(inputs).rows
    assert (encoder.dim, encoder.info.dim, encoder.info.layer, list(encoder.layers)) == (48, 16, 2, [0, 1, 2])
    for layer, columns in encoder.layers.items():
        alone = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer=str(layer))).encode(inputs).rows
        assert np.array_equal(rows[:, columns], alone)


def test_the_twin_is_that_of_the_last_layer() -> None:
    twins = [wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer=layer)).twin(3) for layer in ("all", "last")]
    assert twins[0].key == twins[1].key
    assert np.array_equal(*(twin.encode(tiny.texts(5)).rows for twin in twins))


def test_the_last_layer_beside_the_mean_of_all_is_from_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = tiny.texts(30)
    both = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer="last+mean"))
    rows = both.encode(inputs).rows
    apart = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer="all")).encode(inputs).rows
    assert (both.dim, both.info.dim, both.info.layer, dict(both.layers)) == (32, 32, "last+mean", {})
    np.testing.assert_array_equal(rows[:, :16], apart[:, 32:])
    np.testing.assert_allclose(rows[:, 16:], apart.reshape(-1, 3, 16).mean(axis=1), atol=1e-6)
    others = [wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer=layer)).key for layer in ("last", "all")]
    assert both.key not in others
    assert {**both.key, "blend": None} == {**others[1], "blend": None}


def test_its_twin_is_read_in_the_same_way() -> None:
    encoder = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer="last+mean"))
    twin, inputs = encoder.twin(3), tiny.texts(5)
    apart = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer="last")).twin(3).encode(inputs).rows
    assert twin.dim == encoder.dim
    np.testing.assert_array_equal(twin.encode(inputs).rows[:, :16], apart)


def test_it_is_a_reading_of_an_evaluation(tmp_path: Path) -> None:
    texts = tiny.texts(120)
    data = Dataset.from_dict({"text": texts, "label": [int("good" in text) for text in texts]})
    settings = {"orders": 1, "twins": 1, "max_examples": 100, "cache_dir": str(tmp_path / "cache")}
    record = evaluate(str(tiny.save(tmp_path, tiny.bert())), data, layer="last+mean", **settings)
    record.validate()
    assert (record["model"]["layer"], record["model"]["dim"]) == ("last+mean", 32)
    assert "layers" not in record.data
    assert "last layer and mean of all" in reading_line(record["model"])


def test_what_has_no_such_layers_refuses_it() -> None:
    with pytest.raises(BadSetting, match="last\\+most"):
        from_mapping({"model": "m", "dataset": "d", "layer": "last+most"}, "test")
    with pytest.raises(BadSetting, match="defined for texts"):
        _layers("last+mean", SimpleNamespace(widths=(4, 4)))  # type: ignore[arg-type]
    with pytest.raises(BadSetting, match="a pooling of hidden states"):
        resolve_pipeline(
            Choices(layer="last+mean"),
            Declared(Path(), pooling="pooler", sources={"pooling": "modules.json"}),
            tiny.bert().config,
            tiny.tokenizer(),
        )


def test_columns_of_stored_features_are_a_view(tmp_path: Path) -> None:
    encoder = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer="all"))
    found = embed(encoder, tiny.texts(300), 290, store=FeatureStore(tmp_path))
    part = found.columns(encoder.layers[1])
    assert part.shape == (290, 16)
    assert np.array_equal(part[np.array([280, 3])], found.array()[[280, 3], 16:32])


def test_the_mixture_pays_the_choice_of_the_layer() -> None:
    assert mixture_bits({0: 100.0, 1: 100.0}) == pytest.approx(100)
    assert mixture_bits({0: 5000.0, 1: 100.0, 2: 9000.0, 3: 8000.0}) == pytest.approx(102)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    texts, labels, _ = assets.rotten()
    data, cache = Dataset.from_dict({"text": texts[::28], "label": labels[::28]}), tmp_path_factory.mktemp("cache")
    folder = str(assets.truncated_layers(assets.l6_folder(), 2))
    return {
        layer: evaluate(folder, data, layer=layer, orders=1, twins=1, cache_dir=str(cache)) for layer in ("all", "last")
    }


def test_the_profile_of_a_real_encoder_ends_in_its_result(records: dict[str, Record]) -> None:
    whole, last = records["all"], records["last"]
    whole.validate()
    assert whole["transfer"]["bits"] == pytest.approx(last["transfer"]["bits"], rel=1e-9)
    assert whole["model"]["dim"] == last["model"]["dim"] == 384
    rows = whole["layers"]["rows"]
    assert [row["layer"] for row in rows] == [0, 1, 2]
    assert rows[-1]["bits"] == pytest.approx(whole["codelength"]["bits"])
    shortest = min(row["bits"] for row in rows)
    assert shortest <= whole["layers"]["mixture_bits"] + 1e-9 <= shortest + np.log2(3) + 2e-9
    assert "layers" not in last.data


def test_the_profile_is_printed_and_drawn(records: dict[str, Record], tmp_path: Path) -> None:
    console = Console(width=100, record=True, file=StringIO())
    for part in report(records["all"], 100, "utf-8"):
        console.print(part)
    assert "mixture" in console.export_text()
    assert {path.name for path in write_curve(records["all"], tmp_path)} >= {"layers.png", "layers.svg", "curve.png"}


def test_a_decoder_has_a_profile_too(tmp_path: Path) -> None:
    assert load_encoder(str(tiny.save(tmp_path, tiny.gpt2(), brackets=False)), Choices(layer="all")).dim == 48
