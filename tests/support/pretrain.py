"""Tiny language models that learn from real text within a test: what they know afterwards is what is to be measured.

Articles of BBC news: one half is read, each with its topic as the word that comes next; the other half is coded.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from tests.support import assets

WORDS, LENGTH, BATCH = 1_200, 24, 32


def halves() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Texts and topics to read, and others to code; beginnings of 400 characters, copies left out."""
    texts, labels, names = assets.bbc()
    first = dict(zip((text[:400] for text in texts), (names[label] for label in labels), strict=True))
    rows = sorted(first.items())
    return rows[::2], rows[1::2]


def tokenizer(rows: list[tuple[str, str]], side: str = "right") -> PreTrainedTokenizerFast:
    """The most frequent words, in an order that every run finds again, and the topics; others are unknown."""
    split = pre_tokenizers.Whitespace()
    counts = Counter(word for text, _ in rows for word, _ in split.pre_tokenize_str(text.lower()))
    kept = sorted(counts, key=lambda word: (-counts[word], word))[:WORDS]
    vocabulary = {
        word: place
        for place, word in enumerate(["[PAD]", "[UNK]", *sorted({f"[{topic}]" for _, topic in rows}), *kept])
    }
    built = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    built.normalizer, built.pre_tokenizer = normalizers.Lowercase(), split
    return PreTrainedTokenizerFast(
        tokenizer_object=built, padding_side=side, unk_token="[UNK]", pad_token="[PAD]", model_max_length=128
    )


def train(model: PreTrainedModel, tokens: PreTrainedTokenizerFast, rows: list[tuple[str, str]], steps: int) -> None:
    """Let `model` predict the topic: as the next word, or of an encoder-decoder as the first word of its answer."""
    ids = [torch.tensor(each) for each in tokens([text for text, _ in rows])["input_ids"]]
    topics = torch.tensor(tokens.convert_tokens_to_ids([f"[{topic}]" for _, topic in rows]))
    draw = torch.Generator().manual_seed(0)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    model.train()
    for _ in range(steps):
        chosen = torch.randint(len(ids), (BATCH,), generator=draw)
        batch = torch.stack([_piece(ids[place], draw) for place in chosen.tolist()])
        answers = topics[chosen, None]
        if not model.config.is_encoder_decoder:
            batch = torch.cat([batch, answers], 1)
            answers = torch.cat([torch.full_like(batch[:, 1:], -100), answers], 1)
        loss = model(input_ids=batch, labels=answers).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.eval()


def _piece(text: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
    start = int(torch.randint(max(len(text) - LENGTH, 0) + 1, (1,), generator=draw))
    piece = text[start : start + LENGTH]
    return torch.nn.functional.pad(piece, (LENGTH - len(piece), 0), value=1)


def save(folder: Path, model: PreTrainedModel, tokens: PreTrainedTokenizerFast) -> Path:
    """Write model and tokeniser as transformers does."""
    model.save_pretrained(folder)
    tokens.save_pretrained(folder)
    return folder
