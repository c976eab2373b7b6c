"""The backend of a fleet: it sends work items to an engine and takes what they left in the shared cache.

The driver embeds and codes nothing: finalists and scores are made as in one process, and find everything in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings
from lit_hf.encoders.contract import Encoded, Encoder, EncoderInfo, Input
from lit_hf.errors import LitError, reason
from lit_hf.ranking.table import CandidateResult, not_loaded
from lit_hf.records.store import ResultsStore
from lit_hf.runtime.cache import cache_root
from lit_hf.runtime.fleet import Engine, FleetSettings, Needs, Work, gather
from lit_hf.runtime.fleet.needs import PROCESS, SHARES, needs_of
from lit_hf.runtime.progress import NullProgress, Progress, speak
from lit_hf.selection.backend import Backend, Plan, Scores
from lit_hf.selection.candidate import Candidate, able
from lit_hf.selection.finalists import finish
from lit_hf.selection.other_scores import scores_of
from lit_hf.selection.results import register
from lit_hf.selection.stages import inputs_for
from lit_hf.selection.stopwatch import Stopwatch
from lit_hf.selection.work_items import ADVANCE, FINISH, REGISTER, SCORE, WorkItem, run_work_item

if TYPE_CHECKING:
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


@dataclass(frozen=True)
class Fleet(Backend):
    """An engine with the fleet's settings, for any number of selections at once; `stop` ends them all."""

    engine: Engine
    settings: FleetSettings
    progress: Progress = field(default_factory=NullProgress)
    stop: Event = field(default_factory=Event)

    def say(self, sentence: str) -> None:
        """Tell the user."""
        speak(self.progress, sentence)

    def register(self, plan: Plan, task: Task) -> tuple[list[Candidate], list[CandidateResult]]:
        """Have every checkpoint of `plan` resolved, downloaded and described."""
        works = [self._registration(settings, task) for settings in plan]
        answers = list(zip(plan, self._gather(works, "load the checkpoints"), strict=True))
        candidates = [
            _candidate(settings, answer, task, self.progress) for settings, answer in answers if not answer["error"]
        ]
        return candidates, [not_loaded(each.model, answer["error"]) for each, answer in answers if answer["error"]]

    def advance(self, candidates: Sequence[Candidate], n: int, orders: Sequence[int] = (0,)) -> None:
        """Have those that are behind brought to a stop of the race."""
        behind = [candidate for candidate in candidates if not candidate.coded(n, orders)]
        ask = partial(self._work, kind=ADVANCE, labels=n, orders=tuple(orders))
        works = [ask(candidate, shell=inputs_for(candidate.job.task, n)) for candidate in behind]
        answers = self._gather(works, f"embed and code {n:,} labels")
        _take(behind, answers, lambda candidate: all(candidate.fetch_raced(n, each) for each in orders))

    def finish(self, candidates: Sequence[Candidate], transfer: bool) -> None:
        """Have the finalists' records stored; what is left to do here finds them."""
        ending = [candidate for candidate in able(candidates) if candidate.reach is None]
        waiting = [candidate for candidate in ending if transfer or not candidate.complete]
        works = [self._work(candidate, FINISH, transfer=transfer) for candidate in waiting]
        _take(waiting, self._gather(works, "code to the end"), _fetch_record)
        finish(candidates, self.progress, transfer)

    def score(self, candidates: Sequence[Candidate], n: int) -> list[Scores | None]:
        """Have the other scores noted, and read them."""
        works = [self._work(candidate, SCORE, labels=n) for candidate in candidates]
        answers = zip(candidates, self._gather(works, "rivals"), strict=True)
        return [None if answer["error"] else scores_of(candidate, n) for candidate, answer in answers]

    def each(self, select: Callable[[Plan], dict[str, Any]], plans: Sequence[Plan]) -> list[dict[str, Any]]:
        """Hold all selections at once: while one waits for its slowest checkpoint, others go on."""
        pool = ThreadPoolExecutor(len(plans))
        try:
            return list(pool.map(select, plans))
        finally:
            self.stop.set()  # after an interrupt, or when one dataset cannot be read
            pool.shutdown()

    def close(self) -> None:
        """Close the engine."""
        self.engine.close()

    def _gather(self, works: Sequence[Work], label: str) -> list[dict[str, Any]]:
        if not works:
            return []
        found = gather(
            self.engine, works, self.progress, label, attempts=self.settings.attempts,
            at_once=self.settings.at_once, stop=self.stop,
        )  # fmt: skip
        return [{"error": reason(each)} if isinstance(each, Exception) else each for each in found]

    def _registration(self, settings: Settings, task: Task) -> Work:
        on_gpu = self._on_gpu(settings.device)
        needs = Needs(1, int(self.settings.memory_factor * PROCESS), 1 / SHARES if on_gpu else 0)
        return Work(
            run_work_item, _work_item(REGISTER, settings, settings.model, task), needs, f"load {settings.model}"
        )

    def _work(
        self, candidate: Candidate, kind: str, *, shell: int = 0, labels: int = 0, orders: tuple[int, ...] = (0,),
        transfer: bool = False,
    ) -> Work:  # fmt: skip
        from lit_hf.encoders.batching import default_batch_tokens

        settings, info = candidate.job.settings, candidate.job.encoder.info
        model = f"{info.id}@{info.revision}" if info.revision else settings.model
        place = candidate.job.device.partition(":")[0]
        needs = needs_of(
            parameters=info.parameters, width=info.dim, dtype=info.dtype, labels=len(candidate.job.task.labels),
            batch_tokens=settings.batch_tokens or default_batch_tokens(place), on_gpu=place != "cpu",
            cpus=self.settings.cpus, memory_factor=self.settings.memory_factor, gpu_memory=self.settings.gpu_memory,
        )  # fmt: skip
        work_item = replace(
            _work_item(kind, settings, model, candidate.job.task), shell=shell, labels=labels, orders=orders,
            transfer=transfer,
        )  # fmt: skip
        return Work(run_work_item, work_item, needs, f"{kind} {info.id}" + (f" to {labels}" if labels else ""))

    def _on_gpu(self, device: str) -> bool:
        return device.startswith("cuda") or (device == "auto" and self.engine.has_gpus)


def _candidate(settings: Settings, answer: dict[str, Any], task: Task, progress: Progress) -> Candidate:
    from lit_hf.evaluation.job import Job

    stopwatch = Stopwatch(progress)
    encoder = Described(EncoderInfo(**answer["info"]), answer["key"])
    job = Job(shared(settings), task, encoder, stopwatch, answer["device"], dict(answer["timings"]))
    return register(job, stopwatch, answer["tokens"])


def shared(settings: Settings) -> Settings:
    """Return settings that name the cache by a path that another process understands."""
    return settings.replace(cache_dir=str(cache_root(settings.cache_dir).resolve()))


def _work_item(kind: str, settings: Settings, model: str, task: Task) -> WorkItem:
    info = task.dataset
    config = f":{info.config}" if info.config else ""
    dataset = f"{info.id}{config}@{info.revision}" if info.revision else settings.dataset
    return WorkItem(kind, shared(settings).resolved(), model, dataset, str(Path.cwd()), info.fingerprint)


def _take(
    candidates: Sequence[Candidate], answers: Sequence[dict[str, Any]], fetch: Callable[[Candidate], bool]
) -> None:
    """Give each candidate its answer: an error, or what `fetch` finds of it in the cache."""
    for candidate, answer in zip(candidates, answers, strict=True):
        candidate.error = answer["error"]
        if candidate.error is None and not fetch(candidate):
            candidate.error = "its worker's cache is not this one; set --cache-dir to a folder that all machines share"
        candidate.job.computed += answer.get("computed", 0)


def _fetch_record(candidate: Candidate) -> bool:
    candidate.stored = ResultsStore.at(candidate.job.settings.cache_dir).get(candidate.id)
    return candidate.complete
