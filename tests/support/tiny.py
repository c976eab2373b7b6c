"""Tiny encoders with a tokeniser of few words: a BERT, a GPT-2, a RoBERTa; folders as transformers saves them."""

from __future__ import annotations

import json
import string
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel, GPT2Config, GPT2Model, PreTrainedModel, PreTrainedTokenizerFast

WORDS = [
    "the", "a", "film", "plot", "was", "is", "very", "not", "good", "bad", "dull", "bright", "slow", "moving", "and",
    "but", "with", "no", "heart", "wit", "story",
]  # fmt: skip
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def texts(count: int, start: int = 0) -> list[str]:
    """Distinct sentences of 2 to 15 words."""
    found = []
    for index in range(start, start + count):
        words = [WORDS[(index * (place + 3) + place) % len(WORDS)] for place in range(2 + index % 14)]
        found.append(" ".join([*words, str(index)]))
    return found


def tokenizer(side: str = "right", brackets: bool = True) -> PreTrainedTokenizerFast:
    """A word-piece tokeniser; with `brackets`, texts become [CLS] a [SEP] and pairs [CLS] a [SEP] b [SEP]."""
    built = Tokenizer(models.WordPiece(vocabulary(), unk_token="[UNK]"))
    built.pre_tokenizer = pre_tokenizers.Whitespace()
    built.add_special_tokens(SPECIAL)
    if brackets:
        built.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
    names = ["input_ids", *(["token_type_ids"] if brackets else []), "attention_mask"]
    return PreTrainedTokenizerFast(
        tokenizer_object=built, padding_side=side, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]",
        sep_token="[SEP]", model_input_names=names,
    )  # fmt: skip


def vocabulary() -> dict[str, int]:
    """Special tokens, the words above, and single letters and digits to spell everything else with: at most 120.

    Written down rather than trained: a trainer breaks ties at random, and no two runs would test the same encoder.
    """
    signs = string.ascii_lowercase + string.digits
    tokens = [*SPECIAL, *WORDS, *signs, *(f"##{sign}" for sign in signs)]
    return {token: number for number, token in enumerate(dict.fromkeys(tokens))}


def bert(seed: int = 0) -> PreTrainedModel:
    """A BERT of 2 layers, width 16, 64 positions."""
    config = BertConfig(
        vocab_size=120, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=64,
    )  # fmt: skip
    return _seeded(BertModel, config, seed)


def gpt2(seed: int = 0) -> PreTrainedModel:
    """A GPT-2 of 2 layers, width 16, 64 positions."""
    config = GPT2Config(
        vocab_size=120, n_embd=16, n_layer=2, n_head=2, n_positions=64, bos_token_id=None, eos_token_id=None
    )
    return _seeded(GPT2Model, config, seed)


def _seeded(kind: type[PreTrainedModel], config: BertConfig | GPT2Config, seed: int) -> PreTrainedModel:
    with torch.random.fork_rng():
        torch.manual_seed(1_000 + seed)  # no twin's seed, or the checkpoint would be its own twin
        return kind(config).eval()


def save(folder: Path, model: PreTrainedModel, side: str = "right", brackets: bool = True) -> Path:
    """Write model and tokeniser as transformers does."""
    model.save_pretrained(folder)
    tokenizer(side, brackets).save_pretrained(folder)
    return folder


def add_sentence_files(folder: Path, mode: str = "cls_token", prompts: dict[str, str] | None = None) -> Path:
    """Add sentence-transformers files: pooling `mode`, normalisation, 12 tokens, prompts with the first as default."""
    parts = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    listed = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in parts.items()]
    write(folder / "modules.json", listed)
    write(folder / "1_Pooling" / "config.json", {f"pooling_mode_{mode}": True, "pooling_mode_other": False})
    write(folder / "sentence_bert_config.json", {"max_seq_length": 12, "do_lower_case": True})
    default = next(iter(prompts)) if prompts else None
    write(folder / "config_sentence_transformers.json", {"prompts": prompts or {}, "default_prompt_name": default})
    return folder


def write(path: Path, value: object) -> None:
    """Write JSON."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value))
