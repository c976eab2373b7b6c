"""Where the work runs: accelerate's view of this process among its peers."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass

from lit_hf.errors import BadSetting, LitError
from lit_hf.runtime.launcher import check_launcher, launched, without_leftovers
from lit_hf.runtime.meeting import TO_COME, come_together, patiently_in_thread, timeout
from lit_hf.runtime.processes import meet


@dataclass(frozen=True)
class Place:
    """One process: its device ("cpu", "cuda:0", "mps"), its `rank` of `world` processes."""

    device: str
    rank: int
    world: int

    @property
    def is_main(self) -> bool:
        """True on the one process that prints, writes and pushes."""
        return self.rank == 0

    @property
    def kind(self) -> str:
        """The device's type without its index; it enters feature addresses, since other devices give other floats."""
        return self.device.partition(":")[0]


def find_place(device: str = "auto") -> Place:
    """Ask accelerate for this process's device and rank; `device` other than "auto" overrides the former.

    On a machine without an accelerator `PartialState` must be told so: bare, it says 0 of 1 on every rank, and work
    would be done once per rank without a word. Raises `LitError` when it still disagrees with the launcher's
    WORLD_SIZE.
    """
    import torch
    from accelerate import PartialState

    check_launcher()
    on_cpu = device == "cpu" or not (torch.cuda.is_available() or torch.backends.mps.is_available())
    if launched() > 1 and not torch.distributed.is_initialized():
        _join(on_cpu)
    with warnings.catch_warnings(), without_leftovers():
        warnings.filterwarnings("ignore", message="OMP_NUM_THREADS")  # each unit sets its own number of threads
        state = PartialState(cpu=on_cpu)
    if launched() != state.num_processes:
        raise LitError(
            f"the launcher started {launched()} processes, but accelerate sees {state.num_processes}.",
            "Start with `torchrun --nproc-per-node N -m lit_hf ...`.",
        )
    meet(int(state.process_index), int(state.num_processes))
    mine = "cpu" if state.device.type == "cpu" else str(state.device)
    chosen = mine if device in ("auto", state.device.type) else _checked(device)
    return Place(chosen, int(state.process_index), int(state.num_processes))


def _join(on_cpu: bool) -> None:
    """Check that each process has a device, meet the others, and make the process group that accelerate finds."""
    import torch
    from torch import distributed as dist

    local, devices = int(os.environ.get("LOCAL_RANK") or "0"), torch.cuda.device_count()
    if not on_cpu and torch.cuda.is_available() and local >= devices:
        raise LitError(
            f"process {local} of this machine has no GPU of its own: there are {devices}.",
            f"Start {devices} processes, or add `--device cpu`.",
        )
    if not (on_cpu or torch.cuda.is_available()):
        return  # accelerate knows how other devices meet
    rank, world = int(os.environ["RANK"]), launched()
    store = come_together(rank, world)
    if not on_cpu:
        torch.cuda.set_device(local)
    backend = "gloo" if on_cpu else "nccl"

    def connect() -> None:
        dist.init_process_group(backend, store=store, rank=rank, world_size=world)

    patiently_in_thread(connect, rank, "the others to connect", timeout(TO_COME))


def _checked(device: str) -> str:
    """Return `device` if torch knows and has it; raise `BadSetting` otherwise."""
    import torch

    try:
        found = torch.device(device)
    except RuntimeError as error:
        raise BadSetting("device", device, "`auto`, `cpu`, `cuda`, `cuda:0` or `mps`") from error
    missing = {"cuda": not torch.cuda.is_available(), "mps": not torch.backends.mps.is_available()}
    if missing.get(found.type, False):
        raise BadSetting("device", device, f"a device of this machine, which has no {found.type}")
    return str(found)
