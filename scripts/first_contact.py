"""Write docs/first_contact.md: what a new user types, and what lit-hf answers: `python scripts/first_contact.py`.

Every command runs for real, in a folder of its own with a real encoder and real text, on a stand-in Hub; no network is
used. Names of folders are replaced by neutral ones, and nothing else is. Needs the `test` extra.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "first_contact.md"
ROWS = 300
HUB_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
INSTALL = 'pip install -c constraints.txt ".[demo]"'


@dataclass(frozen=True)
class Step:
    """What is said before a command, the command, the exit code that it must end with, and what must be answered."""

    before: str
    command: str
    code: int = 0
    answer: str = ""


@dataclass
class Desk:
    """A new user's folder: commands run in it, and what they print is kept under neutral names."""

    folder: Path
    hub: str
    page: list[str] = field(default_factory=list)

    def take(self, step: Step) -> None:
        """Run one step and write it down; stop when it does not end as it should."""
        print(f"$ {step.command}", file=sys.stderr, flush=True)
        done = subprocess.run(
            ["bash", "-c", step.command], cwd=self.folder, env=self._environment(), text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode != step.code or step.answer not in done.stdout or "Traceback" in done.stdout:
            raise SystemExit(f"expected {step.code} and {step.answer!r}, got {done.returncode}:\n{done.stdout}")
        ended = f"\n[exit code {done.returncode}]" if done.returncode else ""
        self.page += [step.before, f"```text\n$ {step.command}\n{self._neutral(done.stdout)}{ended}\n```"]

    def _neutral(self, text: str) -> str:
        text = (
            text.replace(str(self.folder.resolve()), ".")
            .replace(str(self.folder), ".")
            .replace(self.hub, "https://huggingface.co")
        )
        return "\n".join(line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", text).rstrip().split("\n"))

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "LIT_HF"))}
        hub = {"HF_ENDPOINT": self.hub, "HF_HOME": str(self.folder / "home"), "HF_HUB_DISABLE_XET": "1"}
        quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "COLUMNS": "100"}
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        return {**kept, **hub, **quiet, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


TWO, SIZE = "./two-layers", "--max-examples 300"
BARE = f"sed -i '1i text,label' bare.csv && lit-hf eval {TWO} bare.csv {SIZE} --orders 1 --twins 1 --format quiet"
STEPS = [
    Step("## Where do I start?", "lit-hf --version"),
    Step("Without arguments a command says what it needs, and shows one that works.", "lit-hf eval", 2, "lit-hf demo"),
    Step("## My own data", "head -n 3 reviews.csv"),
    Step(
        "One checkpoint, by its name on the Hub or its folder:",
        f"lit-hf eval {HUB_MODEL} reviews.csv {SIZE}", 0, "L_IT (frozen)",
    ),
    Step(
        "## Which of three checkpoints?",
        f"lit-hf rank reviews.csv {HUB_MODEL} {TWO} ./noised {SIZE} --no-rivals", 0, "rank",
    ),
    Step("What was measured is kept:", "lit-hf ls --format quiet | wc -l"),
    Step("## Slips", "lit-hf evla", 2, "Did you mean 'eval'"),
    Step(
        "A name on the Hub, misspelt:",
        f"lit-hf eval {HUB_MODEL[:-1]}3 reviews.csv", 1, f"Did you mean {HUB_MODEL}",
    ),
    Step("A folder, misspelt:", f"lit-hf eval {TWO[:-1]} reviews.csv", 1, "Did you mean two-layers"),
    Step("A file, misspelt:", f"lit-hf eval {TWO} reviws.csv", 1, "Did you mean reviews.csv"),
    Step("An alias, misspelt:", f"lit-hf eval {TWO} glue/sts2", 1, "glue/sst2"),
    Step("An option, misspelt:", f"lit-hf eval {TWO} reviews.csv --max-example 300", 2, "--max-examples"),
    Step("A column, misspelt:", f"lit-hf eval {TWO} reviews.csv --label-column lable", 1, "Did you mean label"),
    Step("A value that cannot be:", f"lit-hf eval {TWO} reviews.csv --pooling meen", 2, "mean"),
    Step("The wrong way round:", f"lit-hf eval reviews.csv {TWO}", 2, f"lit-hf eval {TWO} reviews.csv"),
    Step("A csv without a line of names:", f"lit-hf eval {TWO} bare.csv", 1, "sed -i '1i text,label'"),
    Step("and with one:", BARE),
]  # fmt: skip


def main() -> None:
    """Take the walk and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=PAGE, help="where to write the page")
    output = parser.parse_args().output
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as place, serving() as hub:
        desk = Desk(Path(place), hub)
        furnish(desk)
        for step in STEPS:
            desk.take(step)
        output.write_text("\n\n".join([*intro(), *desk.page]) + "\n", encoding="utf-8")
    print(f"Wrote {output.name}", file=sys.stderr)


def intro() -> list[str]:
    """Return what stands above the walk."""
    return [
        "# First contact",
        "<!-- Written by `python scripts/first_contact.py`; do not edit. -->",
        f"What a new user types and what lit-hf answers. These are real runs: {ROWS} sentences of Rotten Tomatoes as "
        "the user's csv, all-MiniLM-L6-v2, and two worse encoders made of it (cut to two layers; with noise on its "
        "weights), on a stand-in Hub. Folders have neutral names; nothing else was changed. Installed with",
        f"    {INSTALL}",
    ]  # fmt: skip


def furnish(desk: Desk) -> None:
    """Put a csv with and without names, two encoders and a `lit-hf` into the folder, and an encoder on the Hub."""
    import numpy as np
    from huggingface_hub import HfApi

    from scripts import assets

    texts, labels, _ = assets.rotten()
    rows = [(texts[row], labels[row]) for row in np.random.default_rng(0).permutation(len(texts))[:ROWS]]
    for name, head in (("reviews.csv", [("text", "label")]), ("bare.csv", [])):
        with (desk.folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([*head, *rows])
    whole = assets.l6_folder()
    (desk.folder / "two-layers").symlink_to(assets.truncated_layers(whole, 2))
    (desk.folder / "noised").symlink_to(assets.noised(whole, 0.4))
    (desk.folder / "bin").mkdir()
    script = desk.folder / "bin" / "lit-hf"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lit_hf "$@"\n')
    script.chmod(0o755)
    api = HfApi(endpoint=desk.hub, token="hf_librarian")
    api.create_repo(HUB_MODEL)
    api.upload_folder(repo_id=HUB_MODEL, folder_path=whole, ignore_patterns=["__pycache__/*"])


@contextmanager
def serving() -> Iterator[str]:
    """Start the stand-in Hub in a process of its own; give its address."""
    from huggingface_hub import constants

    constants.HF_HUB_DISABLE_XET = True  # the stand-in speaks git LFS
    process = subprocess.Popen([sys.executable, "-m", "tests.hub_server"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
