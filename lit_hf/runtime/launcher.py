"""What a launcher has said to this process by environment variables: complete, or named where it is not.

Job systems and notebooks leave some of them behind: what says that this process is alone is ignored, so that no library
waits for peers that nobody started.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from lit_hf.errors import LauncherIncomplete, warn

_MPI = (("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK"),
        ("PMI_SIZE", "PMI_RANK", "MPI_LOCALRANKID"),
        ("MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_LOCAL_RANK"))  # fmt: skip
_LEFT_OVER = (
    "RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "GROUP_RANK", "MPI_LOCALNRANKS",
    "OMPI_COMM_WORLD_LOCAL_SIZE", "MV2_COMM_WORLD_LOCAL_SIZE", *(name for names in _MPI for name in names),
)  # fmt: skip


def launched() -> int:
    """Return how many processes the launcher started, 1 without one; `check_launcher` refuses what is no number."""
    return _number("WORLD_SIZE") or 1


def is_main_process() -> bool:
    """Tell whether this process may print: it is alone, or rank 0 of several."""
    return launched() == 1 or (_number("RANK") or 0) == 0


def check_launcher() -> None:
    """Take what a launcher said: several processes with all that they need to meet, or one alone.

    Raises `LauncherIncomplete`, naming what is missing.
    """
    for name in ("WORLD_SIZE", "RANK", "LOCAL_RANK", "MASTER_PORT"):
        if os.environ.get(name, "").strip() and _number(name) is None:
            raise LauncherIncomplete(f"{name} is {os.environ[name]!r}, which is no whole number from 0 on")
    mpi = next((names for names in _MPI if (_number(names[0]) or 1) > 1), None)
    if launched() == 1 and mpi is not None and "WORLD_SIZE" not in os.environ:
        _adopt(mpi)
    if launched() == 1:
        if _number("RANK"):
            warn(f"RANK is {os.environ['RANK']}, and WORLD_SIZE says of no others: this process works alone.")
        return
    given = f"WORLD_SIZE is {launched()}"
    missing = [name for name in ("RANK", "MASTER_ADDR", "MASTER_PORT") if not os.environ.get(name, "").strip()]
    if missing:
        raise LauncherIncomplete(f"{given}, but {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set")
    if (_number("RANK") or 0) >= launched():
        raise LauncherIncomplete(f"{given}, but RANK is {os.environ['RANK']}")


def _adopt(names: tuple[str, str, str]) -> None:
    """Take the number and the rank of processes that MPI started for the launcher's."""
    size, rank, local = names
    if not os.environ.get("MASTER_ADDR", "").strip():
        raise LauncherIncomplete(f"{size} is {os.environ[size]}, but MASTER_ADDR is not set")
    for plain, found in (("WORLD_SIZE", size), ("RANK", rank), ("LOCAL_RANK", local)):
        if found in os.environ:
            os.environ.setdefault(plain, os.environ[found])


@contextmanager
def without_leftovers() -> Iterator[None]:
    """Hide for a while what is left of a launcher that started one process, or none; of several nothing is hidden."""
    hidden = {} if launched() > 1 else {name: os.environ.pop(name) for name in _LEFT_OVER if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _number(name: str) -> int | None:
    said = os.environ.get(name, "").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
