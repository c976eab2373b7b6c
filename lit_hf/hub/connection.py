"""Talking to the Hub: its failures as errors of lit-hf, and patience where waiting helps."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from lit_hf.errors import GatedRepository
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
    from huggingface_hub import errors as hub

    try:
        yield
    except hub.GatedRepoError as error:  # a subclass of RepositoryNotFoundError, so it comes first
        raise GatedRepository(repo) from error
    except hub.LocalTokenNotFoundError as error:
        raise NotLoggedIn from error
    except (hub.RepositoryNotFoundError, hub.HFValidationError) as error:
        raise UnknownRepository(repo) from error
    except hub.HfHubHTTPError as error:
        raise _by_status(repo, error) from error
    except _broken_connection() as error:
        raise NetworkLost(repo, " ".join(str(error).split()) or type(error).__name__, unsure=sending) from error
    except ValueError as error:  # the client raises it for a card that /api/validate-yaml refuses
        if not str(error).startswith("Invalid metadata"):
            raise
        raise RefusedByHub(repo, str(error)) from error


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


def _by_status(repo: str, error: HfHubHTTPError) -> Exception:
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
