"""How often the intervals hold what they promise, over fresh populations: printed, and between 0.92 and 0.99."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from lit_hf.measures.transfer import compare_arms
from tests.support.populations import SOURCES, Arms, replicate

POPULATIONS = 600


@dataclass(frozen=True)
class Coverage:
    """Shares of `populations` whose interval holds the expectation: over new streams, over orders and twins alone."""

    populations: int
    stream: float
    dataset: float
    truth: float
    half: float

    def __str__(self) -> str:
        def spoken(share: float) -> str:
            return f"{share:.3f} ± {np.sqrt(share * (1 - share) / self.populations):.3f}"

        covered = f"new stream {spoken(self.stream)}   this dataset {spoken(self.dataset)}"
        return f"{covered}   L_IT {self.truth:6.1f} ± {self.half:.1f}"


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Two processes of one thread each: the environment is read when numpy is first imported."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as found:
        yield found
    os.environ.pop("OPENBLAS_NUM_THREADS", None)
    if before is None:
        os.environ.pop("OMP_NUM_THREADS", None)


def measure(arms: list[Arms]) -> Coverage:
    """Compare the intervals with brute force: the mean over all further draws, and the mean over each dataset's own.

    The latter is known up to the variance of a mean of few draws: the interval is tested against the difference of two
    estimates, with that variance (pooled over datasets) added to its own and to its degrees of freedom.
    """
    from scipy.stats import t

    found = [compare_arms(one).transfer for one in arms]
    more = np.stack([one.more for one in arms])
    truth, noise = float(more.mean()), float(more.var(axis=1, ddof=1).mean() / more.shape[1])
    stream = [one.low <= truth <= one.high for one in found]
    dataset = []
    for one, mean in zip(found, more.mean(1), strict=True):
        assert one.orders is not None
        assert one.twins is not None
        mine = one.orders + one.twins
        df = min(len(arms[0].encoder.order) - 1, len(arms[0].twin_parts)) * ((mine + noise) / mine) ** 2
        dataset.append(abs(one.estimate - mean) <= t.ppf(0.975, df) * np.sqrt(mine + noise))
    half = float(np.mean([one.high - one.low for one in found]) / 2)
    return Coverage(len(arms), float(np.mean(stream)), float(np.mean(dataset)), truth, half)


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_intervals_cover(name: str, pool: ProcessPoolExecutor, capsys: pytest.CaptureFixture[str]) -> None:
    arms = list(pool.map(replicate, [name] * POPULATIONS, range(POPULATIONS), chunksize=20))
    found = measure(arms)
    with capsys.disabled():
        print(f"\n{name:10s} {found}")
    assert 0.92 <= found.stream <= 0.99
    assert 0.92 <= found.dataset <= 0.99


def test_a_few_populations_are_coded_as_expected() -> None:
    """The small coder behaves like the package's: honest bounds, transfer where there is some, none for a blind
    encoder.
    """
    strong, blind = ([replicate(name, seed) for seed in range(4)] for name in ("strong", "zero"))
    assert all(compare_arms(one).transfer.estimate > 20 for one in strong)
    assert all(one.encoder.per_example.sum(1).max() < one.twin.per_example.sum(1).min() for one in strong)
    assert all(one.twin.per_example.sum(1).max() <= 302 for one in blind)
