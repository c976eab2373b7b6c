"""Writing to the Hub: its failures as errors of lit-hf."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lit_hf.errors import GatedRepository, LitError
from lit_hf.hub.errors import NoWritePermission, RefusedByHub, RepositoryChanged, UnknownRepository
from lit_hf.runtime.hub_errors import (
    Forbidden,
    HubFailed,
    HubOffline,
    NetworkLost,
    NotAHub,
    NotLoggedIn,
    RateLimited,
)
from lit_hf.runtime.transport import Fault, fault_of

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def client() -> HfApi:
    """A client with the endpoint and the token of this environment (HF_ENDPOINT, HF_TOKEN or `hf auth login`)."""
    from huggingface_hub import HfApi

    return HfApi()


@contextmanager
def speaking(repo: str, sending: bool = False, reading: bool = False) -> Iterator[None]:
    """Turn what the client raises about `repo` into errors with a next step.

    `sending`: the request changes the repository, so that a broken connection leaves open whether it was changed.
    `reading`: nothing is to be written at all, so that nothing is said about it.
    """
    try:
        yield
    except LitError:
        raise
    except Exception as error:
        if isinstance(error, ValueError) and str(error).startswith("Invalid metadata"):  # from /api/validate-yaml
            raise RefusedByHub(repo, str(error)) from error
        fault = fault_of(error, asking=True)
        if fault is None:
            raise
        raise _named(repo, fault, sending, reading) from error


def _named(repo: str, fault: Fault, sending: bool, reading: bool) -> LitError:
    """Our error for a fault."""
    if fault.kind in {"lost", "unreachable", "absent"}:
        return NetworkLost(repo, fault.said, unsure=sending and fault.kind == "lost", reading=reading)
    if fault.kind == "offline":
        return HubOffline(repo)
    if fault.kind == "token":
        absent = fault.said == "no token was found"
        return NotLoggedIn(fault.said if absent else "the Hub does not know this token, or it has expired (401)")
    simple: dict[str, LitError] = {
        "gated": GatedRepository(repo),
        "unknown": UnknownRepository(repo),
        "forbidden": Forbidden(repo, fault.said)
        if reading
        else NoWritePermission(
            repo, fault.said or "the Hub says 403", "Use a token with write access: run `hf auth login` again."
        ),
        "conflict": RepositoryChanged(repo, 1),
        "refused": RefusedByHub(repo, fault.said),
        "limited": RateLimited(repo, fault.seconds, reading),
        "foreign": NotAHub(repo, fault.said),
    }
    return simple.get(fault.kind) or HubFailed(repo, fault.said, passing=fault.kind == "failing")
