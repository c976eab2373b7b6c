"""The one table of what huggingface_hub and the network raise, and patience where waiting helps.

Reading (`runtime.hubrepo`) and writing (`hub.connection`) look errors up here, so that a failure is known to both or
to none.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from lit_hf.errors import warn
from lit_hf.runtime.hub_errors import Passing

T = TypeVar("T")
Kind = Literal[
    "gated", "revision", "unknown", "token", "forbidden", "conflict", "refused", "limited", "failing", "answered",
    "offline", "absent", "foreign", "unreachable", "lost",
]  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A failure by its kind, with what was said in one line; `seconds`: how long the Hub asks to wait."""

    kind: Kind
    said: str
    seconds: float | None = None


@dataclass(frozen=True)
class Patience:
    """How often to try and how long to wait, in seconds."""

    attempts: int = 6
    first_pause: float = 0.5
    longest_pause: float = 60.0


READING = Patience(attempts=4)
DOWNLOADING = Patience(attempts=2)
"""The client itself resumes a download five times, and asks five times for its size, before it gives up."""


def patiently(work: Callable[[], T], patience: Patience | None = None) -> T:
    """Do `work`, again from its beginning when it raises `Passing`; each wait is said on stderr.

    `work` must read the repository anew each time: then a commit that did arrive is seen, and not made twice.
    """
    patience, unsure = patience or Patience(), False
    for attempt in range(patience.attempts):
        try:
            return work()
        except Passing as error:
            unsure = unsure or error.unsure
            if error.pause is None or error.pause > patience.longest_pause:
                raise
            if attempt == patience.attempts - 1:
                raise error.at_last(patience.attempts, unsure) from error
            # Doubling keeps a struggling Hub alone; the random part keeps two pushers from meeting again.
            pause = max(error.pause, min(patience.first_pause * 2**attempt, 10.0) * random.uniform(0.5, 1.5))
            if error.short:
                warn(f"{error.short}; trying again in {pause:.1f} s ({attempt + 2} of {patience.attempts}).")
            time.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def fault_of(error: BaseException, asking: bool = False) -> Fault | None:
    """Return what an exception means; of a chain the first that is known. None when none has to do with the Hub.

    `asking`: a question to the Hub's API was being answered, so that what is no JSON is no answer of a Hub.
    """
    from huggingface_hub import errors as hub

    absent: Fault | None = None
    for each in _chain(error):
        if isinstance(each, hub.LocalEntryNotFoundError):  # says that a file is not here; the cause, why it is not got
            absent = absent or Fault("absent", _line(each))
        elif found := _fault(each, asking):
            return found
    return absent


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _fault(error: BaseException, asking: bool) -> Fault | None:
    import httpx2
    from huggingface_hub import errors as hub

    if isinstance(error, hub.HfHubHTTPError) and not isinstance(error, hub.RepositoryNotFoundError):
        return _by_status(error)
    if type(error).__name__ == "OfflineModeIsEnabled":  # the datasets library has one of its own
        return Fault("offline", _line(error))
    if asking and isinstance(error, json.JSONDecodeError):
        return Fault("foreign", "its answer is not JSON")
    # A download that ends early without a broken connection is only noticed by its length.
    if str(error).startswith("Consistency check failed"):
        return Fault("lost", _line(error))
    table: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Kind], ...] = (
        (hub.GatedRepoError, "gated"),  # a subclass of RepositoryNotFoundError, so it comes first
        (hub.LocalTokenNotFoundError, "token"),
        ((hub.RepositoryNotFoundError, hub.HFValidationError), "unknown"),
        (hub.FileMetadataError, "foreign"),
        ((httpx2.ConnectError, ConnectionRefusedError), "unreachable"),
        ((httpx2.RequestError, ConnectionError, TimeoutError), "lost"),
    )
    found = next((kind for types, kind in table if isinstance(error, types)), None)
    said = "no token was found" if found == "token" else _line(error)
    said = "a file comes without the headers that the Hub sends" if found == "foreign" else said
    return None if found is None else Fault(found, said)


def _by_status(error: BaseException) -> Fault:
    from huggingface_hub import errors as hub

    assert isinstance(error, hub.HfHubHTTPError)
    status = error.response.status_code
    said = _clean(error.server_message or "")
    if isinstance(error, hub.RevisionNotFoundError):
        return Fault("revision", said)
    if status == 429:
        return Fault("limited", said, _seconds(error.response.headers.get("Retry-After", "")))
    kinds: dict[int, Kind] = {
        401: "token", 403: "forbidden", 408: "failing", 409: "conflict", 412: "conflict", 400: "refused",
        413: "refused", 422: "refused",
    }  # fmt: skip
    kind = kinds.get(status, "failing" if status >= 500 else "answered")
    words = said or _line(error) if kind == "refused" else said
    return Fault(kind, f"{status}{' ' + words if words else ''}" if kind in {"failing", "answered"} else words)


def _seconds(said: str) -> float | None:
    return float(said) if said.isdigit() and len(said) < 10 else None


def _clean(said: str) -> str:
    return " ".join(said.split()).removeprefix("Forbidden: ").rstrip(".")[:500]


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:500].rstrip(".") or type(error).__name__
