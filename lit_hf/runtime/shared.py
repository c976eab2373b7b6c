"""What the processes of a run must have in common: one cache, and the same data read by the same arithmetic."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from lit_hf.errors import NotShared, ProcessesDisagree
from lit_hf.runtime.cache import atomic_file, digest_of
from lit_hf.runtime.processes import Processes

Found = TypeVar("Found")
SEEN_WITHIN = 60.0
"""Seconds: clients of NFS remember for up to a minute that a file was not there."""

TOKEN_WITHIN = 15.0


def patiently(look: Callable[[], Found | None], seconds: float = SEEN_WITHIN) -> Found | None:
    """Return what `look` finds, looking again for some seconds while it is None."""
    end, pause = time.monotonic() + seconds, 0.01
    while (found := look()) is None and time.monotonic() < end:
        time.sleep(pause)
        pause = min(2 * pause, 1.0)
    return found


def require_shared(processes: Processes, folder: Path) -> None:
    """Raise `NotShared` on all processes unless each of them sees a file that the main one writes into `folder`."""
    if processes.world == 1:
        return
    name = processes.broadcast(lambda: _write_token(folder))
    seen = (folder / name).is_file() or patiently(lambda: _listed(folder, name), TOKEN_WITHIN) is not None
    answers = processes.all_gather((seen, host()))
    if processes.is_main:
        (folder / name).unlink(missing_ok=True)
    blind = [rank for rank, (saw, _) in enumerate(answers) if not saw]
    if blind:
        raise NotShared(folder, blind, sorted({answers[rank][1] for rank in blind}))


def require_agreement(processes: Processes, parts: Mapping[str, Any]) -> None:
    """Raise `ProcessesDisagree` on all processes unless each has the same JSON value for every name of `parts`."""
    if processes.world == 1:
        return
    answers = processes.all_gather((host(), {name: digest_of(value) for name, value in parts.items()}))
    for name in parts:
        others = sorted({where for where, digests in answers if digests[name] != answers[0][1][name]})
        if others:
            raise ProcessesDisagree(name, others)


def host() -> str:
    """Return this machine's name."""
    return socket.gethostname()


def _write_token(folder: Path) -> str:
    name = f".shared-{secrets.token_hex(8)}"
    with atomic_file(folder / name) as file:
        file.write(b"")
    return name


def _listed(folder: Path, name: str) -> bool | None:
    """Look by listing, which clients of network file systems answer afresh sooner than a lookup."""
    return True if folder.is_dir() and name in os.listdir(folder) else None
