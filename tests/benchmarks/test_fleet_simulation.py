"""The simulated fleet keeps the books: small cases by hand, and bounds that no schedule can beat."""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.fleet_simulation import (
    Constants,
    Fleet,
    Job,
    Selection,
    embedding,
    kept,
    quantiles,
    selections_of,
    simulate,
    stops,
)


def equal(count: int, work: float = 2.0, load: float = 0.0) -> tuple[Job, ...]:
    return tuple(Job(number, work, load) for number in range(count))


def test_equal_jobs_run_in_rounds() -> None:
    for workers in (1, 3, 7, 20):
        found = simulate([Selection((equal(10),))], workers)
        assert found.makespan == pytest.approx(2 * ceil(10 / workers))
        assert found.work == pytest.approx(20)
        assert (found.jobs, found.failures, found.lost) == (10, 0, 0)


def test_a_stage_waits_for_the_slowest_of_the_one_before() -> None:
    stages = ((Job(0, 1, 0), Job(1, 5, 0)), (Job(0, 1, 0), Job(1, 1, 0)))
    assert simulate([Selection(stages)], 2).makespan == pytest.approx(6)
    two = [Selection(stages), Selection(((), *stages))]
    assert simulate(two, 2, at_once=False).makespan == pytest.approx(12)
    assert simulate(two, 2).makespan < 12


def test_weights_are_kept_by_a_worker_that_goes_on_with_them() -> None:
    stages = tuple((Job(0, 1.0, 3.0, start=0.5),) for _ in range(4))
    found = simulate([Selection(stages)], 1)
    assert found.load == pytest.approx(3 + 4 * 0.5)
    assert found.makespan == pytest.approx(9)
    other = simulate([Selection(((Job(0, 1, 3), Job(1, 1, 3)),) * 2)], 1)
    assert other.load == pytest.approx(3 * 4)


def test_lost_work_is_done_again_and_accounted_for() -> None:
    selection = Selection((equal(200, load=1.0),))
    calm, rough = simulate([selection], 8), simulate([selection], 8, failing=0.1, delay=5.0)
    assert rough.failures == pytest.approx(0.1 * (rough.jobs + rough.failures), rel=0.3)
    assert rough.work == pytest.approx(calm.work)
    assert 0 < rough.lost < 3 * rough.failures
    assert rough.makespan > calm.makespan
    assert rough.work + rough.load + rough.lost <= 8 * rough.makespan + 1e-6
    assert simulate([selection], 8, failing=0.1, delay=5.0) == rough


@given(
    st.lists(st.lists(st.floats(0.1, 9), min_size=1, max_size=12), min_size=1, max_size=5), st.integers(1, 6)
)  # fmt: skip
def test_no_schedule_beats_its_bounds_and_none_is_twice_as_long(stages: list[list[float]], workers: int) -> None:
    selection = Selection(tuple(tuple(Job(n, work, 0.0) for n, work in enumerate(stage)) for stage in stages))
    found = simulate([selection], workers)
    bounds = [max(max(stage), sum(stage) / workers) for stage in stages]
    assert found.makespan >= sum(bounds) - 1e-9
    # List scheduling: at most 2 - 1 / workers times the best (Graham 1966), stage by stage.
    assert found.makespan <= 2 * sum(bounds) + 1e-9
    assert found.utilisation <= 1 + 1e-9


def test_the_plan_of_a_fleet_by_hand() -> None:
    fleet, constants = Fleet((1e9,), ((2_000, 100.0),)), Constants()
    alone = selections_of(fleet, constants, race=False)[0]
    assert len(alone.stages) == 1
    (job,) = alone.stages[0]
    assert job.load == pytest.approx(4.0)
    assert job.work > embedding(4_000, 100, 1e9, constants) == pytest.approx(2 * 1e9 * 4_000 * 100 / 15e12)
    raced = selections_of(fleet, constants, race=True)[0]
    assert len(raced.stages) == len(stops(2_000)) == 5


def test_a_race_keeps_fewer_and_fewer() -> None:
    fleet = Fleet.of(100, 3)
    selection = selections_of(fleet, Constants(), race=True)[0]
    sizes = [len(stage) for stage in selection.stages]
    assert sizes == sorted(sizes, reverse=True)
    verdicts = stops(fleet.datasets[0][0])[:-1]
    assert sizes == [100, *(round(100 * kept(stop, 0.1)) for stop in verdicts)]
    assert kept(10**6, 0.1) == 0.1
    for earlier, later in zip(selection.stages, selection.stages[1:], strict=False):
        assert {job.candidate for job in later} <= {job.candidate for job in earlier}


def test_quantiles_are_the_same_every_time_and_mixed() -> None:
    found = quantiles(1, 100, 50)
    assert found == quantiles(1, 100, 50)
    assert found != sorted(found)
    assert 1 < min(found) < max(found) < 100
    assert sorted(found)[25] == pytest.approx(10, rel=0.1)
