"""A fixed labelled stream on which one model is measured again and again while it learns something else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lit_hf.coding.codelength import Codelength, difference, gather
from lit_hf.coding.order import Code
from lit_hf.config import Settings
from lit_hf.encoders import Choices
from lit_hf.encoders.before_work import tried_live
from lit_hf.encoders.objects import evaluating, live_encoder
from lit_hf.errors import BadSetting
from lit_hf.evaluation.arms import ENCODER, TWIN, Arm, arms_of
from lit_hf.evaluation.code_arms import ArmRows, order_unit
from lit_hf.runtime.seeding import undisturbed

if TYPE_CHECKING:
    from lit_hf.encoders.text import TextEncoder
    from lit_hf.encoders.trial import Outcome
    from lit_hf.tasks import Task

IN_MEMORY = "in memory"


@dataclass(frozen=True)
class Measurement:
    """What a model knew of the stream at one moment: L_IT (frozen) and codelength in bits, and what asking cost.

    `interval`: 95 %, conditional on the one random twin. `seconds`: embedding and coding, the twin's too when it was
    coded now, which happens once.
    """

    transfer: float
    interval: tuple[float, float]
    codelength: float
    labels: int
    seconds: float

    def logs(self) -> dict[str, float]:
        """Return named numbers for a log."""
        return {
            "lit_transfer_bits": self.transfer,
            "lit_transfer_low": self.interval[0],
            "lit_transfer_high": self.interval[1],
            "lit_transfer_bits_per_label": self.transfer / self.labels,
            "lit_codelength_bits": self.codelength,
            "lit_seconds": self.seconds,
        }


class FixedStream:
    """Labels and inputs that stay the same from one measurement to the next, and the code of their random twin.

    data: texts (with `labels`), a loaded dataset, or a dataset's name as for `evaluate`. The examples should not be
    among those that the model learns from: bits of examples that it has seen are no transfer. task: as `--task` has
    it, where labels alone do not say what they are (`ordinal-classification`).
    """

    def __init__(
        self,
        data: Any,
        labels: Sequence[int | str] | None = None,
        *,
        task: str | None = None,
        max_examples: int = 1_000,
        orders: int = 1,
        seed: int = 0,
        layer: str = "last",
        pooling: str = "auto",
        max_tokens: int | None = None,
        cache_dir: str | None = None,
    ) -> None:
        """Raise what `load_task` raises, and `BadSetting` for layer="all"."""
        from lit_hf.tasks import load_task
        from lit_hf.tasks.lists import as_dataset

        if layer == "all":
            raise BadSetting("layer", layer, "one layer while a model is in training")
        named = isinstance(data, str)
        self.settings = Settings(
            IN_MEMORY, data if named else IN_MEMORY, task=task, max_examples=max_examples, orders=orders,
            seed=seed, twins=1, layer=layer, pooling=pooling, max_tokens=max_tokens, cache_dir=cache_dir,
        )  # fmt: skip
        self.task: Task = load_task(self.settings, None if named else as_dataset(data, labels))
        self._twin: Codelength | None = None
        self._outcome: Outcome | None = None

    @cached_property
    def labels(self) -> int:
        """How many labels are coded."""
        return len(self.task.labels)

    def prepare(self, model: Any, tokenizer: Any = None) -> None:
        """Try the model on a few inputs, as any checkpoint before the work; the first measurement does it otherwise.

        Raises `UnsupportedModel` or `NotFiniteFeatures` for one whose features of a text are not its own.
        """
        with undisturbed(), evaluating(model):
            self._encoder(model, tokenizer)

    def _encoder(self, model: Any, tokenizer: Any) -> TextEncoder:
        encoder = live_encoder(model, tokenizer, Choices.of(self.settings))
        found, self._outcome = tried_live(encoder, self.task.inputs, self._outcome)
        return found

    def measure(self, model: Any, tokenizer: Any = None) -> Measurement:
        """Measure `model` as it stands; its modes, gradients and all random generators are afterwards as before."""
        began, chosen = time.perf_counter(), self.settings
        with undisturbed(), evaluating(model):
            encoder = self._encoder(model, tokenizer)
            arms = {arm.name: arm for arm in arms_of(self.task, encoder, chosen)}
            mine = self._code(arms[ENCODER], chosen.where_to_code(encoder.device))
            if self._twin is None:  # the same at every measurement, so it is made at the first one
                self._twin = self._code(arms[TWIN], chosen.where_to_code(encoder.device))
            twin = self._twin
        found = difference(twin, mine)
        seconds = time.perf_counter() - began
        return Measurement(found.estimate, (found.low, found.high), mine.bits, self.labels, seconds)

    def _code(self, arm: Arm, device: str) -> Codelength:
        from lit_hf.features import FeatureStore, embed
        from lit_hf.runtime.units import side_by_side

        task, chosen = self.task, self.settings
        rows = embed(arm.encoder, arm.inputs, arm.size, store=FeatureStore.at(chosen.cache_dir))
        units = [order_unit(task, arm, ArmRows(rows), number, chosen, device) for number in arm.orders]
        return gather(tuple(side_by_side(units)), arm.groups, task.target.bank(Code(chosen.code, device=device)))
