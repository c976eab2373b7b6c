"""What can go wrong on the way to the Hub, each with the next thing to do."""

from __future__ import annotations

from lit_hf.errors import LitError, UsageError
from lit_hf.runtime.hub_errors import Passing


class NoWritePermission(LitError):
    """The account or its token may not write to the repository."""

    def __init__(self, repo: str, reason: str, next_step: str) -> None:
        super().__init__(f"this account may not write to {repo}: {reason}.", next_step)
        self.repo, self.reason = repo, reason


class UnknownRepository(LitError):
    """The repository to publish to or read from is missing, or private and not ours."""

    def __init__(self, repo: str) -> None:
        super().__init__(
            f"the Hub has no repository {repo}, or it is private and this account cannot see it.",
            "Check the name; for a private one run `hf auth login`.",
        )
        self.repo = repo


class RepositoryChanged(Passing):
    """Others kept committing while we did: every attempt found a newer head."""

    def __init__(self, repo: str, attempts: int) -> None:
        super().__init__(
            f"{repo} changed {attempts} times while the commit was being made; nothing was written.",
            "Run the same command again.",
        )
        self.repo, self.attempts = repo, attempts

    def at_last(self, attempts: int, unsure: bool) -> LitError:
        return RepositoryChanged(self.repo, attempts)


class RefusedByHub(LitError):
    """The Hub checked what was sent and refused it; its own words are in the message."""

    def __init__(self, repo: str, reason: str) -> None:
        super().__init__(
            f"the Hub refused the commit to {repo}: {' '.join(reason.split())}",
            "Nothing was written. Correct the card's front matter, then push again; `--dry-run` shows what is sent.",
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
