"""`lit-hf rank --from-hub`: one listing call, pinned commits, gated and nameless sizes listed and skipped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lit_hf.errors import BadSetting, LitError
from lit_hf.hub.models import Query, list_checkpoints, names, parse_count, spell_count
from tests.support.field import make_models, write_data
from tests.support.hub import Server

CARD = "---\ntags: [sentence-similarity]\n---\n"


@pytest.fixture(scope="module")
def models(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Five checkpoints on the Hub: two that can be ranked, one gated, one without weights, one without the tag."""
    folders = make_models(tmp_path_factory.mktemp("models"))
    found = {name: server.new() for name in ("good", "blank", "gated", "empty", "other")}
    for name, repo in found.items():
        if name != "empty":
            server.api().upload_folder(repo_id=repo, folder_path=folders.get(name, folders["good"]))
        if name != "other":
            server.api().upload_file(path_or_fileobj=CARD.encode(), path_in_repo="README.md", repo_id=repo)
    server.settings("model", found["gated"], gated="manual")
    return found


def test_one_call_lists_sizes_commits_and_what_cannot_take_part(hub: Server, models: dict[str, str]) -> None:
    hub.reset()
    listed = list_checkpoints(hub.api("hf_stranger"), Query(filters=("sentence-similarity",)))
    assert len([line for line in hub.log() if "/api/" in line]) == 1
    by_name = {entry.id: entry for entry in listed}
    assert models["other"] not in by_name
    good = by_name[models["good"]]
    assert good.parameters == 7728
    assert good.revision == hub.api().model_info(models["good"]).sha
    assert "gated" in (by_name[models["gated"]].skipped or "")
    assert by_name[models["empty"]].skipped is None  # a size is needed by `--max-params` alone
    kept = [name.split("@")[0] for name in names(listed)]
    assert models["gated"] not in kept
    assert {models["good"], models["blank"]} <= set(kept)


def test_size_search_and_limit_are_asked_of_the_hub(hub: Server, models: dict[str, str]) -> None:
    with pytest.raises(LitError, match="no checkpoint that fits"):
        list_checkpoints(hub.api(), Query(filters=("sentence-similarity",), max_params=7000))
    part = models["good"].split("/")[1]
    found = list_checkpoints(hub.api(), Query(search=part, max_params=parse_count("8K"), limit=1))
    assert [entry.id for entry in found] == [models["good"]]


def test_the_command_ranks_what_the_hub_lists(hub: Server, models: dict[str, str], tmp_path: Path) -> None:
    data = write_data(tmp_path / "data.csv", 120)
    words = ["rank", data, "--from-hub", "--filter", "sentence-similarity", "--max-params", "1M", "--format", "json"]
    words += ["--max-examples", "60", "--orders", "1", "--no-rivals", "--device", "cpu"]
    environment = hub.environment(tmp_path / "home", "hf_stranger")
    line = [sys.executable, "-m", "lit_hf", *words]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    rows = {row["model"]["id"]: row for row in json.loads(done.stdout)["ranking"]}
    assert rows[models["good"]]["model"]["revision"] == hub.api().model_info(models["good"]).sha
    assert rows[models["good"]]["codelength"]["bits"] < rows[models["blank"]]["codelength"]["bits"]
    assert "is gated" in rows[models["gated"]]["error"]
    assert rows[models["gated"]]["model"]["parameters"] == 7728
    reads = [line for line in hub.log() if "/resolve/" in line and models["good"] in line]
    assert all(rows[models["good"]]["model"]["revision"] in line for line in reads)


@pytest.mark.parametrize(("text", "number"), [("200M", 200_000_000), ("1.5b", 1_500_000_000), ("7728", 7728)])
def test_sizes_are_read_as_people_write_them(text: str, number: int) -> None:
    assert parse_count(text) == number
    assert parse_count(spell_count(number)) == number


def test_a_size_that_is_none_is_refused() -> None:
    with pytest.raises(BadSetting, match="200M"):
        parse_count("small")
