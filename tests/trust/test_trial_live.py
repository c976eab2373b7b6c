"""The trial of a model in training: it has the plan that `eval` gives it, once, before the first step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
import torch
from transformers import BertModel, BigBirdConfig, BigBirdModel, FNetConfig, FNetModel, Trainer, TrainingArguments

import lit_hf
from lit_hf.encoders.objects import evaluating
from lit_hf.errors import LitWarning, NotFiniteFeatures, UnsupportedModel
from lit_hf.integrations.stream import FixedStream
from lit_hf.integrations.trainer import LITCallback
from tests.support import tiny
from tests.support.sentences import sentences

SIZES: dict[str, Any] = {
    "vocab_size": 120, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 128,
}  # fmt: skip
STREAM: dict[str, Any] = {"max_examples": 60, "orders": 1}


def stream_of(folder: Path) -> FixedStream:
    texts, labels = sentences(60, seed=2)
    return FixedStream(texts, labels, cache_dir=str(folder / "cache"), **STREAM)


class Remembering(BertModel):
    """A BERT whose output holds what it read before."""

    def forward(self, input_ids: Any = None, attention_mask: Any = None, **named: Any) -> Any:
        found = super().forward(input_ids, attention_mask, **named)
        self.seen = getattr(self, "seen", 0.0) + found.last_hidden_state.detach().abs().mean()
        found.last_hidden_state = found.last_hidden_state + 100 * self.seen
        return found


def remembering() -> Remembering:
    return Remembering(tiny.bert().config)


def test_a_network_that_padding_changes_is_measured_as_eval_measures_it(tmp_path: Path) -> None:
    torch.manual_seed(11)
    model = FNetModel(FNetConfig(**SIZES))
    texts, labels = sentences(60, seed=2)
    stream = stream_of(tmp_path)
    found = stream.measure(model, tiny.tokenizer())
    assert stream._outcome is not None
    assert stream._outcome.equal_lengths
    data = datasets.Dataset.from_dict({"text": texts, "label": labels})
    record = lit_hf.evaluate(
        model, data, tokenizer=tiny.tokenizer(), cache_dir=str(tmp_path / "other"), twins=1, **STREAM
    )
    assert (found.codelength, found.transfer) == (record["codelength"]["bits"], record["transfer"]["bits"])


def test_the_trial_is_made_once_and_its_plan_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(11)
    model, stream = FNetModel(FNetConfig(**SIZES)), stream_of(tmp_path)
    first = stream.measure(model, tiny.tokenizer())
    monkeypatch.setattr("lit_hf.encoders.before_work.try_out", lambda *_: pytest.fail("a second trial"))
    assert stream.measure(model, tiny.tokenizer()).codelength == first.codelength


def test_what_a_network_keeps_of_texts_is_as_before_the_measurement(tmp_path: Path) -> None:
    config = BigBirdConfig(**SIZES, attention_type="block_sparse", block_size=2, num_random_blocks=1)
    torch.manual_seed(11)
    model = BigBirdModel(config).train()
    with evaluating(model):
        model(**tiny.tokenizer()(["the film"], return_tensors="pt"))
    assert (model.attention_type, model.training) == ("block_sparse", True)
    stream_of(tmp_path).measure(model, tiny.tokenizer())
    assert model.attention_type == "block_sparse"
    assert {each.training for each in model.modules()} == {True}


@pytest.mark.parametrize("at_start", [True, False])
def test_what_cannot_be_measured_is_refused_before_the_first_step(tmp_path: Path, at_start: bool) -> None:
    texts, labels = sentences(60, seed=3)
    arguments = TrainingArguments(
        str(tmp_path), max_steps=1, report_to="none", use_cpu=True, disable_tqdm=True
    )  # fmt: skip
    rows = datasets.Dataset.from_dict({**tiny.tokenizer()(texts, padding=True), "labels": labels})
    trainer = Trainer(remembering(), arguments, train_dataset=rows, processing_class=tiny.tokenizer())
    callback = LITCallback(trainer, texts, labels, at_start=at_start, cache_dir=str(tmp_path / "cache"), **STREAM)
    trainer.add_callback(callback)
    with pytest.raises(UnsupportedModel, match="depend on what it read before") as caught:
        trainer.train()
    assert caught.value.next_step
    assert trainer.state.global_step == 0


def test_features_that_are_no_numbers_or_all_the_same_are_named(tmp_path: Path) -> None:
    for value, expected in ((float("nan"), pytest.raises(NotFiniteFeatures)), (0.0, pytest.warns(LitWarning))):
        model: Any = tiny.bert()
        model.encoder.layer[1].output.LayerNorm.weight.data.fill_(value)
        with expected:
            stream_of(tmp_path).prepare(model, tiny.tokenizer())


def test_a_model_in_sixteen_bits_is_judged_by_its_copy_in_float32(tmp_path: Path) -> None:
    model, stream = tiny.bert().to(torch.bfloat16), stream_of(tmp_path)
    stream.prepare(model, tiny.tokenizer())
    assert stream._outcome is not None
    assert not stream._outcome.equal_lengths
    assert next(model.parameters()).dtype == torch.bfloat16
