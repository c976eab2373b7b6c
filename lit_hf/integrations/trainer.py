"""`LITCallback`: L_IT of the model in training every so many steps, in the log of transformers' Trainer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transformers import TrainerCallback

from lit_hf.errors import BadSetting
from lit_hf.integrations.stream import FixedStream, Measurement


@dataclass(frozen=True)
class Cost:
    """What the measurements of one training took: `share` of the time from its first step to now."""

    measurements: int
    seconds: float
    share: float


class LITCallback(TrainerCallback):
    """Measures how much the model in training knows of a fixed labelled stream: L_IT (frozen) and codelength, in bits.

    `trainer.add_callback(LITCallback(trainer, texts, labels, every=500))`. The stream, its order and the random twin
    are the same at every measurement, so the numbers of one training can be compared; the interval is conditional on
    that one twin. The log gets `lit_transfer_bits`, `lit_transfer_low`, `lit_transfer_high`,
    `lit_transfer_bits_per_label`, `lit_codelength_bits` and `lit_seconds`; at the end `lit_total_seconds` and
    `lit_share_of_training`. Training goes on as if nothing had been measured: weights, gradients, modes and random
    generators are left as they were. The main process alone measures, and the others wait for it.

    data, labels: texts and one label each, or a loaded dataset, or a dataset's name; none of the examples that the
    model learns from. task: as `--task` has it, where labels do not say what they are.
    every: optimiser steps between measurements. at_start, at_end: measure before the first and
    after the last step too. tokenizer: by default the trainer's. The others are as in `lit_hf.Settings`.
    """

    def __init__(
        self,
        trainer: Any,
        data: Any,
        labels: Sequence[int | str] | None = None,
        *,
        task: str | None = None,
        every: int = 500,
        at_start: bool = True,
        at_end: bool = True,
        max_examples: int = 1_000,
        orders: int = 1,
        seed: int = 0,
        layer: str = "last",
        pooling: str = "auto",
        max_tokens: int | None = None,
        tokenizer: Any = None,
        cache_dir: str | None = None,
    ) -> None:
        """Raise `BadSetting` where the weights are spread over processes, and what `FixedStream` raises."""
        if every < 1:
            raise BadSetting("every", every, "a whole number of at least 1")
        if getattr(trainer, "is_fsdp_enabled", False) or getattr(trainer, "is_deepspeed_enabled", False):
            raise BadSetting("trainer", "FSDP or DeepSpeed", "one that keeps the whole model in each process")
        self.trainer, self.every, self.at_start, self.at_end = trainer, every, at_start, at_end
        self.tokenizer = tokenizer if tokenizer is not None else trainer.processing_class
        self.stream = FixedStream(
            data, labels, task=task, max_examples=max_examples, orders=orders, seed=seed, layer=layer,
            pooling=pooling, max_tokens=max_tokens, cache_dir=cache_dir,
        )  # fmt: skip
        self.history: list[tuple[int, Measurement]] = []
        """(step, what was measured)."""
        self._began = time.perf_counter()
        self._earlier = 0

    @property
    def cost(self) -> Cost:
        """What was spent since training began."""
        spent = [found.seconds for _, found in self.history[self._earlier :]]
        return Cost(len(spent), sum(spent), sum(spent) / (time.perf_counter() - self._began))

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._began, self._earlier = time.perf_counter(), len(self.history)
        if self.at_start:
            self._measure(state)
        elif state.is_world_process_zero:  # what cannot be measured is said before the first step
            self.stream.prepare(self.trainer.model, self.tokenizer)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step % self.every == 0:
            self._measure(state)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self.at_end and (not self.history or self.history[-1][0] != state.global_step):
            self._measure(state)
        if state.is_world_process_zero:
            cost = self.cost
            self.trainer.log({"lit_total_seconds": cost.seconds, "lit_share_of_training": cost.share})

    def _measure(self, state: Any) -> None:
        if not state.is_world_process_zero:
            return
        found = self.stream.measure(self.trainer.model, self.tokenizer)
        self.history.append((state.global_step, found))
        self.trainer.log(found.logs())
