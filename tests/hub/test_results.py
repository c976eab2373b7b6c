"""A results dataset: records in, records out, nothing lost; and the ranking that is read from it."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from lit_hf.errors import IncomparableRecords, NotARecord
from lit_hf.hub import results, table
from lit_hf.hub.errors import NoWritePermission, RefusedByHub, UnknownRepository, ValueDiffers
from lit_hf.hub.frontmatter import split
from lit_hf.hub.leaderboard import board, boards
from lit_hf.records.record import Record
from lit_hf.runtime.hub_errors import NetworkLost
from lit_hf.runtime.transport import Patience
from tests.support.hub import COUNTER, Server
from tests.support.records import hub_record as record

IMPATIENT = Patience(attempts=6, first_pause=0.01, longest_pause=5)

LOAD = """
import datasets, json, sys
rows = datasets.load_dataset(sys.argv[1], split="train")
found = [[json.loads(row["record"])["model"]["id"], row["l_it_bits"], sum(row["bits_encoder"][0])] for row in rows]
print(json.dumps(found))
"""


def push(hub: Server, repo: str | None, *records: Record, token: str = "hf_owner", **options: Any) -> Any:
    """`results.push` without long pauses."""
    return results.push(hub.api(token), records, repo, patience=IMPATIENT, **options)


def new_name(namespace: str = "owner") -> str:
    """A name that no repository has yet; a record of it is content that the Hub has not stored yet."""
    return f"{namespace}/results-{next(COUNTER)}"


def test_parquet_keeps_every_bit() -> None:
    """The record and its arrays come back equal, not nearly."""
    one = record()
    (back,) = table.from_parquet(table.to_parquet(one), "x.parquet")
    assert back.data == json.loads(one.to_json())
    assert set(back.arrays) == set(one.arrays)
    assert all(np.array_equal(back.arrays[name], one.arrays[name]) for name in one.arrays)
    assert table.to_parquet(back) == table.to_parquet(one)


def test_a_record_without_arrays_has_a_row_too() -> None:
    """Nulls, in the same schema."""
    (back,) = table.from_parquet(table.to_parquet(Record(record().data)), "x.parquet")
    assert back.arrays == {}


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet"])
def test_what_is_not_a_record_is_named(content: bytes) -> None:
    """A file of another kind."""
    with pytest.raises(NotARecord):
        table.from_parquet(content, "data/x.parquet")


def test_the_dataset_is_made_and_datasets_loads_it(hub: Server, tmp_path: Path) -> None:
    """`datasets.load_dataset` in another process reads all rows, the record's JSON and the bits of each example."""
    repo, records = new_name(), [record(), record(model="org/other", quality=0.3)]
    assert push(hub, repo, records[0]).url
    assert push(hub, repo, records[1]).url
    assert push(hub, repo, *records).url is None
    done = subprocess.run(
        [sys.executable, "-c", LOAD, repo],
        env=hub.environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    expected = [[r["model"]["id"], r["transfer"]["bits"], sum(r.arrays["bits_encoder"][0].tolist())] for r in records]
    assert sorted(json.loads(done.stdout.splitlines()[-1])) == sorted(expected)


def test_default_is_a_dataset_of_ones_own(hub: Server) -> None:
    """Also for records of other people's models."""
    done = push(hub, None, record(model="someone/else"), token="hf_stranger")
    assert done.plan.repo == "stranger/lit-hf-results"


def test_two_pushes_at_once_lose_nothing(hub: Server) -> None:
    """Three writers see the same head; two of them find a newer one, read again, and all records are there."""
    repo = new_name()
    push(hub, repo, record())
    hub.fault(rf"POST /api/datasets/{repo}/commit", hold=3, times=3)
    records = [record(model=f"org/model-{i}", quality=0.1 * i) for i in range(3)]
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda one: push(hub, repo, one), records))
    assert all(published.url for published in done)
    assert len(results.read(hub.api(), repo).records) == 4


def test_two_first_pushes_at_once(hub: Server) -> None:
    """Both make the dataset and its card; the later one finds them."""
    repo = new_name()
    hub.fault(r"POST /api/repos/create", hold=2, times=2)
    records = [record(model=f"org/model-{i}") for i in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: push(hub, repo, one), records))
    assert len(results.read(hub.api(), repo).records) == 2


@pytest.mark.parametrize("what", [r"PUT /lfs/", r"POST /api/datasets/.*/commit", r"POST .*/info/lfs/objects/batch"])
def test_network_lost_half_way_leaves_nothing_half_written(hub: Server, what: str) -> None:
    """Cut once: healed. Cut for good: an error, and the dataset's head is where it was."""
    repo = new_name()
    push(hub, repo, record())
    before = hub.api().dataset_info(repo).sha
    hub.fault(what, cut="request")
    assert push(hub, repo, record(model=new_name())).url
    before = hub.api().dataset_info(repo).sha
    if "commit" in what:  # the client itself retries the others for minutes
        hub.fault(what, cut="request", times=99)
        with pytest.raises(NetworkLost):
            push(hub, repo, record(model=new_name()))
        assert hub.api().dataset_info(repo).sha == before


@pytest.mark.parametrize("status, error", [(403, NoWritePermission), (400, RefusedByHub)])
def test_a_refused_upload_has_its_error(hub: Server, status: int, error: type[Exception]) -> None:
    """The client wraps what happens to a large file; the cause is what counts."""
    repo = new_name()
    push(hub, repo, record())
    hub.fault(r"PUT /lfs/", status=status, times=9)
    with pytest.raises(error):
        push(hub, repo, record(model=new_name()))
    assert len(results.read(hub.api(), repo).records) == 1


def test_another_value_for_the_same_record_is_refused(hub: Server) -> None:
    """Same job, other bits: an error; with overwrite replaced, and still one row."""
    repo = new_name()
    push(hub, repo, record())
    with pytest.raises(ValueDiffers):
        push(hub, repo, record(quality=0.7))
    push(hub, repo, record(quality=0.7), overwrite=True)
    (found,) = results.read(hub.api(), repo).records
    assert found["transfer"]["bits"] == record(quality=0.7)["transfer"]["bits"]


def test_dry_run_writes_nothing(hub: Server) -> None:
    """Not even the dataset."""
    repo = new_name()
    plan = push(hub, repo, record(), dry_run=True).plan
    assert [change.path.split("/")[0] for change in plan.changes] == ["README.md", "data", "records"]
    assert f"{plan.changes[2].path}: {len(plan.changes[2].after):,} bytes (new)" in plan.diff()
    assert "+configs:" in plan.diff(), "a new card is shown whole: people read it"
    with pytest.raises(UnknownRepository):
        results.read(hub.api(), repo)


def test_another_ones_dataset_is_refused(hub: Server) -> None:
    """With the name of one's own to use instead."""
    with pytest.raises(NoWritePermission) as refused:
        push(hub, "owner/results", record(), token="hf_stranger")
    assert "stranger/lit-hf-results" in (refused.value.next_step or "")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_existing_card_gains_the_configuration_only(newline: str) -> None:
    """Without it `load_dataset` would read the JSON files too."""
    text = "---\nlicense: mit # mine\n---\n# My results\n".replace("\n", newline)
    once = results.with_configs(text, "a/b")
    assert once.startswith(text.split(f"{newline}---")[0])
    assert yaml.safe_load(split(once).yaml)["configs"][0]["data_files"][0]["path"] == "data/*.parquet"
    assert results.with_configs(once, "a/b") == once


def test_what_is_no_record_is_reported_and_the_rest_is_read(hub: Server) -> None:
    """A stray file in somebody's dataset."""
    repo = new_name()
    push(hub, repo, record())
    hub.api().upload_file(path_or_fileobj=b"junk", path_in_repo="data/junk.parquet", repo_id=repo, repo_type="dataset")
    found = results.read(hub.api(), repo)
    assert len(found.records) == 1
    assert [path for path, _ in found.unreadable] == ["data/junk.parquet"]


def test_leaderboard_orders_and_ties() -> None:
    """Clearly better ones come first with ranks of their own; two that differ by noise share theirs."""
    same = [record(model=f"org/{name}", quality=q) for name, q in (("c", 0.2), ("a", 0.6), ("b", 0.601))]
    (made,) = boards(same)
    assert [row.model for row in made.rows][2] == "org/c"
    assert {row.model: row.tied for row in made.rows} == {"org/a": True, "org/b": True, "org/c": False}
    assert sorted(row.rank for row in made.rows) == [(1, 2), (1, 2), (3, 3)]


@pytest.mark.parametrize("other", [{"bank": "other"}, {"fingerprint": "0" * 16}, {"examples": 200}, {"orders": 3}])
def test_different_banks_data_samples_or_orders_are_never_mixed(other: dict[str, Any]) -> None:
    """They stand on boards of their own, and a common one is refused."""
    two = [record(), record(model="org/b", **other)]
    assert [len(made.rows) for made in boards(two)] == [1, 1]
    with pytest.raises(IncomparableRecords):
        board(two)


def test_the_newest_of_reruns_counts_and_rows_without_bits_are_named() -> None:
    """One row a checkpoint; a record without arrays cannot be paired."""
    again = record(quality=0.6)
    again.data["created"] = "2027-01-01T00:00:00+00:00"
    bare = Record(record(model="org/bare").data)
    made = boards([again, record(), bare])
    assert [[row.codelength for row in b.rows] for b in made if b.rows] == [[again["codelength"]["bits"]]]
    assert [b.unpaired for b in made if b.unpaired] == [("org/bare",)]
