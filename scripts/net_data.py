"""Tiny encoders and labelled data of every kind, from seeds, for `scripts/net.py`: what they know does not matter.

Everything is written into one folder, and is the same on every run; nothing comes from lit-hf, so that no change of it
can change its own material.
"""

from __future__ import annotations

import csv
import json
import string
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

WORDS = (
    "the", "a", "film", "plot", "was", "is", "very", "not", "good", "bad", "dull", "bright", "slow", "moving", "and",
    "but", "with", "no", "heart", "wit", "story", "of", "in", "it", "this",
)  # fmt: skip
GOOD, BAD = ("good", "bright", "moving", "heart", "wit"), ("bad", "dull", "slow", "no", "not")
TAGS = {**dict.fromkeys(GOOD, "GOOD"), **dict.fromkeys(BAD, "BAD")}
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
ROWS = 120
RACE = 700  # the race gives no verdict before three shells: 512 inputs
RATE = 8_000


def make(folder: Path) -> None:
    """Write encoders and data into `folder`; the names of the files are those that the commands of the net use."""
    encoders(folder)
    rng = np.random.default_rng(13)
    texts_and_labels(folder, rng)
    tokens(folder, rng)
    images(folder / "images", rng)
    sounds(folder / "sounds", rng)
    features(folder, rng)
    suites(folder)


def encoders(folder: Path) -> None:
    """Write three BERTs, the first of which tells good words from bad, an adapter of it, two ViTs, two wav2vec 2.0."""
    from transformers import BertConfig, BertModel, ViTConfig, ViTModel, Wav2Vec2Config, Wav2Vec2Model

    for name, width, seed in (("bert-a", 16, 1), ("bert-b", 16, 2), ("bert-c", 24, 3)):
        config = BertConfig(
            vocab_size=len(vocabulary()), hidden_size=width, num_hidden_layers=2, num_attention_heads=2,
            intermediate_size=32, max_position_embeddings=64,
        )  # fmt: skip
        model = seeded(BertModel, config, seed)
        if name == "bert-a":
            teach(model)
        model.save_pretrained(folder / name)
        tokenizer().save_pretrained(folder / name)
    adapter(folder)
    vit = ViTConfig(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=8
    )
    size = {"height": 16, "width": 16}
    pixels = {"do_resize": True, "size": size, "image_processor_type": "ViTImageProcessor"}
    sound = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, conv_dim=(8,) * 7,
    )  # fmt: skip
    waves = {"feature_extractor_type": "Wav2Vec2FeatureExtractor", "sampling_rate": 16_000, "do_normalize": True}
    waves |= {"feature_size": 1, "padding_value": 0.0, "return_attention_mask": False}
    media(folder, "vit", ViTModel, vit, pixels)
    media(folder, "wav2vec2", Wav2Vec2Model, sound, waves)


def media(folder: Path, name: str, kind: Any, config: Any, processor: Mapping[str, Any]) -> None:
    """Write two checkpoints of one architecture, each with the settings of its processor."""
    for place, letter in enumerate("ab"):
        target = folder / f"{name}-{letter}"
        seeded(kind, config, 10 + place).save_pretrained(target)
        (target / "preprocessor_config.json").write_text(json.dumps(processor), encoding="utf-8")


def teach(model: Any) -> None:
    """Move the embeddings of good words one way and those of bad ones the other, so that there is transfer."""
    import torch

    places, table = vocabulary(), model.get_input_embeddings().weight
    way = torch.sign(torch.arange(table.shape[1]) % 2 - 0.5) * 0.1
    with torch.no_grad():
        for word in WORDS:
            table[places[word]] += way * ((word in GOOD) - (word in BAD))


def seeded(kind: Any, config: Any, seed: int) -> Any:
    """Return a model with weights that `seed` decides, no twin's seed among them."""
    import torch

    torch.manual_seed(7_000 + seed)
    return kind(config).eval()


def adapter(folder: Path) -> None:
    """Write an adapter of `bert-a` with random differences, where peft is installed."""
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError:
        return
    import torch
    from transformers import AutoModel

    base = AutoModel.from_pretrained(folder / "bert-a")
    torch.manual_seed(7_100)
    model = get_peft_model(base, LoraConfig(r=2, target_modules=["query", "value"], init_lora_weights=False))
    model.save_pretrained(folder / "adapter")
    file = folder / "adapter" / "adapter_config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    # A set in peft becomes a list in an order that changes between runs.
    config |= {"base_model_name_or_path": "bert-a", "target_modules": sorted(config["target_modules"])}
    file.write_text(json.dumps(config, sort_keys=True), encoding="utf-8")


def vocabulary() -> dict[str, int]:
    """Return special tokens, the words, and letters and digits to spell everything else with."""
    signs = string.ascii_lowercase + string.digits
    tokens = [*SPECIAL, *WORDS, *signs, *(f"##{sign}" for sign in signs)]
    return {token: number for number, token in enumerate(dict.fromkeys(tokens))}


def tokenizer() -> Any:
    """Return a word-piece tokeniser; pairs become [CLS] a [SEP] b [SEP]."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    built = Tokenizer(models.WordPiece(vocabulary(), unk_token="[UNK]"))
    built.pre_tokenizer = pre_tokenizers.Whitespace()
    built.add_special_tokens(list(SPECIAL))
    built.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = ["input_ids", "token_type_ids", "attention_mask"]
    return PreTrainedTokenizerFast(
        tokenizer_object=built, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
        model_input_names=names, model_max_length=32,
    )  # fmt: skip


def sentences(rng: np.random.Generator, count: int) -> list[str]:
    """Return `count` sentences of 3 to 9 words; a few occur twice, so that a group has two members."""
    found = [" ".join(rng.choice(WORDS, int(rng.integers(3, 10)))) for _ in range(count)]
    return [found[place - 1] if place % 25 == 24 else text for place, text in enumerate(found)]


def mood(text: str) -> int:
    """Return how many words of `text` are good less how many are bad."""
    words = text.split()
    return sum(word in GOOD for word in words) - sum(word in BAD for word in words)


def texts_and_labels(folder: Path, rng: np.random.Generator) -> None:
    """Write classes, pairs, several labels (as lists and as columns), numbers, steps and a stream of texts."""
    texts = sentences(rng, ROWS)
    moods = [mood(text) for text in texts]
    noisy = [value + float(rng.normal(0, 0.7)) for value in moods]
    names = [("low", "middle", "high")[int(value > -0.5) + int(value > 0.8)] for value in noisy]
    write(folder / "classes.csv", {"text": texts, "label": names})
    write(folder / "other.csv", {"text": texts[::-1], "label": [int(value > 0) for value in noisy[::-1]]})
    (folder / "held").mkdir()
    write(folder / "held" / "train.csv", {"text": texts[:100], "label": names[:100]})
    write(folder / "held" / "validation.csv", {"text": texts[100:], "label": names[100:]})
    long = sentences(rng, RACE)
    write(folder / "race.csv", {"text": long, "label": [int(mood(text) > 0) for text in long]})
    others = sentences(rng, ROWS)
    same = [int((mood(a) > 0) == (mood(b) > 0)) for a, b in zip(texts, others, strict=True)]
    write(folder / "pairs.csv", {"text1": texts, "text2": others, "label": same})
    write(folder / "numbers.csv", {"text": texts, "label": [round(value * 4) / 4 + 0.25 for value in noisy]})
    write(folder / "steps.csv", {"text": texts, "label": [min(4, max(0, round(value) + 2)) for value in noisy]})
    marks = {
        "short": [int(len(text.split()) < 6) for text in texts],
        "good": [int(any(word in GOOD for word in text.split())) for text in texts],
        "bad": [int(value < 0) for value in noisy],
    }
    write(folder / "marks.csv", {"text": texts, **marks})
    rows = [
        {"text": text, "labels": [name for name, column in marks.items() if column[place]]}
        for place, text in enumerate(texts)
    ]
    lines(folder / "sets.jsonl", rows)


def tokens(folder: Path, rng: np.random.Generator) -> None:
    """Write sentences as lists of words and of tags."""
    rows = []
    for text in dict.fromkeys(sentences(rng, 40)):
        words = text.split()
        rows.append({"tokens": words, "tags": [TAGS.get(word, "NONE") for word in words]})
    lines(folder / "tokens.jsonl", rows)


def images(folder: Path, rng: np.random.Generator) -> None:
    """Write a folder of pictures for each class."""
    from PIL import Image

    for place in range(60):
        side = place % 2
        pixels = rng.integers(0, 150, (16, 16, 3)).astype(np.uint8)
        pixels[:, 8 * side : 8 * side + 8] += np.uint8(80)
        file = folder / ("left", "right")[side] / f"{place:03}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(file)


def sounds(folder: Path, rng: np.random.Generator) -> None:
    """Write a folder of short tones in noise for each class."""
    for place in range(60):
        high = place % 2
        pitch, length = 200 + 500 * high + float(rng.uniform(0, 100)), int(rng.integers(12, 16)) * RATE // 50
        samples = 0.4 * np.sin(2 * np.pi * pitch * np.arange(length) / RATE) + rng.normal(0, 0.1, length)
        file = folder / ("low", "high")[high] / f"{place:03}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(file), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes((samples.clip(-1, 1) * 32_767).astype("<i2").tobytes())


def features(folder: Path, rng: np.random.Generator) -> None:
    """Write features with labels of four kinds, with a baseline and without."""
    classes = rng.integers(0, 3, ROWS)
    rows = rng.normal(size=(ROWS, 6)).astype(np.float32)
    rows[:, :3] += np.eye(3, dtype=np.float32)[classes] * 2
    baseline = rng.normal(size=(ROWS, 4)).astype(np.float32)
    numbers = np.round(rows[:, 0] + rng.normal(0, 0.3, ROWS), 1).astype(np.float64)
    kinds = {"classes": classes, "numbers": numbers, "sets": (rows[:, :3] > 0.5).astype(np.int64)}
    for name, labels in kinds.items():
        np.savez(folder / f"features-{name}.npz", features=rows, labels=labels, baseline_features=baseline)
        np.savez(folder / f"features-{name}-alone.npz", features=rows, labels=labels)


def suites(folder: Path) -> None:
    """Write a suite of two datasets, and one with checkpoints."""
    two = "datasets:\n  - classes.csv\n  - dataset: other.csv\n    max_examples: 100\nmax_examples: 120\n"
    (folder / "suite.yaml").write_text(two + "orders: 1\ntwins: 1\n", encoding="utf-8")
    (folder / "models.yaml").write_text('models:\n  - bert-a\n  - model: bert-b\n    layer: "1"\n', encoding="utf-8")


def write(file: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write columns as csv."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def lines(file: Path, rows: Sequence[Any]) -> None:
    """Write rows as JSON, one a line."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
