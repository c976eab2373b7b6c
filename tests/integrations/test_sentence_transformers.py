"""The evaluator of sentence-transformers: its numbers, its names, its file, and a missing package."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from lit_hf.encoders.objects import wrap_encoder
from tests.support import assets, tiny
from tests.support.sentences import sentences

sentence = pytest.importorskip("sentence_transformers")


def model_of(folder: Path) -> sentence.SentenceTransformer:
    from sentence_transformers.sentence_transformer import modules

    body = modules.Transformer(str(tiny.save(folder / "bert", tiny.bert())))
    return sentence.SentenceTransformer(modules=[body, modules.Pooling(16), modules.Normalize()], device="cpu")


def test_it_is_an_evaluator_with_a_primary_metric_and_a_file(tmp_path: Path) -> None:
    from sentence_transformers.sentence_transformer.evaluation import BaseEvaluator

    import lit_hf

    texts, labels = sentences(80, seed=2)
    judge = lit_hf.LITEvaluator(texts, labels, name="words", cache_dir=str(tmp_path / "cache"))
    assert isinstance(judge, BaseEvaluator)
    assert judge.greater_is_better
    model = model_of(tmp_path).train()
    first = judge(model, str(tmp_path / "eval"), epoch=1, steps=10)
    again = judge(model, str(tmp_path / "eval"), epoch=1, steps=20)
    assert judge.primary_metric == "words_lit_transfer_bits"
    assert first[judge.primary_metric] == again[judge.primary_metric]
    assert first["words_lit_transfer_low"] < first[judge.primary_metric] < first["words_lit_transfer_high"]
    assert model.training
    with (tmp_path / "eval" / "lit_evaluation_words_results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["steps"] for row in rows] == ["10", "20"]
    assert float(rows[0]["lit_transfer_bits"]) == first[judge.primary_metric]
    assert model.model_card_data.eval_results_dict[judge] == again


def test_the_twin_is_coded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lit_hf.integrations.sentence_transformers import LITEvaluator

    texts, labels = sentences(60, seed=2)
    judge = LITEvaluator(texts, labels, cache_dir=str(tmp_path / "cache"))
    model = model_of(tmp_path)
    judge(model)
    coded = []
    code = judge.stream._code
    monkeypatch.setattr(judge.stream, "_code", lambda arm, device: coded.append(arm.name) or code(arm, device))
    judge(model)
    assert coded == ["encoder"]


def test_a_sentence_transformer_may_be_evaluated_as_it_is(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    assert wrap_encoder(model).info.pooling == "mean"


@pytest.mark.slow
def test_a_pretrained_sentence_encoder_transfers(tmp_path: Path) -> None:
    from lit_hf.integrations.sentence_transformers import LITEvaluator

    texts, labels, _ = assets.rotten()
    judge = LITEvaluator(texts, labels, max_examples=400, cache_dir=str(tmp_path))
    found = judge(sentence.SentenceTransformer(str(assets.l6_folder()), device="cpu"))
    assert found["lit_transfer_low"] > 0


def test_without_the_package_the_command_to_install_it_is_named() -> None:
    code = (
        "import sys; sys.modules['sentence_transformers'] = None\n"
        "from lit_hf.errors import MissingExtra\nimport lit_hf\n"
        "try: lit_hf.LITEvaluator\nexcept MissingExtra as error: print(error.next_step)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == 'Run `pip install "lit-hf[sentence-transformers]"`.'
