"""The driver's side of a fleet: it sends errands to an engine and takes what they left in the shared cache.

The contest itself runs as it does alone: its race, finals and scores find everything in the cache, and compute nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings
from lit_hf.encoders.contract import Encoded, Encoder, EncoderInfo, Input
from lit_hf.errors import LitError, reason
from lit_hf.ranking.table import CandidateResult, not_loaded
from lit_hf.runtime.cache import cache_root
from lit_hf.runtime.fleet import Engine, FleetSettings, Needs, Work, gather
from lit_hf.runtime.fleet.needs import PROCESS, SHARES, needs_of
from lit_hf.selection.candidate import Candidate
from lit_hf.selection.stopwatch import Stopwatch
from lit_hf.selection.work_items import ENTER, FINAL, RACE, SCORE, WorkItem, run_work_item

if TYPE_CHECKING:
    from lit_hf.records.store import ResultsStore
    from lit_hf.runtime.progress import Progress
    from lit_hf.selection.race import Stage
    from lit_hf.tasks import Task


@dataclass(frozen=True)
class Described(Encoder):
    """An encoder that a worker has loaded and described; here nothing of it is downloaded, and nothing embedded."""

    known: EncoderInfo
    address: Mapping[str, Any]

    @property
    def key(self) -> Mapping[str, Any]:
        return self.address

    @property
    def info(self) -> EncoderInfo:
        return self.known

    @property
    def dim(self) -> int:
        return self.known.dim

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        raise LitError(
            f"the features of {self.known.id} are not in the cache that its worker wrote them to.",
            "Set --cache-dir (or LIT_HF_CACHE) to a folder that all machines share.",
        )

    def twin(self, seed: int) -> Encoder:
        raise NotImplementedError("twins are embedded by workers")


@dataclass
class FleetBackend:
    """An engine with the fleet's settings, for any number of contests at once; `stop` ends them all."""

    engine: Engine
    fleet: FleetSettings
    stop: Event = field(default_factory=Event)

    def enter(
        self, plan: Sequence[Settings], task: Task, store: ResultsStore, progress: Progress
    ) -> tuple[list[Candidate], list[CandidateResult]]:
        """Have every checkpoint of `plan` resolved, downloaded and described; return entrants and failures."""
        works = [self._entry(settings, task) for settings in plan]
        answers = list(zip(plan, self._gather(works, progress, "load the checkpoints"), strict=True))
        candidates = [
            _candidate(each, answer, task, store, progress) for each, answer in answers if not answer["error"]
        ]
        return candidates, [not_loaded(each.model, answer["error"]) for each, answer in answers if answer["error"]]

    def race(self, field: Sequence[Candidate], stop: Stage, progress: Progress) -> None:
        """Bring all of `field` to a stop of the race."""
        works = [self._work(candidate, RACE, shell=stop.shell, labels=stop.labels) for candidate in field]
        answers = self._gather(works, progress, f"embed and code {stop.labels:,} labels")
        _take(field, answers, lambda candidate: candidate.fetch_raced(stop.labels))

    def finish(self, finalists: Sequence[Candidate], store: ResultsStore, transfer: bool, progress: Progress) -> None:
        """Have the finalists' entries stored, and with `transfer` their records."""
        waiting = [candidate for candidate in finalists if transfer or not candidate.complete]
        works = [self._work(candidate, FINAL, transfer=transfer) for candidate in waiting]
        answers = self._gather(works, progress, "code the finalists")
        _take(waiting, answers, lambda candidate: _fetch_entry(candidate, store))

    def score(self, able: Sequence[Candidate], labels: int, progress: Progress) -> list[Candidate]:
        """Have the rivals' scores noted; return the entrants that have them."""
        works = [self._work(candidate, SCORE, labels=labels) for candidate in able]
        answers = self._gather(works, progress, "rivals")
        return [candidate for candidate, answer in zip(able, answers, strict=True) if not answer["error"]]

    def _gather(self, works: Sequence[Work], progress: Progress, label: str) -> list[dict[str, Any]]:
        if not works:
            return []
        found = gather(
            self.engine, works, progress, label, attempts=self.fleet.attempts, at_once=self.fleet.at_once,
            stop=self.stop,
        )  # fmt: skip
        return [{"error": reason(each)} if isinstance(each, Exception) else each for each in found]

    def _entry(self, settings: Settings, task: Task) -> Work:
        on_gpu = self._on_gpu(settings.device)
        needs = Needs(1, int(self.fleet.memory_factor * PROCESS), 1 / SHARES if on_gpu else 0)
        return Work(run_work_item, _work_item(ENTER, settings, settings.model, task), needs, f"load {settings.model}")

    def _work(
        self, candidate: Candidate, kind: str, *, shell: int = 0, labels: int = 0, transfer: bool = False
    ) -> Work:  # fmt: skip
        from lit_hf.encoders.batching import default_batch_tokens

        settings, info = candidate.job.settings, candidate.job.encoder.info
        model = f"{info.id}@{info.revision}" if info.revision else settings.model
        place = candidate.job.device.partition(":")[0]
        needs = needs_of(
            parameters=info.parameters, width=info.dim, dtype=info.dtype, labels=len(candidate.job.task.labels),
            batch_tokens=settings.batch_tokens or default_batch_tokens(place), on_gpu=place != "cpu",
            cpus=self.fleet.cpus, memory_factor=self.fleet.memory_factor, gpu_memory=self.fleet.gpu_memory,
        )  # fmt: skip
        work_item = _work_item(kind, settings, model, candidate.job.task, shell, labels, transfer)
        return Work(run_work_item, work_item, needs, f"{kind} {info.id}" + (f" to {labels}" if labels else ""))

    def _on_gpu(self, device: str) -> bool:
        return device.startswith("cuda") or (device == "auto" and self.engine.has_gpus)


def _candidate(
    settings: Settings, answer: dict[str, Any], task: Task, store: ResultsStore, progress: Progress
) -> Candidate:
    from lit_hf.evaluation.job import Job
    from lit_hf.selection.entries import enter

    watch = Stopwatch(progress)
    encoder = Described(EncoderInfo(**answer["info"]), answer["key"])
    return enter(Job(shared(settings), task, encoder, watch, answer["device"], dict(answer["timings"])), watch, store)


def shared(settings: Settings) -> Settings:
    """Return settings that name the cache by a path that another process understands."""
    return settings.replace(cache_dir=str(cache_root(settings.cache_dir).resolve()))


def _work_item(
    kind: str, settings: Settings, model: str, task: Task, shell: int = 0, labels: int = 0, transfer: bool = False
) -> WorkItem:
    info = task.dataset
    config = f":{info.config}" if info.config else ""
    dataset = f"{info.id}{config}@{info.revision}" if info.revision else settings.dataset
    return WorkItem(
        kind, shared(settings).resolved(), model, dataset, str(Path.cwd()), info.fingerprint, shell, labels, transfer
    )  # fmt: skip


def _take(
    candidates: Sequence[Candidate], answers: Sequence[dict[str, Any]], fetch: Callable[[Candidate], bool]
) -> None:
    """Give each entrant its answer: an error, or what `fetch` finds of it in the cache."""
    for candidate, answer in zip(candidates, answers, strict=True):
        candidate.error = answer["error"]
        if candidate.error is None and not fetch(candidate):
            candidate.error = "its worker's cache is not this one; set --cache-dir to a folder that all machines share"
        candidate.job.computed += answer.get("computed", 0)


def _fetch_entry(candidate: Candidate, store: ResultsStore) -> bool:
    from lit_hf.records.entry import Entry

    stored = store.get(candidate.id)
    candidate.stored = stored if isinstance(stored, Entry) else None
    return candidate.complete
