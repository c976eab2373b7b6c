"""Publishing from end to end on this machine: `python docs/publish_walkthrough.py`.

Starts the stand-in Hub of the tests, uploads the demo's encoder and data, and then runs what a user runs: evaluate,
push as the owner, push as a stranger by pull request, push again, read the leaderboard. No network is used. Needs the
`test` extra.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WHOLE, CUT, DATA = "owner/all-MiniLM-L6-v2", "owner/all-MiniLM-L2", "owner/rotten-tomatoes"
RESULTS = "stranger/lit-hf-results"


def main() -> None:
    """Run the walk; any step that does not end as it should stops it."""
    sys.path.insert(0, str(ROOT))  # a checkout that is not installed will do
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--max-examples", type=int, default=500, help="labels to code")
    parser.add_argument("--model", type=Path, help="folder of an encoder (default: the demo's)")
    parser.add_argument("--data", type=Path, help="csv with text and label (default: the demo's)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, hub() as url:
        walk(EncodingPass(url, Path(folder)), given.model, given.data, given.max_examples)


class EncodingPass:
    """Commands against one Hub, each printed before it runs."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def environment(self, token: str) -> dict[str, str]:
        """Nothing but the stand-in Hub, with caches that vanish afterwards."""
        hub = {"HF_ENDPOINT": self.url, "HF_TOKEN": token, "HF_HUB_DISABLE_XET": "1"}
        homes = {"HF_HOME": str(self.folder / "home"), "LIT_HF_CACHE": str(self.folder / "lit-hf")}
        return {**os.environ, **hub, **homes, "HF_HUB_DISABLE_PROGRESS_BARS": "1", "PYTHONPATH": str(ROOT)}

    def run(self, *words: str, who: str = "owner", ends: int = 0) -> str:
        """Run `lit-hf WORDS` as `who`; stop unless it ends with this exit code. Returns its stdout."""
        print(f"\n[{who}] $ lit-hf {' '.join(words)}", flush=True)
        line = [sys.executable, "-m", "lit_hf", *words]
        done = subprocess.run(
            line, env=self.environment(f"hf_{who}"), cwd=self.folder, stdout=subprocess.PIPE, text=True
        )
        print(done.stdout, end="", flush=True)
        if done.returncode != ends:
            raise SystemExit(f"expected exit code {ends}, got {done.returncode}")
        return done.stdout


def walk(steps: EncodingPass, model: Path | None, data: Path | None, max_examples: int) -> None:
    """The steps in order."""
    whole, rows = demo(steps.folder, model, data)
    upload(steps.url, {WHOLE: ("model", whole), CUT: ("model", shallow(whole, steps.folder)), DATA: ("dataset", rows)})
    size = ("--max-examples", str(max_examples), "--orders", "2")
    steps.run("eval", WHOLE, DATA, *size, "--output", "whole")
    steps.run("push", "whole", "--to", "model", "--dry-run")
    steps.run("push", "whole", "--to", "model")
    steps.run("push", "whole", "--to", "model")
    steps.run("eval", CUT, DATA, *size, "--output", "cut", who="stranger")
    steps.run("push", "cut", "--to", "model", who="stranger", ends=1)
    steps.run("push", "cut", "--create-pr", who="stranger")
    steps.run("eval", CUT, DATA, *size[:2], "--orders", "1", "--output", "again", "--format", "quiet", who="stranger")
    steps.run("push", "again", "--create-pr", who="stranger")
    one_pull_request(steps.url)
    steps.run("push", "whole", "cut", "--to", "results-dataset", "--public", who="stranger")
    steps.run("push", "whole", "cut", "--to", "results-dataset", "--public", who="stranger")
    steps.run("leaderboard", RESULTS)


@contextmanager
def hub() -> Iterator[str]:
    """The stand-in Hub in a process of its own; gives its address."""
    command = [sys.executable, "-m", "tests.hub_server"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    print(f"A Hub for this walk: {url}")
    try:
        yield url
    finally:
        process.terminate()
        process.wait()


def demo(folder: Path, model: Path | None, data: Path | None) -> tuple[Path, Path]:
    """The encoder's folder and a folder with train.csv."""
    if model is None or data is None:
        from lit_hf.demo import find_demo

        found = find_demo(str(folder / "demo"))
        model, data = model or Path(found.model), data or Path(found.dataset)
    rows = folder / "rows"
    rows.mkdir()
    shutil.copy(data, rows / "train.csv")
    return model, rows


def shallow(model: Path, folder: Path) -> Path:
    """The encoder cut to its first two layers: a worse one, for the leaderboard to rank."""
    from transformers import AutoModel, AutoTokenizer

    cut = AutoModel.from_pretrained(model)
    cut.encoder.layer, cut.config.num_hidden_layers = cut.encoder.layer[:2], len(cut.encoder.layer[:2])
    cut.save_pretrained(folder / "cut")
    AutoTokenizer.from_pretrained(model).save_pretrained(folder / "cut")
    return folder / "cut"


def upload(url: str, repositories: dict[str, tuple[str, Path]]) -> None:
    """Upload folders as their owner, with the real client."""
    from huggingface_hub import HfApi, constants

    constants.HF_HUB_DISABLE_XET = True  # the stand-in speaks git LFS
    api = HfApi(endpoint=url, token="hf_owner")
    for name, (kind, folder) in repositories.items():
        api.create_repo(name, repo_type=kind)
        api.upload_folder(repo_id=name, repo_type=kind, folder_path=folder, ignore_patterns=["__pycache__/*"])
        print(f"Uploaded {name}", flush=True)


def one_pull_request(url: str) -> None:
    """The second push of the stranger updated the first one's pull request."""
    from huggingface_hub import HfApi

    found = list(HfApi(endpoint=url, token="hf_owner").get_repo_discussions(CUT, discussion_status="open"))
    print("\nOpen pull requests:", *(f"{d.num} {d.title!r} by {d.author}" for d in found), flush=True)
    if len(found) != 1:
        raise SystemExit("expected one open pull request")


if __name__ == "__main__":
    main()
