"""Threads, seeds and devices: set for the work, given back afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import torch

from lit_hf.errors import BadSetting
from lit_hf.runtime.devices import find_place
from lit_hf.runtime.seeding import forked, generator
from lit_hf.runtime.units import side_by_side


def test_units_run_on_their_number_of_threads_which_is_restored_also_after_an_error() -> None:
    def fail() -> None:
        raise RuntimeError(torch.get_num_threads())

    before = torch.get_num_threads()
    with pytest.raises(RuntimeError, match=str(before + 1)):
        side_by_side([fail], threads=before + 1)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_of_the_units(workers: int) -> None:
    done: list[int] = []
    units = [partial(lambda number: number, number) for number in range(20)]
    assert side_by_side(units, workers=workers, advance=done.append) == list(range(20))
    assert sum(done) == 20


def test_a_forked_seed_repeats_and_leaves_the_global_state_alone() -> None:
    state = torch.get_rng_state()
    draws = []
    for _ in range(2):
        with forked(7):
            draws.append(torch.rand(3))
    assert torch.equal(*draws)
    assert torch.equal(torch.get_rng_state(), state)


def test_each_purpose_has_its_own_numbers() -> None:
    first, again, other = (generator(0, purpose).random(4) for purpose in ("orders", "orders", "labels"))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_one_process_is_rank_zero_and_main() -> None:
    place = find_place("cpu")
    assert (place.device, place.kind, place.rank, place.world, place.is_main) == ("cpu", "cpu", 0, 1, True)


@pytest.mark.parametrize("device", ["nonsense", "cuda:99"])
def test_a_device_that_is_not_there_is_refused(device: str) -> None:
    if device.startswith("cuda") and torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(BadSetting, match="device"):
        find_place(device)


@pytest.mark.slow
def test_two_launched_ranks_know_of_each_other(tmp_path) -> None:  # type: ignore[no-untyped-def]
    script = tmp_path / "ranks.py"
    # A file for each rank: two processes that print to one pipe may write into each other's lines.
    script.write_text(
        "import pathlib, sys\nfrom lit_hf.runtime.devices import find_place\np = find_place()\n"
        "(pathlib.Path(sys.argv[1]) / f'place-{p.rank}').write_text(f'{p.rank} {p.world}')\n"
    )
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone", str(script)]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    subprocess.run([*command, str(tmp_path)], timeout=120, env=environment, check=True)
    assert sorted(file.read_text() for file in tmp_path.glob("place-*")) == ["0 2", "1 2"]
