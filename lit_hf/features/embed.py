"""Embedding a stream: what is stored is read, what is missing is computed, shard by shard."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np

from lit_hf.encoders.contract import Encoder, EncodingPass, Input
from lit_hf.errors import NotFiniteFeatures, NotShared
from lit_hf.features.shells import Shard, shards
from lit_hf.features.store import FeatureStore, Stored, shard_address
from lit_hf.runtime.inputs import rows_of
from lit_hf.runtime.processes import Processes, find_processes
from lit_hf.runtime.progress import NullProgress, Progress, step_by_step
from lit_hf.runtime.shared import host, patiently
from lit_hf.runtime.work_queue import WorkQueue

COMPARED = 16
"""Inputs of a stored shard whose tokens are compared with those that it was made of."""


@dataclass(frozen=True)
class Features:
    """Rows of the first groups of a stream, float32 [n, dim], spread over memory-mapped shards.

    A group has one row, or one for each word.
    """

    parts: tuple[np.ndarray, ...]
    """Shards in stream order, the last one possibly cut."""
    dim: int
    computed: int
    """Inputs that were embedded now."""
    reused: int
    """Inputs whose features were stored already."""
    truncated: int
    """Inputs of the whole shards that lost tokens."""
    embedded: int
    """Inputs of the whole shards: what `truncated` is a share of."""
    halved: int = 0
    """Batches of the whole shards that did not fit into memory and were computed in parts."""
    entered: np.ndarray | None = None
    """uint64 [count]: a digest of what of each input the network got; None where it is not known of all."""

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, dim)."""
        return sum(len(part) for part in self.parts), self.dim

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        """Return the rows of a slice or an index array as one new float32 array [m, dim]; only those rows are read."""
        wanted = np.arange(len(self))[rows]
        starts = np.cumsum([0, *(len(part) for part in self.parts)])
        owner = np.searchsorted(starts, wanted, side="right") - 1
        found = np.empty((len(wanted), self.dim), dtype=np.float32)
        for index in np.unique(owner):
            mine = owner == index
            found[mine] = self.parts[index][wanted[mine] - starts[index]]
        return found

    def columns(self, wanted: slice) -> Features:
        """Return some columns of all rows, as a view of the same shards."""
        parts = tuple(part[:, wanted] for part in self.parts)
        return replace(self, parts=parts, dim=len(range(self.dim)[wanted]))

    def array(self) -> np.ndarray:
        """Return all rows in memory."""
        return np.concatenate([np.empty((0, self.dim), np.float32), *self.parts])


@dataclass(frozen=True)
class _Job:
    """One shard, its address, and its stored rows if there are any."""

    shard: Shard
    address: str
    stored: Stored | None


def embed(
    encoder: Encoder, pool: Sequence[Input], count: int, *, store: FeatureStore | None,
    progress: Progress | None = None, label: str | None = None,
) -> Features:  # fmt: skip
    """Return the features of `pool[:count]`, embedding whole shards of the pool that `store` does not hold.

    The shards' inputs alone decide the floats: neither `count`, nor what was stored before, nor the order of the work.
    Without a store everything is computed and kept in memory. Several processes share the work of filling the store.
    Raises `NotFiniteFeatures`; such rows are never stored.
    """
    store = store if encoder.stored else None
    jobs = list(_jobs(encoder, pool, count, store))
    missing = sum(_size(job) for job in jobs if job.stored is None)
    processes = find_processes()
    with (progress or NullProgress()).task(label or f"embed, {encoder.info.kind}", missing) as advance:
        if store is not None and processes.world > 1:
            groups = [jobs] if encoder.stateful else [[job] for job in jobs]
            missing = _share_out(encoder, groups, pool, store, WorkQueue(processes, len(groups), advance))
            done = [_written(job, encoder, store, processes) for job in jobs]
        else:
            done = list(_in_turn(encoder, jobs, pool, store, advance, by_batch=True))
    return _gather(encoder, jobs, done, pool, count, missing)


def _in_turn(
    encoder: Encoder, jobs: Sequence[_Job], pool: Sequence[Input], store: FeatureStore | None,
    advance: Callable[[int], None], by_batch: bool = False,
) -> Iterator[Stored]:  # fmt: skip
    """Yield the shards; `by_batch`: advance with each batch, where processes that share the work count whole shards."""
    walk = encoder.walk()
    inputs = _inputs(jobs[0], pool) if jobs else []
    for job, following in zip(jobs, [*jobs[1:], None], strict=True):
        coming = [] if following is None else _inputs(following, pool)
        if job.stored is None and following is not None and following.stored is None:
            encoder.prefetch(coming)
        size = _size(job) if job.stored is None else 0
        with step_by_step(advance, size) if by_batch else nullcontext():
            settled = _settle(encoder, walk, job, inputs, store)
        yield settled
        inputs = coming
        if size and not by_batch:
            advance(size)


def _inputs(job: _Job, pool: Sequence[Input]) -> Sequence[Input]:
    return pool[job.shard.start : job.shard.stop]


def _share_out(
    encoder: Encoder, groups: Sequence[Sequence[_Job]], pool: Sequence[Input], store: FeatureStore, deal: WorkQueue
) -> int:
    """Have all processes embed what the store lacks, a group of shards each at a time; return how many inputs it was.

    Shards that build on those before them are one group.
    """
    for number in deal:
        jobs = [_renewed(job, encoder, store, pool) for job in groups[number]]
        for _ in _in_turn(encoder, jobs, pool, store, deal.done):
            deal.show()
    return deal.close()


def _renewed(job: _Job, encoder: Encoder, store: FeatureStore, pool: Sequence[Input]) -> _Job:
    """Return the job as it is now: another run may have stored the shard meanwhile."""
    if job.stored is not None:
        return job
    return replace(job, stored=_read(encoder, store, job.address, _inputs(job, pool)))


def _read(encoder: Encoder, store: FeatureStore, address: str, inputs: Sequence[Input]) -> Stored | None:
    """Return what is stored of a shard; what was made of other tokens than some of its inputs have now is dropped."""
    found = store.read(encoder.key, address)
    if found is None or found.entered is None:
        return found
    places = np.unique(np.linspace(0, len(inputs) - 1, COMPARED).round().astype(int))
    now = encoder.entered([inputs[place] for place in places])
    if now is None or (len(found.entered) == len(inputs) and np.array_equal(found.entered[places], now)):
        return found
    store.drop(encoder.key, address)
    return None


def _written(job: _Job, encoder: Encoder, store: FeatureStore, processes: Processes) -> Stored:
    """Return a shard that is in the store; another machine's file may take a while to be seen here."""
    found = job.stored or patiently(lambda: store.read(encoder.key, job.address))
    if found is None:
        raise NotShared(store.root, [processes.rank], [host()])
    return found


def _jobs(encoder: Encoder, pool: Sequence[Input], count: int, store: FeatureStore | None) -> Iterator[_Job]:
    before = None
    for shard in shards(len(pool), count):
        inputs = pool[shard.start : shard.stop] if store else ()
        address = shard_address(inputs, before) if store else ""
        before = address if encoder.stateful else None
        yield _Job(shard, address, _read(encoder, store, address, inputs) if store else None)


def _settle(
    encoder: Encoder, walk: EncodingPass, job: _Job, inputs: Sequence[Input], store: FeatureStore | None
) -> Stored:
    if job.stored is not None:
        walk.skip(inputs)
        return job.stored
    encoded = walk.encode(inputs)
    broken = int((~np.isfinite(encoded.rows).all(axis=1)).sum())
    if broken:
        raise NotFiniteFeatures(broken, encoder.info.kind)
    fresh = Stored(encoded.rows, encoded.truncated, encoded.halved, encoded.entered)
    return store.write(encoder.key, job.address, fresh) if store else fresh


def _gather(
    encoder: Encoder, jobs: Sequence[_Job], done: Sequence[Stored], pool: Sequence[Input], count: int, missing: int
) -> Features:
    wanted = [sum(map(rows_of, pool[job.shard.start : min(job.shard.stop, count)])) for job in jobs]
    parts = [shard.rows[:rows] for rows, shard in zip(wanted, done, strict=True)]
    total = sum(_size(job) for job in jobs)
    truncated = sum(shard.truncated for shard in done)
    halved = sum(shard.halved for shard in done)
    entered = [shard.entered for shard in done if shard.entered is not None]
    known = np.concatenate(entered)[:count] if done and len(entered) == len(done) else None
    return Features(tuple(parts), encoder.dim, missing, total - missing, truncated, total, halved, known)


def _size(job: _Job) -> int:
    return job.shard.stop - job.shard.start
