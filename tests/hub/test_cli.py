"""`lit-hf card`, `push` and `leaderboard` as a user runs them: separate processes, the Hub over HF_ENDPOINT."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lit_hf.records.record import Record
from tests.support.hub import COUNTER, Server
from tests.support.records import hub_record as record


@pytest.fixture
def run(hub: Server, tmp_path: Path):
    """Run `lit-hf WORDS`; returns the finished process."""

    def command(*words: str | Path, token: str = "hf_owner") -> subprocess.CompletedProcess:
        line = [sys.executable, "-m", "lit_hf", *map(str, words)]
        return subprocess.run(line, env=hub.environment(tmp_path, token), capture_output=True, text=True, timeout=60)

    return command


@pytest.fixture
def saved(tmp_path: Path):
    """Save a record into a folder of its own; returns the folder."""

    def save(one: Record) -> Path:
        return one.save(tmp_path / f"record-{next(COUNTER)}")

    return save


def test_card_prints_or_merges(run, saved, tmp_path: Path) -> None:
    """On stdout without a folder; into README.md with one, once; another value only with --overwrite."""
    folder = saved(record())
    printed = run("card", folder)
    assert printed.returncode == 0, printed.stderr
    assert "information-transfer" in printed.stdout
    readme = tmp_path / "README.md"
    readme.write_bytes(b"---\r\nlicense: mit\r\n---\r\n# Mine\r\n")
    assert "Wrote" in run("card", folder, "--model-folder", tmp_path).stderr
    written = readme.read_bytes()
    assert b"# Mine\r\n" in written
    assert "up to date" in run("card", folder, "--model-folder", tmp_path).stderr
    assert readme.read_bytes() == written
    other = saved(record(quality=0.7))
    refused = run("card", other, "--model-folder", tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "--overwrite" in refused.stderr
    assert readme.read_bytes() == written
    assert run("card", other, "--model-folder", tmp_path, "--overwrite").returncode == 0


def test_push_and_leaderboard(run, saved, hub: Server) -> None:
    """Own models by default into their cards, other people's into a results dataset; the leaderboard reads it back."""
    mine, theirs = hub.new(), hub.new(namespace="org")
    folders = [saved(record(model=mine)), saved(record(model=theirs, quality=0.2))]
    shown = run("push", folders[0], "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "+model-index:" in shown.stdout
    assert run("push", folders[0]).stdout.startswith(f"{hub.url}/{mine}/commit/")
    assert "up to date" in run("push", folders[0]).stderr
    refused = run("push", folders[1], "--to", "model", token="hf_stranger")
    assert refused.returncode == 1
    assert "--create-pr" in refused.stderr
    request = run("push", folders[0], "--create-pr", "--format", "json", token="hf_stranger")
    assert json.loads(request.stdout)["pushed"][0]["url"] is None, "main has these results already"
    both = run("push", *folders, token="hf_stranger")
    assert both.returncode == 0, both.stderr
    assert "stranger/lit-hf-results" in both.stderr
    board = run("leaderboard", "stranger/lit-hf-results", "--format", "json", token="hf_stranger")
    ranking = json.loads(board.stdout)["boards"][0]["ranking"]
    assert [(row["model"]["id"], row["rank"]) for row in ranking] == [(mine, [1, 1]), (theirs, [2, 2])]
    table = run("leaderboard", "stranger/lit-hf-results", token="hf_stranger")
    hidden = run("leaderboard", "stranger/lit-hf-results")
    assert (hidden.returncode, hidden.stdout) == (1, ""), "what was pushed without --public is not for others"
    assert mine in table.stdout
    assert "cannot be told from the best" in table.stdout


def test_usage(run, saved) -> None:
    """What contradicts itself is a usage error; a missing record and a missing dataset are known errors."""
    folder = saved(record())
    assert run("push", folder, "--to", "elsewhere").returncode == 2
    assert run("push", folder, "--to", "a/b", "--create-pr").returncode == 2
    assert run("push", "nowhere").returncode == 1
    missing = run("leaderboard", "owner/none")
    assert missing.returncode == 1
    assert "owner/none" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_a_new_results_dataset_is_private_unless_public_is_asked(run, saved, hub: Server) -> None:
    """What leaves the machine, and for whose eyes, is said before it leaves; one that is there stays as it is."""
    folder = saved(record())
    mine = f"owner/results-{next(COUNTER)}"
    shown = run("push", folder, "--to", mine, "--dry-run")
    assert "It is private" in shown.stderr
    assert ".json: " in shown.stdout
    assert "(new)" in shown.stdout
    assert '"schema"' not in shown.stdout, "a record that is new is shown by its size"
    made = run("push", folder, "--to", mine)
    assert made.returncode == 0, made.stderr
    assert f"Sending to datasets/{mine}: " in made.stderr.splitlines()[0]
    assert "It is private" in made.stderr.splitlines()[0]
    assert hub.api().dataset_info(mine).private is True
    again = run("push", saved(record(quality=0.4, model="org/other")), "--to", mine, "--public")
    assert "It is private" in again.stderr
    assert hub.api().dataset_info(mine).private is True, "an existing repository keeps its visibility"
    open_one = f"owner/results-{next(COUNTER)}"
    told = run("push", folder, "--to", open_one, "--public", "--json")
    assert json.loads(told.stdout)["pushed"][0]["private"] is False
    assert hub.api().dataset_info(open_one).private is False


def test_visibility_is_of_results_datasets(run, saved, hub: Server) -> None:
    refused = run("push", saved(record(model=hub.new())), "--to", "model", "--private")
    assert refused.returncode == 2
    assert "--to results-dataset" in refused.stderr


def test_offline_mode_is_named_and_so_is_a_name_that_is_none(run, hub: Server, tmp_path: Path) -> None:
    """Reading says nothing of logging in or of commits: what was checked is that the Hub is not asked."""
    environment = hub.environment(tmp_path, "hf_owner") | {"HF_HUB_OFFLINE": "1"}
    line = [sys.executable, "-m", "lit_hf", "leaderboard", "owner/results"]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "offline mode is on (HF_HUB_OFFLINE)" in done.stderr
    assert "unset HF_HUB_OFFLINE" in done.stderr
    assert not any(word in done.stderr for word in ("logged in", "written", "lost"))
    done = run("leaderboard", "foo")
    assert done.returncode == 2
    assert "results is 'foo', but must be the name of a dataset on the Hub, as in `org/lit-hf-results`" in done.stderr
