"""The meeting of the processes that a launcher started: bounded, with a voice, and ended by SIGTERM.

torch waits for peers inside one call, in which Python sees no signal and says nothing; so such calls run in a thread,
and the main thread waits for it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any, TypeVar

from lit_hf.errors import BadSetting, LitError, ProcessesMissing

T = TypeVar("T")
LISTEN = "LIT_HF_LISTEN"
"""Environment variable: the file descriptor on which process 0 of our own launcher answers the others."""
TIMEOUT = "LIT_HF_PROCESS_TIMEOUT"
TO_COME = 600.0
"""Seconds after which a process that has not come is given up, unless `TIMEOUT` says otherwise."""
SAY_EVERY = 10.0
_LOOK = 0.1


def timeout(default: float) -> float:
    """Return the seconds that $LIT_HF_PROCESS_TIMEOUT gives a silent process, or `default`."""
    said = os.environ.get(TIMEOUT, "").strip()
    if not said:
        return default
    try:
        seconds = float(said)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e9:
        raise BadSetting(TIMEOUT, said, "a number of seconds above 0")
    return seconds


def come_together(rank: int, world: int) -> Any:
    """Return the store on which all `world` processes have met.

    Process 0 holds it, on the socket of our own launcher or at MASTER_ADDR; under torchrun its agent does. Raises
    `ProcessesMissing` when for `timeout` seconds nobody has come, and others are still missing.
    """
    limit, address = timeout(TO_COME), f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
    try:
        store = patiently_in_thread(lambda: _store(rank, world, limit), rank, f"the main process at {address}", limit)
    except RuntimeError as error:  # torch's own errors of the network are subclasses
        if rank == 0:
            said = " ".join(str(error).split())[:200]
            raise LitError(f"the main process cannot answer at {address}: {said}.", _OTHER_PORT) from error
        raise ProcessesMissing([0], world, limit, address) from error
    _wait_for_all(store, rank, world, limit, address)
    return store


_OTHER_PORT = "Give MASTER_ADDR the address of the main process's machine, and MASTER_PORT a port that is free there."


def patiently_in_thread(work: Callable[[], T], rank: int, whom: str, limit: float) -> T:
    """Do `work`, which waits inside torch, in a thread; say every so often for `whom`, and let signals through."""
    done, failed = list[T](), list[BaseException]()

    def go() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=go, name="lit-hf meeting", daemon=True)
    thread.start()
    start = said = time.monotonic()
    while thread.is_alive():
        thread.join(_LOOK)
        now = time.monotonic()
        if now - start > limit + SAY_EVERY:
            raise RuntimeError(f"no answer for {limit:g} seconds")
        if now - said >= SAY_EVERY:
            _say(rank, whom, now - start, limit)
            said = now
    if failed:
        raise failed[0]
    return done[0]


def _store(rank: int, world: int, limit: float) -> Any:
    from torch.distributed import PrefixStore, TCPStore  # type: ignore[attr-defined]

    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    handle = os.environ.get(LISTEN)
    agent = handle is None and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    store = TCPStore(
        address, port, world, is_master=rank == 0 and not agent, timeout=timedelta(seconds=limit),
        wait_for_workers=False, multi_tenant=handle is None,
        master_listen_fd=int(handle) if handle is not None and rank == 0 else None,
    )  # fmt: skip
    if not agent:
        return store
    return PrefixStore(f"lit-hf/attempt/{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)


def _wait_for_all(store: Any, rank: int, world: int, limit: float, address: str) -> None:
    """Return when all have come. Each arrival is a sign of life, from which the bound counts anew."""
    missing = list(range(world))
    start = said = life = time.monotonic()
    try:
        store.add(f"lit-hf/came/{rank}", 1)
        while missing:
            left = [each for each in missing if not store.add(f"lit-hf/came/{each}", 0)]
            now = time.monotonic()
            life, missing = (life if len(left) == len(missing) else now), left
            if missing and now - life > limit:
                raise ProcessesMissing(missing, world, limit, address)
            if missing and now - said >= SAY_EVERY:
                _say(rank, f"process {', '.join(map(str, missing[:8]))} of {world}", now - start, limit)
                said = now
            time.sleep(_LOOK if missing else 0.0)
    except RuntimeError as error:  # the store has gone, and with it process 0
        raise ProcessesMissing([0], world, None, address) from error


def _say(rank: int, whom: str, waited: float, limit: float) -> None:
    sys.stderr.write(f"process {rank} waits for {whom} ({waited:.0f} s; {TIMEOUT}: {limit:g} s)\n")
    sys.stderr.flush()
