"""Files of a checkpoint that are odd, empty, cut or of another: each is an answer, whatever transformers raises."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lit_hf.encoders import Policy, load_encoder
from lit_hf.errors import LitError, UnsupportedModel
from tests.support import tiny


def put(name: str, content: str | bytes) -> Callable[[Path], object]:
    raw = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(raw)


def having(name: str, **values: Any) -> Callable[[Path], object]:
    """Change some keys of a JSON file."""
    return lambda folder: tiny.write(folder / name, {**json.loads((folder / name).read_text()), **values})


def cut(name: str, share: float) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(share * len(content))])

    return change


BROKEN: dict[str, Callable[[Path], object]] = {
    **{f"config.json: {text!r}": put("config.json", text) for text in ("", "[]", "null", "{", "{}", '"x"', "3", "\0")},
    "config.json: not utf-8": put("config.json", b'{"a": "\xff"}'),
    "config.json: deep": put("config.json", "[" * 100_000),
    **{
        f"config.json: {name} = {value!r}": having("config.json", **{name: value})
        for name, value in [
            ("hidden_size", "16"), ("hidden_size", None), ("hidden_size", -1), ("hidden_size", 0), ("hidden_size", 17),
            ("num_hidden_layers", 2.5), ("num_attention_heads", 0), ("vocab_size", "many"), ("vocab_size", 7),
            ("model_type", "no such type"), ("model_type", 3), ("model_type", None), ("dtype", "float33"),
            ("hidden_act", "no such function"), ("quantization_config", "none"), ("auto_map", 3),
        ]
    },
    **{f"tokenizer_config.json: {text!r}": put("tokenizer_config.json", text) for text in ("", "[]", "3", "{")},
    "tokenizer_config.json: model_max_length": having("tokenizer_config.json", model_max_length="a"),
    "tokenizer_config.json: no room": having("tokenizer_config.json", model_max_length=-3),
    **{f"tokenizer.json: {text!r}": put("tokenizer.json", text) for text in ("", "[]", "{}", "null")},
    "tokenizer.json: cut": cut("tokenizer.json", 0.5),
    **{
        f"modules.json: {text!r}": put("modules.json", text)
        for text in ("", "{}", "[]", "[3]", '[{"type": 3, "path": ""}]', '[{"type": "a"}]')
    },
    "model.safetensors: empty": put("model.safetensors", b""),
    "model.safetensors: cut at the start": cut("model.safetensors", 0.01),
    "model.safetensors: cut in the middle": cut("model.safetensors", 0.5),
    "model.safetensors: text": put("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
    "prompts as a list": put("config_sentence_transformers.json", '{"prompts": ["a"]}'),
    "max_seq_length a word": put("sentence_bert_config.json", '{"max_seq_length": "a"}'),
    "adapter of nothing": put("adapter_config.json", "[]"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_each_is_a_clear_error(kind: str, tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "m", tiny.bert())
    load = lambda: load_encoder(str(folder)).encode(["a film"])  # noqa: E731
    assert load().rows.shape == (1, 16)
    BROKEN[kind](folder)
    with pytest.raises(LitError) as caught:
        load()
    assert caught.value.message
    assert caught.value.next_step


@pytest.mark.parametrize("content", [b"", b"junk", b"\x80\x04cos\nsystem\n(S'true'\ntR."])
def test_a_bad_pickle_under_leave_is_a_clear_error(content: bytes, tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "m", tiny.bert())
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(content)
    with pytest.raises(UnsupportedModel, match="m cannot be used as an encoder"):
        load_encoder(str(folder), policy=Policy(allow_pickle=True)).encode(["a film"])
