"""Chains of modules, tiny, as sentence-transformers itself saves them, and what it says that they give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.support import tiny

pytest.importorskip("sentence_transformers")
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import modules
from sentence_transformers.sentence_transformer.modules.tokenizer import WhitespaceTokenizer

WIDTH = 16
CLOSE = 1e-5
"""Of the largest component: another batch plan and padding, float32."""


def body(folder: Path, limit: int = 24) -> Any:
    """A Transformer module of a tiny BERT that is saved in `folder` first."""
    return modules.Transformer(str(tiny.save(folder, tiny.bert())), max_seq_length=limit)


def table(seed: int = 0) -> Any:
    """A StaticEmbedding module of 120 token vectors."""
    vectors = np.random.default_rng(seed).normal(size=(120, WIDTH)).astype(np.float32)
    return modules.StaticEmbedding(tiny.tokenizer().backend_tokenizer, embedding_weights=vectors)


def word_vectors() -> Any:
    """A WordEmbeddings module, which lit-hf does not read."""
    vectors = np.random.default_rng(0).normal(size=(len(tiny.WORDS), WIDTH)).astype(np.float32)
    return modules.WordEmbeddings(WhitespaceTokenizer(tiny.WORDS, stop_words=[]), vectors)


def dense(inputs: int, outputs: int, activation: Any = None, **options: Any) -> Any:
    """A Dense with weights and biases that are not small."""
    found = modules.Dense(inputs, outputs, activation_function=activation or torch.nn.Tanh(), **options)
    return _stirred(found)


def layer_norm(width: int) -> Any:
    """A LayerNorm whose scale and shift are not 1 and 0."""
    return _stirred(modules.LayerNorm(width))


def save(folder: Path, parts: Sequence[Any], **options: Any) -> tuple[Path, Any]:
    """Save a SentenceTransformer of `parts`; return its folder and the model as the library loads it again."""
    SentenceTransformer(modules=list(parts), device="cpu", **options).save(str(folder), create_model_card=False)
    return folder, SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def assert_close(found: np.ndarray, expected: np.ndarray) -> None:
    """Assert equality to 1e-5 of the largest component."""
    assert found.shape == expected.shape
    largest = np.abs(expected).max()
    assert largest > 0
    assert np.abs(found - expected).max() <= CLOSE * largest


def _stirred(module: Any) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(77)
        for each in module.parameters():
            each.data = torch.randn_like(each) * 0.5
    return module
