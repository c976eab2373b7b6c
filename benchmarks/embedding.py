"""Texts per second of embedding against sentence-transformers and transformer-ranker: same encoder, texts, threads,
float32, in one run.

    python benchmarks/embedding.py [--texts 1000] [--rounds 3]

Rounds are interleaved and the best of each is taken, so that what else the machine does hits all alike. Rotten
Tomatoes is short, 20 Newsgroups long (256 tokens, as the checkpoint's own files say). Needs the `test` and `bench`
extras and `scripts/fetch_test_data.sh`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from machine import PrivateMemory, matmul_gflops

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import assets

MAX_TOKENS = 256
Embed = Callable[[Sequence[str]], np.ndarray]


def main() -> None:
    import torch

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--texts", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as folder:
        coders = processes(Path(folder))
        for name in ("rotten", "newsgroups20"):
            texts = sample(name, given.texts)
            compare(name, texts, coders, given.rounds, threads)
    memory_growth()


def sample(name: str, count: int) -> list[str]:
    texts = getattr(assets, name)()[0]
    return [texts[i] for i in np.random.default_rng(0).permutation(len(texts))[:count]]


def processes(folder: Path) -> dict[str, Embed]:
    """Return who embeds: this package and its two peers.

    The checkpoint's own files say mean pooling, then unit length. transformer-ranker knows no pooling over tokens: its
    mean is over words and leaves the special tokens out, so that its vectors differ.
    """
    from sentence_transformers import SentenceTransformer
    from transformer_ranker.embedder import Embedder

    from lit_hf.encoders import Choices, load_encoder
    from lit_hf.features import embed

    path = folder / "l6"
    shutil.copytree(assets.l6_folder(), path)
    settings = json.loads((path / "tokenizer_config.json").read_text()) | {"model_max_length": MAX_TOKENS}
    (path / "tokenizer_config.json").write_text(json.dumps(settings))
    ours = load_encoder(str(path), Choices(max_tokens=MAX_TOKENS))
    sentence = SentenceTransformer(str(path), device="cpu")
    sentence.max_seq_length = MAX_TOKENS
    ranker = Embedder(str(path), sentence_pooling="mean", layer_ids="-1", device="cpu")
    return {
        "lit-hf": lambda texts: embed(ours, texts, len(texts), store=None).array(),
        "sentence-transformers": lambda texts: sentence.encode(list(texts), show_progress_bar=False),
        "transformer-ranker": lambda texts: unit(
            np.stack([row.numpy().reshape(-1) for row in ranker.embed(list(texts), show_progress=False)])
        ),
    }


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def compare(name: str, texts: list[str], embedders: dict[str, Embed], rounds: int, threads: int) -> None:
    """Print rates, ratios and what the vectors differ by."""
    found = {who: embed(texts) for who, embed in embedders.items()}  # also warms everything up
    best = dict.fromkeys(embedders, float("inf"))
    for _ in range(rounds):
        for who, embed in embedders.items():
            began = time.perf_counter()
            embed(texts)
            best[who] = min(best[who], time.perf_counter() - began)
    ours = found["lit-hf"]
    print(f"{name}, {len(texts):,} texts, {threads} threads:")
    for who, taken in best.items():
        other = found[who]
        cosine = (unit(ours) * unit(other)).sum(1)
        print(
            f"  {who:22} {len(texts) / taken:7.1f} texts/s, lit-hf {taken / best['lit-hf']:5.2f} x as fast; least "
            f"cosine {cosine.min():.6f}, largest difference {np.abs(ours - other).max():.1e}",
            flush=True,
        )
    print_share(texts, best["lit-hf"], threads)


def print_share(texts: list[str], taken: float, threads: int) -> None:
    """Print the operations of the forward passes, with and without padding, as a share of the measured peak."""
    from lit_hf.encoders.batching import DEFAULT_BATCH_TOKENS, plan_batches
    from lit_hf.features.shells import shards

    lengths = token_counts(texts)
    padded = 0
    for shard in shards(len(texts), len(texts)):
        mine = lengths[shard.start : shard.stop]
        batches = plan_batches(mine.tolist(), DEFAULT_BATCH_TOKENS["cpu"])
        padded += sum(len(batch) * int(mine[batch].max()) for batch in batches)
    real, peak = float(lengths.sum()), threads * matmul_gflops(1)
    work = 2 * real * WEIGHTS_OF_A_TOKEN + 4 * 6 * 384 * float((lengths.astype(float) ** 2).sum())
    print(
        f"  {work / 1e9:.0f} GFLOP in {taken:.1f} s: {work / 1e9 / taken / peak:.2f} of {threads} x the measured peak "
        f"of one thread; padding adds {padded / real - 1:.1%} tokens\n"
    )


WEIGHTS_OF_A_TOKEN = 6 * (4 * 384 * 384 + 2 * 384 * 1536)
"""Multiply-adds of a token outside attention, MiniLM-L6."""


def token_counts(texts: list[str]) -> np.ndarray:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(assets.l6_folder())
    return np.array([len(ids) for ids in tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]])


def memory_growth() -> None:
    """Print the peak of private memory while embedding 1,000 and 4,000 short texts into a store on disk."""
    from lit_hf.encoders import load_encoder
    from lit_hf.features import FeatureStore, embed

    encoder = load_encoder(str(assets.l6_folder()))
    embed(encoder, sample("rotten", 64), 64, store=None)
    for count in (1000, 4000):
        with tempfile.TemporaryDirectory() as folder, PrivateMemory() as memory:
            embed(encoder, sample("rotten", count), count, store=FeatureStore(Path(folder)))
        print(f"{count:,} texts into the store: private memory {memory.before / 2**20:.0f} MiB, peak +"
              f"{(memory.peak - memory.before) / 2**20:.0f} MiB")  # fmt: skip


if __name__ == "__main__":
    main()
