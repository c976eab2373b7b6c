"""Real data of each kind of task, in the forms that lit-hf reads: `python docs/kinds_data.py DIR`.

Writes the data of docs/kinds.md and prints the commands that gave its figures. Needs the `test` extra and
`scripts/fetch_test_data.sh`; nothing is fetched here.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
FEW = "--orders 1 --twins 1"


def main() -> None:
    """Write what is asked for, all kinds by default."""
    sys.path.insert(0, str(ROOT))  # a checkout that is not installed will do
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the data go")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="which of them; all")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for kind in given.kinds or KINDS:
        print(KINDS[kind](given.folder))


def text(folder: Path) -> str:
    """Rotten Tomatoes: sentences, positive or negative."""
    from scripts import assets

    sentences, labels, names = assets.rotten()
    rows = ((sentence, names[label]) for sentence, label in zip(sentences, labels, strict=True))
    _write_csv(folder / "rotten.csv", ("text", "label"), rows)
    return f"lit-hf eval {assets.l6_folder()} {folder}/rotten.csv --max-examples 1000 {FEW}"


def pairs(folder: Path) -> str:
    """BBC news: the beginnings of two articles, of one topic or not. Derived: no such labels were ever given."""
    from scripts import assets

    articles, topics, _ = assets.bbc()
    draw, rows = np.random.default_rng(0), []
    for number in range(800):
        first = int(draw.integers(len(articles)))
        same = [other for other, topic in enumerate(topics) if (topic == topics[first]) == (number % 2 == 0)]
        second = int(draw.choice(same))
        rows.append((articles[first][:200], articles[second][:200], ("same", "other")[number % 2]))
    _write_csv(folder / "bbc_pairs.csv", ("sentence1", "sentence2", "label"), rows)
    return f"lit-hf eval {assets.l6_folder()} {folder}/bbc_pairs.csv {FEW}"


def tokens(folder: Path) -> str:
    """The Brown corpus: words and parts of speech, collapsed to the classes of scripts/assets."""
    from scripts import assets

    words, tags, _ = assets.brown()
    with (folder / "brown.jsonl").open("w", encoding="utf-8") as file:
        for row in range(0, len(words), len(words) // 400):
            collapsed = [assets.UNIVERSAL.get(tag[0], ".") for tag in tags[row]]
            file.write(json.dumps({"tokens": words[row], "tags": collapsed}) + "\n")
    return f"lit-hf eval {assets.l6_folder()} {folder}/brown.jsonl --max-examples 2000 {FEW}"


def images(folder: Path) -> str:
    """Fashion-MNIST: 500 garments as PNG files, a folder for each class."""
    from PIL import Image

    from scripts import assets

    pixels, labels = assets.fashion_mnist("test")
    for number in range(500):
        place = folder / "fashion" / str(labels[number])
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels[number]).save(place / f"{number}.png")
    return f"lit-hf eval {assets.lite0_folder()} {folder}/fashion {FEW}"


def sounds(folder: Path) -> str:
    """Spoken prompts, 30 of each of five languages, one speaker each: plumbing, not evidence."""
    from scripts import assets

    for language, files in assets.spoken_prompts().items():
        place = folder / "prompts" / language
        place.mkdir(parents=True, exist_ok=True)
        for number in range(30):
            shutil.copy(files[number * len(files) // 30], place / f"{number}.wav")
    return f"lit-hf eval {assets.whisper_folder()} {folder}/prompts {FEW}"


def _write_csv(path: Path, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)


KINDS: dict[str, Callable[[Path], str]] = {
    "text": text, "pairs": pairs, "tokens": tokens, "images": images, "sounds": sounds,
}  # fmt: skip


if __name__ == "__main__":
    main()
