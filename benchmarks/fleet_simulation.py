"""1,000 checkpoints on 50 datasets on 64 GPUs, simulated event by event: makespan, utilisation, failures, racing.

    python benchmarks/fleet_simulation.py [--gpus 64] [--checkpoints 1000] [--datasets 50]

Nothing is drawn at random: sizes are quantiles, and which jobs lose their worker, and when, follows the golden ratio.
Constants marked "measured" are from `python benchmarks/scale.py` on two CPU cores, those marked "assumed" from nowhere
better (docs/scale.md discusses them).
"""

from __future__ import annotations

import argparse
import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Constants:
    """Seconds, bytes and operations of the pieces of a job."""

    flops: float = 15e12
    """Operations per second of a GPU in float32 matrix products of a forward pass; assumed."""
    read: float = 1e9
    """Bytes per second at which one worker reads weights from the shared disk; assumed."""
    start: float = 1.0
    """Seconds of an engine and a warm worker around each job; assumed."""
    code_label: float = 0.85e-3
    """Seconds of one label in one order on one core at `code_width` columns, 2 classes; measured."""
    code_width: int = 384
    code_growth: float = 0.5
    """The coder's time grows with the columns to this power; assumed: from 384 to 768 columns 0.3 was measured."""
    held_out: int = 2_000
    orders: int = 3
    cores: int = 4
    """Cores of a job: orders are coded side by side."""
    lost: float = 60.0
    """Seconds until a lost worker is replaced; assumed."""


@dataclass(frozen=True)
class Job:
    """One errand: `start` seconds, `load` seconds unless its worker did `entrant`'s last errand, `work` seconds."""

    candidate: int
    work: float
    load: float
    start: float = 0.0


@dataclass(frozen=True)
class Selection:
    """Stages of jobs on one dataset; a stage begins when all of the one before have ended."""

    stages: tuple[tuple[Job, ...], ...]


@dataclass
class Outcome:
    """`makespan` [s]; of all workers together: seconds of work, of starting and loading, and what was lost."""

    workers: int
    makespan: float = 0.0
    work: float = 0.0
    load: float = 0.0
    lost: float = 0.0
    jobs: int = 0
    failures: int = 0

    @property
    def utilisation(self) -> float:
        """Share of the workers' time that went into work that counted."""
        return self.work / (self.workers * self.makespan) if self.makespan else 0.0


@dataclass
class _State:
    selections: Sequence[Selection]
    queue: deque[tuple[int, Job]] = field(default_factory=deque)
    left: dict[int, int] = field(default_factory=dict)
    stage: dict[int, int] = field(default_factory=dict)

    def begin(self, selection: int) -> None:
        """Queue the first stage of a selection that has one."""
        self.stage[selection] = -1
        self.left[selection] = 0
        self._next(selection)

    def ended(self, selection: int) -> bool:
        """Count a job; True when it was the selection's last."""
        self.left[selection] -= 1
        return self.left[selection] == 0 and self._next(selection)

    def _next(self, selection: int) -> bool:
        self.stage[selection] += 1
        stages = self.selections[selection].stages
        if self.stage[selection] == len(stages):
            return True
        jobs = stages[self.stage[selection]]
        self.left[selection] = len(jobs)
        self.queue.extend((selection, job) for job in jobs)
        return self._next(selection) if not jobs else False


def simulate(
    selections: Sequence[Selection], workers: int, *, at_once: bool = True, failing: float = 0.0, delay: float = 0.0
) -> Outcome:
    """Run all jobs on `workers`, first come first served; all selections `at_once`, or one after the other.

    A share `failing` of the submissions loses its worker part of the way: that time is lost, the worker comes back
    after `delay` seconds, and the job goes to the end of the queue.
    """
    found, state, clock = Outcome(workers), _State(selections), 0.0
    waiting = deque(range(len(selections)))
    free = list(range(workers))
    last: dict[int, tuple[int, int]] = {}
    running: list[tuple[float, int, int, int, Job | None, bool]] = []
    _begin(state, waiting, at_once)
    submitted = 0
    while state.queue or running:
        while state.queue and free:
            selection, job = state.queue.popleft()
            worker = heapq.heappop(free)
            submitted += 1
            load = job.start + (0.0 if last.get(worker) == (selection, job.candidate) else job.load)
            dies = (submitted * GOLDEN) % 1.0 < failing
            part = (submitted * GOLDEN * GOLDEN * 7) % 1.0 if dies else 1.0
            end = clock + part * (load + job.work)
            found.lost += (end - clock) if dies else 0.0
            found.work, found.load = found.work + (0 if dies else job.work), found.load + (0 if dies else load)
            last[worker] = (selection, job.candidate)
            heapq.heappush(running, (end, submitted, worker, selection, job, dies))
        clock, _, worker, selection, job, dies = heapq.heappop(running)
        if job is not None and dies:
            found.failures += 1
            last.pop(worker, None)
            state.queue.append((selection, job))
            submitted += 1
            heapq.heappush(running, (clock + delay, submitted, worker, selection, None, False))
            continue
        heapq.heappush(free, worker)
        if job is not None:
            found.jobs, found.makespan = found.jobs + 1, clock
            if state.ended(selection):
                _begin(state, waiting, at_once)
    return found


def _begin(state: _State, waiting: deque[int], at_once: bool) -> None:
    for _ in range(len(waiting) if at_once else min(1, len(waiting))):
        state.begin(waiting.popleft())


# ------------------------------------------------------------------------------------------------------ what is planned


def quantiles(low: float, high: float, count: int) -> list[float]:
    """Return `count` values, log-uniform between `low` and `high`, in an order that is neither rising nor falling."""
    places = sorted(range(count), key=lambda index: (index * GOLDEN) % 1.0)
    return [low * (high / low) ** ((places[index] + 0.5) / count) for index in range(count)]


@dataclass(frozen=True)
class Fleet:
    """Checkpoints by parameters, datasets by (labels, tokens of a text)."""

    checkpoints: tuple[float, ...]
    datasets: tuple[tuple[int, float], ...]

    @classmethod
    def of(cls, checkpoints: int, datasets: int) -> Fleet:
        """Return sizes from 22M (MiniLM) to 7B parameters, and from 2,000 to 10,000 labels of 20 to 256 tokens."""
        sizes = tuple(quantiles(22e6, 7e9, checkpoints))
        labels, tokens = quantiles(2_000, 10_000, datasets), quantiles(20, 256, datasets)[::-1]
        return cls(sizes, tuple((round(n), t) for n, t in zip(labels, tokens, strict=True)))


def width_of(parameters: float) -> float:
    """Return the columns of features: 384 at 22M, 768 at 110M, 4,096 at 7B, between them by a power law."""
    return 384 * (parameters / 22e6) ** 0.41


def coding(labels: float, parameters: float, given: Constants) -> float:
    """Return the seconds of one order of `labels`."""
    return given.code_label * labels * (width_of(parameters) / given.code_width) ** given.code_growth


def embedding(inputs: float, tokens: float, parameters: float, given: Constants) -> float:
    """Return the seconds of embedding: two operations for each parameter and token."""
    return 2 * parameters * inputs * tokens / given.flops


def stops(labels: int) -> list[int]:
    """Return the groups at which a race has a verdict: shells from the third on, the last one the whole stream."""
    shells = [round(256 * 2 ** (step / 2)) for step in range(2, 40)]
    return [*[shell for shell in shells if shell < labels], labels]


def kept(stop: int, survivors: float, first: int = 512) -> float:
    """Return the share that is still in the race after a verdict: half goes at each doubling until `survivors` stay.

    Assumed: checkpoints of the same field are that far apart.
    """
    return max(survivors, 0.5 * first / stop)


def selections_of(fleet: Fleet, given: Constants, *, race: bool, survivors: float = 0.1) -> list[Selection]:
    """Return the selections of a fleet: stages of the race, then the finals; without a race the finals alone."""
    return [_selection(fleet.checkpoints, labels, tokens, given, race, survivors) for labels, tokens in fleet.datasets]


def _selection(
    sizes: Sequence[float], labels: int, tokens: float, given: Constants, race: bool, survivors: float
) -> Selection:
    field_, before, found = list(range(len(sizes))), 0, list[tuple[Job, ...]]()
    for stop in stops(labels)[:-1] if race else ():
        found.append(tuple(_job(each, sizes[each], stop - before, tokens, stop, 1, given) for each in field_))
        # Who stays has nothing to do with size: every so-many-th in the order of the golden ratio.
        ranked = sorted(field_, key=lambda each: (each * GOLDEN) % 1.0)
        field_, before = sorted(ranked[: max(1, round(kept(stop, survivors) * len(sizes)))]), stop
    rest = labels - before + given.held_out
    found.append(tuple(_job(each, sizes[each], rest, tokens, labels, given.orders, given) for each in field_))
    return Selection(tuple(found))


def _job(candidate: int, size: float, inputs: int, tokens: float, labels: int, orders: int, given: Constants) -> Job:
    rounds = -(-orders // given.cores)
    work = embedding(inputs, tokens, size, given) + rounds * coding(labels, size, given)
    return Job(candidate, work, 4 * size / given.read, given.start)


# ----------------------------------------------------------------------------------------------------------- the report


def bytes_of(fleet: Fleet, given: Constants) -> Iterator[tuple[str, float]]:
    """Yield what is stored and read, in bytes, when nobody is dropped."""
    rows = sum(labels + given.held_out for labels, _ in fleet.datasets)
    yield "weights, once", 4 * sum(fleet.checkpoints)
    yield "features", sum(4 * width_of(size) * rows for size in fleet.checkpoints)
    yield "weights, read for every dataset", 4 * sum(fleet.checkpoints) * len(fleet.datasets)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("gpus", 64), ("checkpoints", 1000), ("datasets", 50)):
        options.add_argument(f"--{name}", type=int, default=default)
    given = options.parse_args()
    fleet, constants = Fleet.of(given.checkpoints, given.datasets), Constants()
    for label, size in bytes_of(fleet, constants):
        print(f"{label:34}{size / 1e12:10.2f} TB")
    columns = ("jobs", "lost", "makespan h", "work alone", "work GPU h", "load GPU h", "lost GPU h", "used")
    print(f"\n{'':34}" + "".join(f"{column:>12}" for column in columns))
    for label, race, at_once, failing, changed in _scenarios(constants):
        selections = selections_of(fleet, changed, race=race)
        found = simulate(selections, given.gpus, at_once=at_once, failing=failing, delay=changed.lost)
        hours = [
            value / 3600 for value in (found.makespan, found.work / given.gpus, found.work, found.load, found.lost)
        ]
        print(
            f"{label:34}{found.jobs:12,}{found.failures:12,}"
            + "".join(f"{value:12,.1f}" for value in hours)
            + f"{found.utilisation:12.0%}",
            flush=True,
        )


def _scenarios(given: Constants) -> Iterator[tuple[str, bool, bool, float, Constants]]:
    yield "no race", False, True, 0.0, given
    yield "race, datasets one by one", True, False, 0.0, given
    yield "race, all datasets at once", True, True, 0.0, given
    yield "  1 % of jobs lose their worker", True, True, 0.01, given
    yield "  5 %", True, True, 0.05, given
    yield "  weights read at 0.2 GB/s", True, True, 0.0, replace(given, read=0.2e9)
    yield "  GPUs four times as fast", True, True, 0.0, replace(given, flops=4 * given.flops)
    yield "  30 s around each job (Slurm)", True, True, 0.0, replace(given, start=30.0)


if __name__ == "__main__":
    main()
