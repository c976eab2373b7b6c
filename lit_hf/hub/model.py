"""Records into a model's own repository: one commit by its owner, one pull request by anyone else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lit_hf.hub import benchmark, cards
from lit_hf.hub.account import Account, account
from lit_hf.hub.connection import speaking
from lit_hf.hub.errors import OtherModel
from lit_hf.hub.frontmatter import decode
from lit_hf.hub.plan import Change, Plan, Published, fetch, head, is_private
from lit_hf.hub.publish import publish
from lit_hf.records.sections import Sections
from lit_hf.runtime.transport import Patience

if TYPE_CHECKING:
    from huggingface_hub import HfApi

README = "README.md"
TITLE = "Add information transfer results (lit-hf)"


def push(
    api: HfApi,
    records: Sequence[Sections],
    create_pr: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
    patience: Patience | None = None,
    before: Callable[[Plan], None] | None = None,
) -> Published:
    """Put the records of one model into its card: a commit for its owner, a pull request with `create_pr`.

    A pull request of ours that is still open is updated, not joined by another. With `dry_run` the plan is made and
    nothing sent; `before` is told of the plan before it is sent. Raises the errors of `lit_hf.hub.errors`; whatever is
    raised, nothing is half-written.
    """
    repo = repository(records)
    who = account(api)

    def plan() -> Plan:
        return make_plan(api, who, repo, records, create_pr, overwrite)

    return publish(api, plan, patience, dry_run=dry_run, instead=_instead(who, repo, create_pr), before=before)


def one_model(records: Sequence[Sections]) -> str:
    """The one model that the records are of; raises `OtherModel` for several."""
    names = list(dict.fromkeys(str(record["model"]["id"]) for record in records))
    if len(names) > 1:
        raise OtherModel(names[0], names[1])
    return names[0]


def repository(records: Sequence[Sections]) -> str:
    """The one repository that the records are of; raises `OtherModel` for several, or for a local folder."""
    name = one_model(records)
    if not _is_repository(records[0]):
        raise OtherModel("a repository on the Hub", f"the local folder {name}")
    return name


def all_own(api: HfApi, records: Sequence[Sections]) -> bool:
    """Whether every record is of a repository that the account may write to."""
    who = account(api)
    return all(_is_repository(record) and who.owns(record["model"]["id"]) for record in records)


def _is_repository(record: Sections) -> bool:
    return record["model"]["revision"] is not None and str(record["model"]["id"]).count("/") == 1


def _instead(who: Account, repo: str, create_pr: bool) -> str | None:
    """Return what to do where the server forbids to write; None for a repository of one's own, or a pull request."""
    if create_pr or who.owns(repo):
        return None
    return f"Open a pull request with `--create-pr`, or use a dataset of your own: `--to {who.name}/lit-hf-results`."


def make_plan(
    api: HfApi, who: Account, repo: str, records: Sequence[Sections], create_pr: bool, overwrite: bool
) -> Plan:
    """Read the repository as it is now and work out the commit."""
    sha, files = head(api, repo, "model")
    changes = _changes(api, repo, sha, files, records, overwrite)
    plan = Plan(repo, "model", "main", sha, TITLE, changes, private=is_private(api, repo, "model"))
    if not create_pr:
        return plan
    number = own_pull_request(api, who, repo)
    if number is None or not changes:
        return replace(plan, opens_pull_request=bool(changes))
    # What main says was checked above; an older value in our own request is ours to replace.
    revision = f"refs/pr/{number}"
    sha, files = head(api, repo, "model", revision)
    changes = _changes(api, repo, sha, files, records, overwrite=True)
    return replace(plan, revision=revision, parent=sha, changes=changes, pull_request=number)


def own_pull_request(api: HfApi, who: Account, repo: str) -> int | None:
    """The number of our own open pull request of this kind, the oldest if there are several."""
    with speaking(repo):
        found = api.get_repo_discussions(
            repo, author=who.name, discussion_type="pull_request", discussion_status="open", repo_type="model"
        )
        # Author and status are asked for and checked: an older Hub ignores a filter that it does not know.
        ours = [d.num for d in found if d.author == who.name and d.is_pull_request and d.title == TITLE]
    return min(ours, default=None)


def _changes(
    api: HfApi, repo: str, sha: str, files: Sequence[str], records: Sequence[Sections], overwrite: bool
) -> tuple[Change, ...]:
    """The files that differ from the commit: the card, and evaluation results where a benchmark asks for them."""
    texts = {README: _text(api, repo, sha, files, README)}
    wanted = {README: cards.update(texts[README] or "", records, overwrite, name=repo.split("/")[-1])}
    for record in records:
        task = benchmark.task_of(api, record)
        if task is not None:
            path = benchmark.path_of(record)
            texts.setdefault(path, _text(api, repo, sha, files, path))
            wanted[path] = benchmark.update(wanted.get(path) or texts[path] or "", record, task, overwrite)
    return tuple(
        Change(path, None if texts[path] is None else str(texts[path]).encode(), text.encode())
        for path, text in wanted.items()
        if text != texts[path]
    )


def _text(api: HfApi, repo: str, sha: str, files: Sequence[str], path: str) -> str | None:
    return decode(fetch(api, repo, "model", sha, path)) if path in files else None
