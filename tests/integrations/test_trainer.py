"""A training that is measured is the training that is not; and what is measured is what training put in."""

from __future__ import annotations

import random
from pathlib import Path

import datasets
import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments

import lit_hf
from lit_hf.errors import BadSetting, UsageError
from lit_hf.integrations.stream import FixedStream
from lit_hf.integrations.trainer import LITCallback
from tests.support import tiny
from tests.support.sentences import sentences

STREAM = {"max_examples": 120, "orders": 1}


def classifier() -> BertForSequenceClassification:
    """A tiny BERT with dropout and a head, drawn by a seed of its own."""
    config = BertConfig(
        vocab_size=120, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, num_labels=2,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(77)
        return BertForSequenceClassification(config)


def trainer_of(folder: Path, steps: int) -> Trainer:
    texts, labels = sentences(400, seed=1)
    data = datasets.Dataset.from_dict({**tiny.tokenizer()(texts, padding=True), "labels": labels})
    arguments = TrainingArguments(
        output_dir=str(folder), max_steps=steps, per_device_train_batch_size=32, learning_rate=3e-3, seed=5,
        report_to="none", use_cpu=True, disable_tqdm=True, save_strategy="no", logging_steps=10,
    )  # fmt: skip
    return Trainer(model=classifier(), args=arguments, train_dataset=data, processing_class=tiny.tokenizer())


class Generators(TrainerCallback):
    """Notes the state of every generator after each step."""

    def __init__(self) -> None:
        self.seen: list[tuple[object, object, list[int]]] = []

    def on_step_begin(self, args: object, state: object, control: object, **kwargs: object) -> None:
        array = np.random.get_state()[1].tolist()
        self.seen.append((random.getstate(), array, torch.get_rng_state().tolist()))


def train(folder: Path, measured: bool) -> tuple[Trainer, Generators, LITCallback | None]:
    trainer, generators, callback = trainer_of(folder, steps=12), Generators(), None
    if measured:
        texts, labels = sentences(120, seed=2)
        callback = LITCallback(trainer, texts, labels, every=3, cache_dir=str(folder / "cache"), **STREAM)
        trainer.add_callback(callback)
    trainer.add_callback(generators)
    trainer.train()
    return trainer, generators, callback


def test_a_measured_training_gives_the_same_weights_and_draws_the_same_numbers(tmp_path: Path) -> None:
    plain, drawn, _ = train(tmp_path / "plain", measured=False)
    watched, also_drawn, callback = train(tmp_path / "watched", measured=True)
    assert callback is not None
    assert [step for step, _ in callback.history] == [0, 3, 6, 9, 12]
    weights = watched.model.state_dict()
    for name, tensor in plain.model.state_dict().items():
        assert torch.equal(tensor, weights[name]), name
    assert drawn.seen == also_drawn.seen
    losses = [[entry["loss"] for entry in each.state.log_history if "loss" in entry] for each in (plain, watched)]
    assert losses[0] == losses[1]


def test_what_training_puts_in_is_measured_logged_and_paid_for(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, steps=80)
    texts, labels = sentences(120, seed=2)
    callback = LITCallback(trainer, texts, labels, every=40, cache_dir=str(tmp_path / "cache"), **STREAM)
    trainer.add_callback(callback)
    trainer.train()
    first, last = callback.history[0][1], callback.history[-1][1]
    # A word's presence shows in random features too, so not all of the code is what training saved.
    assert last.codelength < first.codelength / 1.5
    assert last.transfer - first.transfer == pytest.approx(first.codelength - last.codelength)
    assert last.interval[0] > 0
    logged = [entry for entry in trainer.state.log_history if "lit_transfer_bits" in entry]
    assert [entry["step"] for entry in logged] == [0, 40, 80]
    assert logged[-1]["lit_transfer_bits"] == last.transfer
    total = trainer.state.log_history[-1]
    assert total["lit_total_seconds"] == pytest.approx(sum(found.seconds for _, found in callback.history))
    assert 0 < total["lit_share_of_training"] < 1


def test_the_numbers_are_those_of_evaluate(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, steps=1)
    texts, labels = sentences(120, seed=2)
    callback = LITCallback(trainer, texts, labels, cache_dir=str(tmp_path / "cache"), **STREAM)
    found = callback.stream.measure(trainer.model, tiny.tokenizer())
    data = datasets.Dataset.from_dict({"text": texts, "label": labels})
    record = lit_hf.evaluate(
        trainer.model, data, tokenizer=tiny.tokenizer(), cache_dir=str(tmp_path / "other"), twins=1, **STREAM
    )
    assert found.codelength == record["codelength"]["bits"]
    assert found.transfer == record["transfer"]["bits"]
    assert found.interval == pytest.approx(record["transfer"]["interval"])


def test_gradients_and_modes_are_left_alone(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, steps=1)
    texts, labels = sentences(60, seed=3)
    callback = LITCallback(trainer, texts, labels, cache_dir=str(tmp_path / "cache"), max_examples=60)
    model = trainer.model.train()
    model.bert.embeddings.dropout.eval()
    model(**tiny.tokenizer()(["the film"], return_tensors="pt")).logits.sum().backward()
    gradients = {name: each.grad.clone() for name, each in model.named_parameters() if each.grad is not None}
    modes = {name: module.training for name, module in model.named_modules()}
    callback.stream.measure(model, tiny.tokenizer())
    assert {name: module.training for name, module in model.named_modules()} == modes
    assert gradients
    assert all(torch.equal(dict(model.named_parameters())[name].grad, each) for name, each in gradients.items())
    assert not any(parameter.is_inference() for parameter in model.parameters())


def test_what_cannot_be_measured_is_refused(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, steps=1)
    texts, labels = sentences(60, seed=3)
    with pytest.raises(BadSetting, match="at least 1"):
        LITCallback(trainer, texts, labels, every=0)
    with pytest.raises(BadSetting, match="one for each"):
        LITCallback(trainer, texts, labels[:-1])
    with pytest.raises(BadSetting, match="one layer"):
        LITCallback(trainer, texts, labels, layer="all")
    trainer.is_deepspeed_enabled = True
    with pytest.raises(BadSetting, match="whole model"):
        LITCallback(trainer, texts, labels)
    del trainer.is_deepspeed_enabled
    trainer.processing_class = None
    with pytest.raises(UsageError, match="tokeniser"):
        LITCallback(trainer, texts, labels).stream.measure(trainer.model)


@pytest.mark.parametrize("kind", ["several labels", "numbers"])
def test_labels_of_every_kind_are_measured_as_evaluate_measures_them(kind: str, tmp_path: Path) -> None:
    texts, good = sentences(100, seed=2)
    both = [["good"] * value + ["film"] * ("film" in text) for text, value in zip(texts, good, strict=True)]
    sizes = [len(text) + 0.5 * value for text, value in zip(texts, good, strict=True)]
    data = datasets.Dataset.from_dict({"text": texts, "label": both if kind == "several labels" else sizes})
    stream = FixedStream(data, max_examples=80, cache_dir=str(tmp_path / "cache"))
    found = stream.measure(classifier(), tiny.tokenizer())
    record = lit_hf.evaluate(
        classifier(), data, tokenizer=tiny.tokenizer(), max_examples=80, orders=1, twins=1, cache_dir=str(tmp_path)
    )
    assert record["dataset"]["kind"] == {"several labels": "multi-label-classification"}.get(kind, "regression")
    assert found.codelength == record["codelength"]["bits"]
    assert found.transfer == record["transfer"]["bits"]
