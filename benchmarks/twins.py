"""How far random initialisations differ after 256, 512, 1,024 and all labels: two architectures on two sets.

    python benchmarks/twins.py [--twins 8] [--labels 2000] [--store FOLDER] [--quick]

BERT and GPT-2, both of 3 layers and 384 columns, on Rotten Tomatoes and BBC News, 64 tokens, order 0. The bits of the
first n labels are those of any longer run, so that each twin is coded once. `sd`: standard deviation over twins, bits;
`ahead`: what an evaluation that stops at n expects of the whole, sd(n) N / n, over sd(N): above 1 it is too wide;
`r`: correlation over twins of the bits at n with those at N. A bound must hold in spite of chance: of 8 twins the ratio
of two standard deviations that are equal lies within a factor of 2.2, 95 times of 100.
What is coded lies in the store (default: the cache), so that a second run goes on. Needs the `test` extra.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import assets

MARKS = (256, 512, 1_024)
SETS = ("rotten", "bbc")
ARCHITECTURES = ("BERT", "GPT-2")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--twins", type=int, default=8)
    options.add_argument("--labels", type=int, default=2_000)
    options.add_argument("--store", type=Path)
    options.add_argument("--quick", action="store_true")
    given = options.parse_args()
    if given.quick:
        given.twins, given.labels = 3, 600
    from lit_hf.runtime.cache import cache_root

    store = given.store or cache_root(None) / "benchmarks" / "twins"
    store.mkdir(parents=True, exist_ok=True)
    marks = [*(mark for mark in MARKS if mark < given.labels), given.labels]
    print("| twins of | set | " + " | ".join(f"sd, {mark:,}" for mark in marks), end=" | ")
    print(" | ".join(f"ahead, r, {mark:,}" for mark in marks[:-1]) + " |")
    with tempfile.TemporaryDirectory() as name:
        for architecture in ARCHITECTURES:
            for data in SETS:
                found = np.stack(
                    [bits(store, Path(name), architecture, data, seed, given.labels) for seed in range(given.twins)]
                )
                print(row(architecture, data, found, marks), flush=True)


def row(architecture: str, data: str, found: np.ndarray, marks: list[int]) -> str:
    """Return a line of the table; found: bits [T, N] by label."""
    sums = found.cumsum(1)[:, [mark - 1 for mark in marks]]
    sd = sums.std(0, ddof=1)
    ahead = [sd[place] * marks[-1] / mark / sd[-1] for place, mark in enumerate(marks[:-1])]
    r = np.corrcoef(sums.T)[-1]
    parts = [f"{each:.1f}" for each in sd] + [f"{a:.2f}, {b:+.2f}" for a, b in zip(ahead, r, strict=False)]
    return f"| {architecture} | {data} | " + " | ".join(parts) + " |"


def bits(store: Path, folder: Path, architecture: str, data: str, seed: int, labels: int) -> np.ndarray:
    """Return what each label costs with a twin, in order 0 [N]; from the store if it is there."""
    file = store / f"{architecture}-{data}-{labels}-{seed}.npy"
    if not file.is_file():
        np.save(file, code(folder, architecture, data, seed, labels))
    return np.asarray(np.load(file))


def code(folder: Path, architecture: str, data: str, seed: int, labels: int) -> np.ndarray:
    from lit_hf.coding.codelength import code_order
    from lit_hf.coding.order import Code, Examples, Order
    from lit_hf.encoders import Choices, load_encoder
    from lit_hf.features import embed
    from lit_hf.runtime.units import side_by_side
    from lit_hf.tasks.targets.single_label import SingleLabel

    texts, found, names = getattr(assets, data)()
    drawn = np.random.default_rng(0).permutation(len(texts))[:labels]
    encoder = load_encoder(str(folder_of(folder, architecture)), Choices(max_tokens=64, device="cpu")).twin(seed)
    rows = embed(encoder, [texts[index] for index in drawn], labels, store=None).array()
    examples = Examples(np.array(found, dtype=np.int64)[drawn], np.arange(labels))
    rule = SingleLabel(tuple(names)).rule
    (curve,) = side_by_side([lambda: code_order(rows, examples, rule, Order(0), Code(device="cpu"))])
    return np.asarray(curve.bits)


def folder_of(folder: Path, architecture: str) -> Path:
    """Return a checkpoint of this architecture; its weights do not matter, since only twins are read."""
    from transformers import GPT2Config, GPT2Model

    if architecture == "BERT":
        return assets.l3_folder()
    target = folder / "gpt2"
    if not target.exists():
        shutil.copytree(assets.l3_folder(), target, ignore=lambda _, names: [n for n in names if n not in KEPT])
        config = GPT2Config(vocab_size=30_522, n_embd=384, n_layer=3, n_head=12, bos_token_id=101, eos_token_id=102)
        GPT2Model(config).save_pretrained(target)
    return target


KEPT = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json")
"""Files of the tokeniser."""


if __name__ == "__main__":
    main()
