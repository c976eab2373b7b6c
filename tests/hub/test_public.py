"""What leaves the machine names no folder of it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from lit_hf.hub import cards, results, table
from lit_hf.hub.public import public
from lit_hf.records.record import Record
from lit_hf.reports.reproduce import command
from tests.support.hub import COUNTER, Server
from tests.support.records import hub_record

HOME = "/home/somebody/secret"


def local() -> Record:
    """Return a record of a local checkpoint on a local file, all named by whole paths."""
    record = hub_record(model=f"{HOME}/my-model", revision=None, dataset=f"{HOME}/reviews.csv")
    record["dataset"]["revision"] = None
    given: dict[str, Any] = {
        "model": f"{HOME}/my-model", "dataset": f"{HOME}/reviews.csv", "cache_dir": f"{HOME}/cache",
        "trained_on": [f"{HOME}/old.csv", "glue/sst2"], "text_column": "text",
    }  # fmt: skip
    record["settings"].update(given=dict(given), resolved={**record["settings"]["resolved"], **given})
    return record


def test_names_lose_their_folders_and_nothing_else_changes() -> None:
    record = local()
    before = copy.deepcopy(record.data)
    found = public(record)
    assert HOME not in found.to_json()
    assert (found["model"]["id"], found["dataset"]["id"]) == ("my-model", "reviews.csv")
    assert found["settings"]["resolved"]["trained_on"] == ["old.csv", "glue/sst2"]
    assert found["settings"]["resolved"]["text_column"] == "text"
    assert record.data == before
    rest = [
        {k: v for k, v in each.items() if k not in ("model", "dataset", "settings")} for each in (before, found.data)
    ]
    assert rest[0] == rest[1]
    found.validate()


@pytest.mark.parametrize("name", ["org/model", "./my-model", "reviews.csv", "features:f.npz"])
def test_names_that_are_no_whole_paths_stay(name: str) -> None:
    assert public(hub_record(model=name))["model"]["id"] == name


@pytest.mark.parametrize("name", [f"features:{HOME}/f.npz", "~/f.npz", f"{HOME}/f.npz"])
def test_the_last_part_of_a_path_stays(name: str) -> None:
    assert public(hub_record(model=name))["model"]["id"].removeprefix("features:") == "f.npz"


def test_a_results_dataset_gets_no_folder(hub: Server) -> None:
    api, repo = hub.api("hf_owner"), f"owner/results-{next(COUNTER)}"
    results.push(api, [local()], repo)
    found = results.read(api, repo)
    assert len(found.records) == 1
    assert HOME not in found.records[0].to_json()
    for path in api.list_repo_files(repo, repo_type="dataset"):
        if path.endswith(".json"):
            assert HOME not in open(api.hf_hub_download(repo, path, repo_type="dataset")).read()  # noqa: SIM115


def test_a_row_of_a_table_has_none() -> None:
    (back,) = table.from_parquet(table.to_parquet(public(local())), "x.parquet")
    assert HOME not in json.dumps(back.data)


def test_a_card_has_none() -> None:
    assert HOME not in cards.update("", [local().data])


def test_the_command_repeats_an_option_that_is_a_list() -> None:
    record = hub_record()
    record["settings"]["given"]["trained_on"] = ["a.csv", "glue/sst2"]
    assert "--trained-on a.csv --trained-on glue/sst2" in command(record.data)
