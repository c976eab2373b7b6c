"""`lit-hf eval org/model org/data` against the stand-in Hub, as a user runs it; and the whole walk of docs/."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hub.test_server import save_tiny
from tests.support.hub import ROOT, Server

WORDS = ("good", "bad", "a", "film", "very")


def reviews(count: int) -> str:
    """A csv of `count` distinct texts; the label is whether "good" comes before "bad"."""
    draw = random.Random(0)
    texts: dict[str, int] = {}
    while len(texts) < count:
        words = [draw.choice(WORDS) for _ in range(8)]
        first = next((word for word in words if word in {"good", "bad"}), None)
        texts[" ".join(words)] = int(first == "good")
    return "text,label\n" + "".join(f"{text},{label}\n" for text, label in texts.items())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder and labelled texts on disk."""
    place = tmp_path_factory.mktemp("demo")
    (place / "model").mkdir()
    save_tiny(place / "model")
    (place / "train.csv").write_text(reviews(120))
    return place


def evaluate(hub: Server, home: Path, *words: str, token: str = "hf_owner") -> subprocess.CompletedProcess:
    """Run `lit-hf eval WORDS`."""
    sizes = ["--max-examples", "60", "--orders", "1", "--twins", "1", "--format", "json"]
    line = [sys.executable, "-m", "lit_hf", "eval", *words, *sizes]
    return subprocess.run(line, env=hub.environment(home, token), capture_output=True, text=True, timeout=300)


def test_eval_by_name_pins_revisions_and_survives_the_network(hub: Server, folder: Path, tmp_path: Path) -> None:
    """Both commits are in the record and in every download; a cut connection and a rate limit are waited out."""
    model, data = hub.new(), hub.new("dataset", train__csv=(folder / "train.csv").read_bytes())
    hub.api().upload_folder(repo_id=model, folder_path=folder / "model")
    pinned = {
        name: hub.api().repo_info(name, repo_type=kind).sha for name, kind in ((model, "model"), (data, "dataset"))
    }
    hub.reset()
    hub.fault(rf"GET /{model}/resolve/.*/model.safetensors", cut=2000)
    hub.fault(rf"GET /datasets/{data}/resolve/.*/train.csv", status=429, headers={"Retry-After": "0"})
    done = evaluate(hub, tmp_path, model, data)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert (record["model"]["id"], record["model"]["revision"]) == (model, pinned[model])
    assert (record["dataset"]["id"], record["dataset"]["revision"]) == (data, pinned[data])
    reads = [line for line in hub.log() if "/resolve/" in line and (model in line or data in line)]
    assert any("model.safetensors" in line for line in reads)
    assert [line for line in reads if line.startswith("GET") and not any(sha in line for sha in pinned.values())] == []


@pytest.mark.parametrize("what", ["missing", "gated", "private"])
def test_repositories_that_cannot_be_read(hub: Server, folder: Path, tmp_path: Path, what: str) -> None:
    """One line and a next step, exit code 1, no traceback."""
    model = "owner/none" if what == "missing" else hub.new()
    if what == "gated":
        hub.api().upload_folder(repo_id=model, folder_path=folder / "model")
        hub.settings("model", model, gated="manual")
    if what == "private":
        hub.settings("model", model, private=True)
    data = hub.new("dataset", train__csv=reviews(30))
    done = evaluate(hub, tmp_path, model, data, token="hf_stranger")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Error: {'no model named ' if what != 'gated' else ''}" in done.stderr
    assert model in done.stderr
    assert ("is gated" in done.stderr) == (what == "gated")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_walk_of_the_documentation(folder: Path, tmp_path: Path) -> None:
    """Upload, eval, push as owner, push as stranger by pull request, push again, read the leaderboard: one command."""
    sizes = ["--max-examples", "60", "--model", str(folder / "model"), "--data", str(folder / "train.csv")]
    line = [sys.executable, "docs/publish_walkthrough.py", *sizes]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=600, env=_plain_environment(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Open pull requests: 1 ") == 1
    board = done.stdout[done.stdout.index("$ lit-hf leaderboard") :]
    assert "owner/all-MiniLM-L6-v2" in board
    assert "owner/all-MiniLM-L2" in board


def _plain_environment(home: Path) -> dict[str, str]:
    import os

    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "LIT_HF"))}
    return {**kept, "HF_HOME": str(home), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "COLUMNS": "120"}
