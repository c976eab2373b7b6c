"""Talking to the Hub: its failures as errors of lit-hf, and patience where waiting helps."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from lit_hf.errors import GatedRepository, LitError
from lit_hf.hub.errors import (
    HubFailed,
    NetworkLost,
    NotLoggedIn,
    NoWritePermission,
    RateLimited,
    RefusedByHub,
    RepositoryChanged,
    UnknownRepository,
)

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How often to try and how long to wait, in seconds."""

    attempts: int = 6
    first_pause: float = 0.5
    longest_pause: float = 60.0


def client() -> HfApi:
    """A client with the endpoint and the token of this environment (HF_ENDPOINT, HF_TOKEN or `hf auth login`)."""
    from huggingface_hub import HfApi

    return HfApi()


@contextmanager
def speaking(repo: str, sending: bool = False) -> Iterator[None]:
    """Turn what the client raises about `repo` into errors with a next step.

    `sending`: the request changes the repository, so that a broken connection leaves open whether it was changed.
    """
    try:
        yield
    except Exception as error:
        named = _named(repo, error, sending)
        if named is None:
            raise
        raise named from error


def patiently(repo: str, work: Callable[[], T], patience: Patience | None = None) -> T:
    """Do `work`, again from its beginning when others were faster, the Hub asks to wait, or the connection broke.

    `work` must read the repository anew each time: then a commit that did arrive is seen, and not made twice.
    """
    patience, unsure = patience or Patience(), False
    for attempt in range(patience.attempts):
        last = attempt == patience.attempts - 1
        try:
            return work()
        except RepositoryChanged as error:
            if last:
                raise RepositoryChanged(repo, patience.attempts) from error
            pause = 0.0
        except RateLimited as error:
            pause = error.seconds or 0.0
            if last or pause > patience.longest_pause:
                raise
        except NetworkLost as error:
            unsure, pause = unsure or error.unsure, 0.0
            if last:
                raise NetworkLost(repo, error.reason, unsure) from error
        # Doubling keeps a struggling Hub alone; the random part keeps two pushers from meeting again.
        time.sleep(max(pause, min(patience.first_pause * 2**attempt, 10.0) * random.uniform(0.5, 1.5)))
    raise AssertionError("the last attempt returns or raises")


def _named(repo: str, error: BaseException | None, sending: bool) -> LitError | None:
    """Our error for one of the client's, or for its cause (it wraps failed uploads); None when it is none of these."""
    from huggingface_hub import errors as hub

    if error is None:
        return None
    if isinstance(error, hub.GatedRepoError):  # a subclass of RepositoryNotFoundError, so it comes first
        return GatedRepository(repo)
    if isinstance(error, hub.LocalTokenNotFoundError):
        return NotLoggedIn()
    if isinstance(error, hub.RepositoryNotFoundError | hub.HFValidationError):
        return UnknownRepository(repo)
    if isinstance(error, hub.HfHubHTTPError):
        return _by_status(repo, error)
    # A download that ends early without a broken connection is only noticed by its length.
    if isinstance(error, _broken_connection()) or str(error).startswith("Consistency check failed"):
        return NetworkLost(repo, " ".join(str(error).split()) or type(error).__name__, unsure=sending)
    if isinstance(error, ValueError) and str(error).startswith("Invalid metadata"):  # from /api/validate-yaml
        return RefusedByHub(repo, str(error))
    return _named(repo, error.__cause__, sending)


def _by_status(repo: str, error: HfHubHTTPError) -> LitError:
    """The error for a status of the Hub."""
    status, said = error.response.status_code, error.server_message or str(error)
    if status == 401:
        return NotLoggedIn("the Hub does not know this token")
    if status == 403:
        return NoWritePermission(repo, _clean(said), "Use a token with write access: run `hf auth login` again.")
    if status in {409, 412}:
        return RepositoryChanged(repo, 1)
    if status in {400, 413, 422}:
        return RefusedByHub(repo, said)
    if status == 429:
        return RateLimited(repo, _seconds(error))
    return HubFailed(repo, said)


def _seconds(error: HfHubHTTPError) -> float | None:
    """How long the Hub asks to wait."""
    said = error.response.headers.get("Retry-After", "")
    return float(said) if said.isdigit() else None


def _clean(said: str) -> str:
    return " ".join(said.split()).removeprefix("Forbidden: ").rstrip(".")


def _broken_connection() -> tuple[type[Exception], ...]:
    """What a connection that cannot be made or breaks off raises; offline mode is a ConnectionError too."""
    import httpx2

    return (httpx2.TransportError, ConnectionError)
