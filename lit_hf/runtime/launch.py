"""Several processes on this machine, started, watched and ended together; `torchrun` does it for many machines."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lit_hf.errors import LitError, ProcessLost
from lit_hf.runtime.meeting import LISTEN

LAUNCHED = "LIT_HF_LAUNCHED"
"""Environment variable: this process has our own launcher, which says why it was told to end."""
TO_HEAR = 10.0
"""Seconds in which the others end by themselves once a process has failed; after that they are told to."""
TO_END = 25.0
"""Seconds from then on until those that are left are killed."""
_LOOK = 0.05


def launch(arguments: Sequence[str], count: int) -> int:
    """Run `python -m lit_hf` with `arguments` in `count` processes; return the main process's exit code.

    The address is a socket that is open before any process starts, so that no other program can take it. The main
    process has our terminal. Signals are passed on, once to each. Raises `ProcessLost` when one was killed.
    """
    with _open_socket() as listening, tempfile.TemporaryDirectory(prefix="lit-hf-") as folder:
        with _passing_on() as children:
            for rank in range(count):
                children.append(_start(arguments, rank, count, listening, Path(folder)))
            listening.close()
            first = _wait_for_the_end(children)
        return _verdict(children, first, Path(folder))


def _open_socket() -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.bind(("127.0.0.1", 0))
    found.listen(1024)
    return found


def _start(
    arguments: Sequence[str], rank: int, count: int, listening: socket.socket, folder: Path
) -> subprocess.Popen[Any]:
    """Start one process in a session of its own: Ctrl-C reaches it through us alone."""
    handle = listening.fileno()
    environment = {
        **os.environ, LAUNCHED: "1", LISTEN: str(handle), "RANK": str(rank), "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(count), "LOCAL_WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(listening.getsockname()[1]),
    }  # fmt: skip
    command = [sys.executable, "-m", "lit_hf", *arguments]
    if rank == 0:
        return subprocess.Popen(command, env=environment, pass_fds=[handle], start_new_session=True)
    with (folder / f"{rank}.err").open("wb") as said:
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
            start_new_session=True,
        )  # fmt: skip


@contextmanager
def _passing_on() -> Iterator[list[subprocess.Popen[Any]]]:
    """Pass SIGINT, SIGTERM and SIGHUP on to the children; the second SIGINT kills them."""
    children: list[subprocess.Popen[Any]] = []
    seen: list[int] = []

    def handle(number: int, _frame: Any) -> None:
        seen.append(number)
        hard = seen.count(signal.SIGINT) > 1
        _tell(children, signal.SIGKILL if hard else signal.Signals(number))

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield children
    finally:
        _tell(children, signal.SIGKILL)
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_the_end(children: Sequence[subprocess.Popen[Any]]) -> int | None:
    """Return the rank that was the first to end badly, None if none did, when all have ended."""
    first, since, told = None, 0.0, 0
    while any(child.poll() is None for child in children):
        now = time.monotonic()
        bad = next((rank for rank, child in enumerate(children) if child.poll()), None)
        if first is None and bad is not None:
            first, since = bad, now
        if first is not None:
            killed = (children[first].returncode or 0) < 0
            told = _end_others(children, now - since - (0 if killed else TO_HEAR), told)
        time.sleep(_LOOK)
    return first if first is not None else next((rank for rank, child in enumerate(children) if child.returncode), None)


def _end_others(children: Sequence[subprocess.Popen[Any]], late: float, told: int) -> int:
    """Tell those that are left to end, then kill them; `told` counts how often that was done."""
    for step, (after, number) in enumerate(((0.0, signal.SIGTERM), (TO_END, signal.SIGKILL))):
        if late >= after and told == step:
            _tell(children, number)
            return step + 1
    return told


def _tell(children: Sequence[subprocess.Popen[Any]], number: signal.Signals) -> None:
    for child in children:
        if child.poll() is None:
            child.send_signal(number)


def _verdict(children: Sequence[subprocess.Popen[Any]], first: int | None, folder: Path) -> int:
    """Return the exit code; raise when the main process could not say what went wrong.

    Where the main process has done all its work, nobody else had any left: a loss after that costs nothing.
    """
    if first is None or children[0].returncode == 0:
        return 0
    code, world = children[first].returncode, len(children)
    if code < 0 and -code not in (signal.SIGINT, signal.SIGTERM):
        raise ProcessLost(first, world, how=f"killed by {signal.Signals(-code).name}")
    main = children[0].returncode
    if main and main > 0 and main != 128 + signal.SIGTERM:
        return int(main)
    said = _last_line(folder / f"{first}.err")
    if said:
        raise LitError(f"process {first} of {world} failed: {said}")
    return abs(code) if code > 0 else 128 - code


def _last_line(file: Path) -> str:
    lines = file.read_text(errors="replace").split("\n") if file.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def end_on_sigterm() -> None:
    """Turn SIGTERM into an exception in the main thread, so that a process of several ends with a word."""
    from lit_hf.errors import Stopped

    def stop(_number: int, _frame: Any) -> None:
        raise Stopped

    signal.signal(signal.SIGTERM, stop)
