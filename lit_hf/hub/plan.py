"""What a push would change, as a value: shown by a dry run, sent as one commit otherwise."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from lit_hf.hub.connection import speaking

if TYPE_CHECKING:
    from huggingface_hub import HfApi

RepoType = Literal["model", "dataset"]


@dataclass(frozen=True)
class Change:
    """One file: its bytes now (None: it does not exist) and after the commit."""

    path: str
    before: bytes | None
    after: bytes

    def diff(self) -> str:
        """Unified diff of text; the size of other files, and of a new file of data: a diff is read for what changes."""
        if self.before is None and self.path.endswith(".json"):
            return f"{self.path}: {len(self.after):,} bytes (new)\n"
        try:
            old, new = (content.decode("utf-8") for content in (self.before or b"", self.after))
        except UnicodeDecodeError:
            state = "new" if self.before is None else f"was {len(self.before):,} bytes"
            return f"{self.path}: {len(self.after):,} bytes ({state})\n"
        before = "/dev/null" if self.before is None else f"a/{self.path}"
        lines = difflib.unified_diff(_lines(old), _lines(new), before, f"b/{self.path}")
        return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


@dataclass(frozen=True)
class Plan:
    """One commit that has not been made.

    It goes onto `revision`, whose head must still be `parent` (None: the repository does not exist and is made first),
    or opens a pull request that starts there. `pull_request` is the number of our own open one that the commit updates.
    """

    repo: str
    kind: RepoType
    revision: str
    parent: str | None
    title: str
    changes: tuple[Change, ...]
    opens_pull_request: bool = False
    pull_request: int | None = None
    private: bool | None = None
    """Who sees the repository, also one that is still to be made: True its members alone, False everybody."""

    def diff(self) -> str:
        """The exact change, file by file; "" when there is nothing to do."""
        return "".join(change.diff() for change in self.changes)

    def summary(self) -> str:
        """One line: what would be committed where."""
        if not self.changes:
            return f"{self.address} is up to date: nothing to commit."
        files = ", ".join(change.path for change in self.changes)
        where = f"pull request {self.pull_request}" if self.pull_request else self.revision
        how = "a new pull request to" if self.opens_pull_request else ("" if self.parent else "the new repository")
        on = " ".join(f"{how} {self.address}".split())
        return f"{len(self.changes)} file(s) in one commit on {on} ({where}): {files}. {self.audience()}".rstrip()

    def audience(self) -> str:
        """One sentence: who can see what is sent; "" where that is not known."""
        if self.private is None:
            return ""
        if self.private:
            return "It is private: only you, or its organisation's members, can see it."
        return "It is public: everybody can see it."

    @property
    def address(self) -> str:
        """The repository as its page is called."""
        return self.repo if self.kind == "model" else f"datasets/{self.repo}"


@dataclass(frozen=True)
class Published:
    """What was done: `url` of the commit or pull request, None when there was nothing to do."""

    plan: Plan
    url: str | None


def send(api: HfApi, plan: Plan) -> Published:
    """Make the commit; raises `RepositoryChanged` when the head is no longer the plan's parent."""
    from huggingface_hub import CommitOperationAdd

    if not plan.changes:
        return Published(plan, None)
    parent = plan.parent or _create(api, plan)
    files = [CommitOperationAdd(change.path, change.after) for change in plan.changes]
    with speaking(plan.address, sending=True):
        made = api.create_commit(
            plan.repo,
            files,
            commit_message=plan.title,
            commit_description="Made by lit-hf from stored records.",
            repo_type=plan.kind,
            revision=plan.revision,
            create_pr=plan.opens_pull_request,
            parent_commit=parent,
        )
    return Published(plan, made.pr_url or str(made.commit_url))


def head(
    api: HfApi, repo: str, kind: RepoType, revision: str = "main", reading: bool = False
) -> tuple[str, tuple[str, ...]]:
    """The commit that a revision points to now, and its files."""
    info = _info(api, repo, kind, revision, reading)
    return str(info.sha), tuple(sibling.rfilename for sibling in info.siblings or ())


def is_private(api: HfApi, repo: str, kind: RepoType) -> bool | None:
    """Whether only members see a repository; None where the Hub does not say."""
    return getattr(_info(api, repo, kind, "main", False), "private", None)


def _info(api: HfApi, repo: str, kind: RepoType, revision: str, reading: bool) -> Any:
    with speaking(repo if kind == "model" else f"datasets/{repo}", reading=reading):
        return (api.model_info if kind == "model" else api.dataset_info)(repo, revision=revision)


def fetch(api: HfApi, repo: str, kind: RepoType, sha: str, path: str) -> bytes:
    """One file's bytes at a commit, past any cache: what is edited must be what is there."""
    with TemporaryDirectory() as folder, speaking(repo if kind == "model" else f"datasets/{repo}"):
        file = api.hf_hub_download(repo, path, repo_type=kind, revision=sha, local_dir=folder)
        return Path(file).read_bytes()


def _create(api: HfApi, plan: Plan) -> str:
    """Make the repository and return its head; if someone was faster it is a conflict (409): plan again."""
    with speaking(plan.address, sending=True):
        api.create_repo(plan.repo, repo_type=plan.kind, private=plan.private)
    return head(api, plan.repo, plan.kind)[0]


def _lines(text: str) -> list[str]:
    """Lines with their ends, CRLF visible as it is in the file."""
    return text.splitlines(keepends=True)
