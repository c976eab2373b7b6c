"""One evaluation with everything loaded: settings -> task and encoder -> features."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings
from lit_hf.errors import OneProcessOnly, warn
from lit_hf.runtime.cache import cache_root
from lit_hf.runtime.native import in_one_type
from lit_hf.runtime.processes import find_processes
from lit_hf.runtime.progress import Speaking
from lit_hf.runtime.shared import require_agreement, require_shared

if TYPE_CHECKING:
    import numpy as np

    from lit_hf.encoders import Encoder
    from lit_hf.evaluation.coded import CodedArms
    from lit_hf.features import Features
    from lit_hf.runtime.progress import Progress
    from lit_hf.tasks import Task

IN_MEMORY = "in memory"
"""What settings say in place of the name of a loaded model or dataset."""


@dataclass
class Job:
    """One evaluation with everything loaded: features come when asked for, from the store where it has them."""

    settings: Settings
    task: Task
    encoder: Encoder
    progress: Progress
    device: str = "cpu"
    timings: dict[str, float] = field(default_factory=dict)
    computed: int = 0
    reused: int = 0
    halved: int = 0
    early: CodedArms | None = None
    """Encoder and first twin in order 0, once they are coded: what an interrupted evaluation keeps."""
    merged: int | None = None
    """Drawn inputs that the checkpoint reads as it reads one of another group; None where that is not known."""

    @classmethod
    def prepare(
        cls, settings: Settings, progress: Progress, data: Any = None, task: Task | None = None,
        objects: tuple[Any, Any] | None = None, keep: bool = True,
    ) -> Job:  # fmt: skip
        """Resolve and load the checkpoint of `settings` unless its `objects` are given, and likewise the dataset.

        keep: whether what the trial of the encoder finds is kept beside its features; a plan writes nothing.
        """
        from lit_hf.encoders import tried
        from lit_hf.features import FeatureStore
        from lit_hf.runtime.devices import find_place
        from lit_hf.tasks import load_task
        from lit_hf.tasks.said import spoken

        began = time.perf_counter()
        device, processes = find_place(settings.device).device, find_processes()

        require_shared(processes, cache_root(settings.cache_dir))
        chosen = in_one_type(settings, device)

        def load() -> tuple[Task, Encoder]:
            found = task or load_task(chosen, data)
            store = FeatureStore.at(chosen.cache_dir)
            return found, tried(_encoder(chosen, found, objects), found.inputs, store.folder, keep)

        given, encoder = processes.locally_first(load)
        if task is None and isinstance(progress, Speaking):
            progress.say(spoken(given))
        address = dict(encoder.key) if encoder.stored else encoder.info.id
        require_agreement(processes, {"dataset": given.dataset.fingerprint, "checkpoint": address})
        return cls(chosen, given, encoder, progress, device, {"load": time.perf_counter() - began})

    @property
    def code_device(self) -> str:
        """Where labels are coded: what the hash of the bank names."""
        return self.settings.where_to_code(self.device)

    def features(self, encoder: Encoder, inputs: Any, count: int, label: str) -> Features:
        """Return the features of the first `count` of `inputs`, computing what the store lacks.

        Of an encoder that gives several layers, those of the result's layer.
        """
        found = self.all_features(encoder, inputs, count, label)
        return found.columns(list(encoder.layers.values())[-1]) if encoder.layers else found

    def all_features(self, encoder: Encoder, inputs: Any, count: int, label: str) -> Features:
        """Return whole rows: all layers, side by side."""
        from lit_hf.features import FeatureStore, embed

        store = FeatureStore.at(self.settings.cache_dir)
        found = embed(encoder, inputs, count, store=store, progress=self.progress, label=label)
        self.computed, self.reused = self.computed + found.computed, self.reused + found.reused
        self.halved += found.halved
        if encoder is self.encoder and inputs is self.task.inputs and found.entered is not None:
            self._count_merged(found.entered)
        return found

    def _count_merged(self, entered: np.ndarray) -> None:
        """Count the inputs that the checkpoint cannot tell apart, and warn once where they are many."""
        from lit_hf.evaluation.merged import groups_by_form, merged, merged_note

        groups = self.task.group_of_inputs[: len(entered)]
        if self.task.streamed:  # which groups nothing: what comes again is told apart from nothing
            groups = groups_by_form(self.task.inputs[: len(entered)])
        before, self.merged = self.merged, merged(entered, groups)
        said = merged_note(self.merged, len(entered), self.encoder.info.id)
        if said is not None and merged_note(before or 0, len(entered), "") is None:
            warn(said)

    def timed(self, phase: str, began: float) -> None:
        """Add the time since `began` (perf_counter) to a phase."""
        self.timings[phase] = self.timings.get(phase, 0.0) + time.perf_counter() - began


def _encoder(settings: Settings, task: Task, objects: tuple[Any, Any] | None) -> Encoder:
    """Return the encoder of loaded `objects`, else of the checkpoint that the settings name."""
    if settings.device_map is not None and find_processes().world > 1:
        raise OneProcessOnly("--device-map auto", "Leave out the launcher: one process uses all devices.")
    from lit_hf.encoders import Choices, Policy, load_encoder, wrap_encoder

    choices = Choices.of(settings)
    if objects is not None:
        return wrap_encoder(*objects, choices, unit=task.unit)
    return load_encoder(
        settings.model, choices, Policy.of(settings), unit=task.unit, medium=task.medium, cache_dir=settings.cache_dir
    )
