"""A results dataset: one's own place for records of anybody's models.

One Parquet and one JSON file a record, so that pushes never edit each other's files; a push that finds a newer head
reads again and tries again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from lit_hf.config import outside
from lit_hf.errors import NotARecord
from lit_hf.hub.account import account
from lit_hf.hub.connection import speaking
from lit_hf.hub.errors import UnknownRepository, ValueDiffers
from lit_hf.hub.frontmatter import decode, dump, parse, split
from lit_hf.hub.plan import Change, Plan, Published, fetch, head, is_private
from lit_hf.hub.public import public
from lit_hf.hub.publish import publish
from lit_hf.hub.table import from_parquet, to_parquet
from lit_hf.records.record import Record, current, measured_transfer
from lit_hf.records.sections import Sections
from lit_hf.runtime.transport import READING, Patience, patiently

if TYPE_CHECKING:
    from huggingface_hub import HfApi

README = "README.md"
NAME = "lit-hf-results"


def push(
    api: HfApi,
    records: Sequence[Record],
    repo: str | None = None,
    overwrite: bool = False,
    dry_run: bool = False,
    patience: Patience | None = None,
    private: bool = True,
    before: Callable[[Plan], None] | None = None,
) -> Published:
    """Append records to the results dataset `repo` (default: `lit-hf-results` of the account), made when it is missing.

    One that is made is `private` unless asked otherwise; one that is there stays as it is. `before` is told of the plan
    before anything is sent. A record that is there already with the same bits is not sent again. Raises the errors of
    `lit_hf.hub.errors`.
    """
    who = account(api)
    name, records = repo or f"{who.name}/{NAME}", [public(record) for record in records]
    other = None if who.owns(name) else f"Use a dataset of your own: `--to {who.name}/{NAME}`."

    def plan() -> Plan:
        return make_plan(api, name, records, overwrite, private)

    return publish(api, plan, patience, dry_run=dry_run, instead=other, before=before)


def make_plan(api: HfApi, repo: str, records: Sequence[Record], overwrite: bool, private: bool = True) -> Plan:
    """Read the dataset as it is now and work out the commit; one that is missing will be made `private` or not."""
    try:
        sha, files = head(api, repo, "dataset")
    except UnknownRepository:
        sha, files = None, ()
    changes: list[Change] = []
    for record in records:
        changes += _record_changes(api, repo, sha, files, record, overwrite)
    if changes or README not in files:
        changes = [*_card_change(api, repo, sha, files), *changes]
    title = f"Add {len(records)} result{'' if len(records) == 1 else 's'} (lit-hf)"
    seen = is_private(api, repo, "dataset") if sha else private
    return Plan(repo, "dataset", "main", sha, title, tuple(changes), private=seen)


@dataclass(frozen=True)
class Results:
    """A results dataset as read: its commit, its records, and the files that could not be read with the reason."""

    repo: str
    revision: str
    records: tuple[Record, ...]
    unreadable: tuple[tuple[str, str], ...]


def read(api: HfApi, repo: str, revision: str = "main", cache_dir: str | None = None) -> Results:
    """Download and read a results dataset at a revision, resolved once."""

    def download() -> tuple[str, tuple[str, ...], str]:
        sha, files = head(api, repo, "dataset", revision, reading=True)
        with speaking(f"datasets/{repo}", reading=True):
            folder = api.snapshot_download(
                repo, repo_type="dataset", revision=sha, allow_patterns=["data/*.parquet"], cache_dir=cache_dir
            )
        return sha, files, folder

    sha, files, folder = patiently(download, READING)
    records: list[Record] = []
    unreadable: list[tuple[str, str]] = []
    for path in sorted(path for path in files if path.startswith("data/") and path.endswith(".parquet")):
        try:
            records += from_parquet((Path(folder) / path).read_bytes(), path)
        except NotARecord as error:
            unreadable.append((path, error.reason))
    return Results(repo, sha, tuple(records), tuple(unreadable))


def with_configs(text: str, repo: str) -> str:
    """A dataset card that says which files are rows: ours where there is none; an existing one gains `configs`."""
    template = resources.files("lit_hf.hub").joinpath("templates/results_dataset.md").read_text(encoding="utf-8")
    ours = Template(template).substitute(repo=repo)
    if not text.strip():
        return ours
    card = split(text)
    if "configs" in parse(card.yaml):
        return text
    configs = dump({"configs": parse(split(ours).yaml)["configs"]}, card.newline)
    front = card.yaml + ("" if not card.yaml or card.yaml.endswith(card.newline) else card.newline)
    return card.mark + card.opening + front + configs.rstrip("\r\n") + card.closing + card.body


def _card_change(api: HfApi, repo: str, sha: str | None, files: Sequence[str]) -> list[Change]:
    before = fetch(api, repo, "dataset", sha, README) if sha and README in files else None
    text = decode(before or b"")
    after = with_configs(text, repo)
    return [] if after == text else [Change(README, before, after.encode())]


def _record_changes(
    api: HfApi, repo: str, sha: str | None, files: Sequence[str], record: Record, overwrite: bool
) -> list[Change]:
    name = record["id"]
    contents = {f"data/{name}.parquet": to_parquet(record), f"records/{name}.json": (record.to_json() + "\n").encode()}
    known = f"records/{name}.json"
    before: dict[str, bytes] = {}
    if sha and known in files:
        before = {path: fetch(api, repo, "dataset", sha, path) for path in contents if path in files}
        if len(before) == len(contents):
            old = current(outside.parse_json(before[known].decode("utf-8")))
            if _same(old, record.data, repo, overwrite):
                return []
    return [Change(path, before.get(path), content) for path, content in contents.items()]


def _same(known: Sections, data: Sections, repo: str, overwrite: bool) -> bool:
    """Whether the stored record has these bits already; when and how fast they were computed does not matter."""
    old, new = ([_transfer_bits(record), record["codelength"]["bits"]] for record in (known, data))
    if old != new and not overwrite:
        raise ValueDiffers(f"datasets/{repo} ({data['id']})", old[0], new[0])
    return old == new


def _transfer_bits(record: Sections) -> float | None:
    found = measured_transfer(record)
    return None if found is None else found.bits
