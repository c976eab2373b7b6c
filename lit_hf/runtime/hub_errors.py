"""What can go wrong between here and the Hub, for reading and for writing, each with the next thing to do."""

from __future__ import annotations

import os

from lit_hf.errors import LitError


def endpoint() -> str:
    """Return the address of the Hub that this environment names."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


class Passing(LitError):
    """A failure that may have passed when one tries again.

    `short`: what happened, without what it means. `pause`: seconds that the Hub asks to wait; None: waiting is vain.
    """

    short: str = ""
    pause: float | None = 0.0
    unsure = False

    def at_last(self, attempts: int, unsure: bool) -> LitError:
        """Return the error that is raised after the last attempt."""
        return self


class NotLoggedIn(LitError):
    """An account is needed, or a token was sent that the Hub does not accept."""

    def __init__(self, reason: str = "no token was found") -> None:
        super().__init__(f"not logged in to the Hub: {reason}.", "Run `hf auth login`, or set HF_TOKEN.")


class HubOffline(LitError):
    """Offline mode is on, and the Hub would have to be asked."""

    def __init__(self, repo: str) -> None:
        super().__init__(
            f"the Hub is not asked for {repo}: offline mode is on (HF_HUB_OFFLINE).",
            "Run `unset HF_HUB_OFFLINE`, then the same command again.",
        )
        self.repo = repo


class Forbidden(LitError):
    """The Hub knows who asks, and does not let this account or token read the repository (403)."""

    def __init__(self, repo: str, said: str) -> None:
        super().__init__(
            f"the Hub does not let this account read {repo} (403{': ' + said if said else ''}).",
            "Ask its owners for access, or log in with a token that covers it: `hf auth login`.",
        )
        self.repo, self.said = repo, said


class NetworkLost(Passing):
    """The connection broke, or could not be made (`reached` is False then).

    A commit is atomic on the Hub, so it is there in full or not at all.
    """

    def __init__(
        self, repo: str, reason: str, unsure: bool = False, *, reading: bool = False, reached: bool = True
    ) -> None:
        doing = "reading" if reading else "working on"
        self.short = f"lost the connection to the Hub while {doing} {repo} ({reason})"
        state = (
            "whether the commit arrived is not known, but it is never half-written" if unsure else "nothing was written"
        )
        again = "what has arrived is kept" if reading else "what has arrived is recognised and not sent twice"
        super().__init__(
            f"{self.short}." if reading else f"{self.short}; {state}.", f"Run the same command again: {again}."
        )
        self.repo, self.reason, self.unsure, self.reading, self.reached = repo, reason, unsure, reading, reached

    def at_last(self, attempts: int, unsure: bool) -> LitError:
        return NetworkLost(self.repo, self.reason, unsure, reading=self.reading, reached=self.reached)


class RateLimited(Passing):
    """The Hub asks to slow down, for longer than is reasonable to wait."""

    def __init__(self, repo: str, seconds: float | None, reading: bool = False) -> None:
        when = f"in {seconds:.0f} seconds" if seconds is not None else "later"
        self.short = f"the Hub limits the rate of requests to {repo}"
        super().__init__(
            f"{self.short}{'' if reading else '; nothing was written'}.", f"Run the same command again {when}."
        )
        self.repo, self.seconds, self.pause = repo, seconds, seconds or 0.0


class HubFailed(Passing):
    """The Hub answered with an error of its own (5xx), which may pass, or with one that has no better name here."""

    def __init__(self, repo: str, reason: str, passing: bool = False) -> None:
        self.short = f"the Hub answered with an error for {repo}: {' '.join(reason.split())}"
        super().__init__(self.short, "Try again later; HF_DEBUG=1 shows the request.")
        self.repo, self.reason, self.pause = repo, reason, 0.0 if passing else None


class NotAHub(LitError):
    """What answers at the Hub's address does not speak as the Hub does: a page of a proxy, or another server."""

    def __init__(self, repo: str, found: str) -> None:
        super().__init__(
            f"what answers at {endpoint()} for {repo} is no Hub: {found}.",
            "Check HF_ENDPOINT, and whether a proxy or the network's log-in page answers instead.",
        )
        self.repo, self.found = repo, found
