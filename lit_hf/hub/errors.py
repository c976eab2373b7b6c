"""What can go wrong on the way to the Hub, each with the next thing to do."""

from __future__ import annotations

from lit_hf.errors import LitError, UsageError


class NotLoggedIn(LitError):
    """A push needs an account, and no token, or one that the Hub does not know, was found."""

    def __init__(self, reason: str = "no token was found") -> None:
        super().__init__(f"not logged in to the Hub: {reason}.", "Run `hf auth login`, or set HF_TOKEN.")


class NoWritePermission(LitError):
    """The account or its token may not write to the repository."""

    def __init__(self, repo: str, reason: str, next_step: str) -> None:
        super().__init__(f"no permission to write to {repo}: {reason}.", next_step)
        self.repo, self.reason = repo, reason


class UnknownRepository(LitError):
    """The repository to publish to or read from is missing, or private and not ours."""

    def __init__(self, repo: str) -> None:
        super().__init__(
            f"the Hub has no repository {repo}, or it is private and this account cannot see it.",
            "Check the name; for a private one run `hf auth login`.",
        )
        self.repo = repo


class RepositoryChanged(LitError):
    """Others kept committing while we did: every attempt found a newer head."""

    def __init__(self, repo: str, attempts: int) -> None:
        super().__init__(
            f"{repo} changed {attempts} times while the commit was being made; nothing was written.",
            "Run the same command again.",
        )
        self.repo, self.attempts = repo, attempts


class RefusedByHub(LitError):
    """The Hub checked what was sent and refused it; its own words are in the message."""

    def __init__(self, repo: str, reason: str) -> None:
        super().__init__(
            f"the Hub refused the commit to {repo}: {' '.join(reason.split())}",
            "Nothing was written. Correct the card's front matter, then push again; `--dry-run` shows what is sent.",
        )
        self.repo, self.reason = repo, reason


class NetworkLost(LitError):
    """The connection broke. A commit is atomic on the Hub, so it is there in full or not at all."""

    def __init__(self, repo: str, reason: str, unsure: bool = False) -> None:
        state = (
            "whether the commit arrived is not known, but it is never half-written" if unsure else "nothing was written"
        )
        super().__init__(
            f"lost the connection to the Hub while working on {repo} ({reason}); {state}.",
            "Run the same command again: what has arrived is recognised and not sent twice.",
        )
        self.repo, self.reason, self.unsure = repo, reason, unsure


class RateLimited(LitError):
    """The Hub asks to slow down, for longer than is reasonable to wait."""

    def __init__(self, repo: str, seconds: float | None) -> None:
        when = f"in {seconds:.0f} seconds" if seconds is not None else "later"
        super().__init__(
            f"the Hub limits the rate of requests to {repo}; nothing was written.",
            f"Run the same command again {when}.",
        )
        self.repo, self.seconds = repo, seconds


class HubFailed(LitError):
    """The Hub answered with an error that has no better name here."""

    def __init__(self, repo: str, reason: str) -> None:
        super().__init__(
            f"the Hub answered with an error for {repo}: {' '.join(reason.split())}",
            "Try again later; HF_DEBUG=1 shows the request.",
        )
        self.repo, self.reason = repo, reason


class ValueDiffers(LitError):
    """The card, or the results dataset, already holds another value for the same measurement."""

    def __init__(self, where: str, old: object, new: object) -> None:
        super().__init__(
            f"{where} already has the value {old} for this measurement, and the record says {new}.",
            "Look at both with `--dry-run --overwrite`, then pass `--overwrite` to replace the old one.",
        )
        self.where, self.old, self.new = where, old, new


class InvalidCard(LitError):
    """A card's front matter cannot be read, so it cannot be added to without risk."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the card's front matter cannot be extended: {reason}.",
            "Correct the YAML between the two `---` lines first.",
        )
        self.reason = reason


class OtherModel(UsageError):
    """Records of different models, or a record of another model, cannot go into one card."""

    def __init__(self, card: str, found: str) -> None:
        super().__init__(
            f"the record is of {found}, not of {card}.",
            "Push records of one model at a time, or `--to` a results dataset.",
        )
        self.card, self.found = card, found
