"""Where the work runs: accelerate's view of this process among its peers."""

from __future__ import annotations

import os
from dataclasses import dataclass

from lit_hf.errors import BadSetting, LitError


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

    on_cpu = device == "cpu" or not (torch.cuda.is_available() or torch.backends.mps.is_available())
    state = PartialState(cpu=on_cpu)
    launched = int(os.environ.get("WORLD_SIZE", "1"))
    if launched != state.num_processes:
        raise LitError(
            f"the launcher started {launched} processes, but accelerate sees {state.num_processes}.",
            "Start with `torchrun --nproc-per-node N -m lit_hf ...`.",
        )
    chosen = str(state.device) if device == "auto" else _checked(device)
    return Place(chosen, int(state.process_index), int(state.num_processes))


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
