"""Static embeddings: one vector per token, and a text is their mean. Folders of model2vec and sentence-transformers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.encoders.checkpoint import Checkpoint
from lit_hf.encoders.contract import Encoded, Encoder, EncoderInfo, Input, Text, texts_of
from lit_hf.errors import BadSetting, UnsupportedModel
from lit_hf.runtime.cache import digest_of
from lit_hf.runtime.hashes import file_sha256
from lit_hf.runtime.seeding import generator
from lit_hf.runtime.units import side_by_side

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

VERSION = 1
MODEL2VEC_TOKENS = 512
"""Where model2vec cuts when its configuration does not say."""
_NAMES = {"embeddings": "config.json", "embedding.weight": "modules.json"}
"""The name of the table, and the file that makes a folder of this kind known."""


@dataclass(frozen=True)
class Table:
    """`vectors` float32 [rows, d]; `row` int64 [vocabulary] of each token and its `weight`, float32, or None."""

    vectors: np.ndarray
    row: np.ndarray | None
    weight: np.ndarray | None


@dataclass(frozen=True)
class Reading:
    """How a text becomes tokens and tokens a vector."""

    tokenizer: Tokenizer
    prompt: str
    max_tokens: int | None
    unknown: int | None
    """The token that is left out of the mean, or None."""
    normalize: bool


class StaticEncoder(Encoder):
    """The mean of the token vectors; a text without known tokens is the zero vector."""

    def __init__(
        self, reading: Reading, key: Mapping[str, Any], info: EncoderInfo, make_table: Callable[[], Table]
    ) -> None:
        self._reading, self._key, self._info, self._make_table = reading, dict(key), info, make_table

    @property
    def key(self) -> Mapping[str, Any]:
        return self._key

    @property
    def info(self) -> EncoderInfo:
        return self._info

    @property
    def dim(self) -> int:
        return self._info.dim

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return the features of `inputs`."""
        encodings = self._tokenize(texts_of(inputs))
        ids = [[token for token in each.ids if token != self._reading.unknown] for each in encodings]
        rows = side_by_side([lambda: self._mean(ids)])[0]
        return Encoded(rows, sum(bool(each.overflowing) for each in encodings))

    def twin(self, seed: int) -> StaticEncoder:
        """Return a table of independent normal numbers, a vector of its own for each token, without weights."""
        shape = (self._reading.tokenizer.get_vocab_size(), self.dim)
        info = replace(self._info, kind="random twin", id=f"random twin of {self._info.id}, seed {seed}", revision=None)
        key = {**self._key, "weights": f"random:{seed}"}
        return StaticEncoder(self._reading, key, info, lambda: Table(_normal(seed, shape), None, None))

    def release(self) -> None:
        """Forget the table."""
        self.__dict__.pop("_table", None)

    @cached_property
    def _table(self) -> Table:
        return self._make_table()

    def _tokenize(self, inputs: Sequence[Text]) -> list[Encoding]:
        prompt, tokenizer = self._reading.prompt, self._reading.tokenizer
        whole = [prompt + value if isinstance(value, str) else (prompt + value[0], value[1]) for value in inputs]
        found: list[Encoding] = tokenizer.encode_batch(whole, add_special_tokens=False)
        return found

    def _mean(self, ids: Sequence[Sequence[int]]) -> np.ndarray:
        """Return float32 [n, d]."""
        import torch

        counts = torch.tensor([len(each) for each in ids])
        flat = torch.tensor([token for each in ids for token in each], dtype=torch.int64)
        table = self._table
        where = flat if table.row is None else torch.from_numpy(table.row)[flat]
        weight = None if table.weight is None else torch.from_numpy(table.weight)[flat]
        sums = torch.nn.functional.embedding_bag(
            where, torch.from_numpy(table.vectors), counts.cumsum(0) - counts, mode="sum", per_sample_weights=weight
        )
        rows = sums / counts.clamp(min=1)[:, None]
        if self._reading.normalize:
            rows = torch.nn.functional.normalize(rows, dim=-1)
        return np.asarray(rows.numpy(), dtype=np.float32)


def static_file(folder: Path) -> Path | None:
    """Return the safetensors file of a folder that holds a static embedding, else None."""
    listed = _read_json(folder / "modules.json") or []
    paths = [module["path"] for module in listed if str(module["type"]).endswith(".StaticEmbedding")]
    if not paths and _read_json(folder / "config.json", {}).get("model_type") != "model2vec":
        return None
    file = folder / (paths[0] if paths else ".") / "model.safetensors"
    return file if file.is_file() else None


def load_static(
    checkpoint: Checkpoint, file: Path, *, layer: str, pooling: str, prompt: str, max_tokens: int | None, cache: Path
) -> StaticEncoder:
    """Return the encoder of the table in `file`; raise `UnsupportedModel`, or `BadSetting` for another layer."""
    for name, asked, only in (("layer", layer, ("last", "0", "-1")), ("pooling", pooling, ("auto", "mean"))):
        if asked not in only:
            raise BadSetting(name, asked, f"{only[0]}: static embeddings have one layer, and a text is their mean")
    shape, own = _shape(checkpoint, file)
    reading = _reading(checkpoint.folder, file, "" if prompt == "auto" else prompt, max_tokens, own)
    limit = "the settings" if max_tokens is not None else "config.json" if own else "the checkpoint names none"
    info = EncoderInfo(
        id=checkpoint.id, revision=checkpoint.revision, kind="checkpoint", architecture="StaticEmbedding",
        parameters=shape[0] * shape[1], dim=shape[1], layer=0, pooling="mean", prompt=reading.prompt,
        max_tokens=reading.max_tokens, padding_side=None, dtype="float32",
        sources={"pooling": "static embeddings", "prompt": "the settings" if reading.prompt else "none",
                 "max_tokens": limit},
    )  # fmt: skip
    return StaticEncoder(reading, _key(reading, file_sha256(file, cache)), info, lambda: _load(file))


def _shape(checkpoint: Checkpoint, file: Path) -> tuple[tuple[int, int], bool]:
    """Return (rows, d) of the table, and whether model2vec wrote it."""
    from safetensors import safe_open

    with safe_open(file, framework="numpy") as tensors:
        name = next((name for name in _NAMES if name in tensors.keys()), None)  # noqa: SIM118 - not a mapping
        if name is None:
            raise UnsupportedModel(checkpoint.id, f"{file.name} has no table called {' or '.join(_NAMES)}")
        rows, dim = tensors.get_slice(name).get_shape()
    return (rows, dim), name == "embeddings"


def _reading(folder: Path, file: Path, prompt: str, max_tokens: int | None, own: bool) -> Reading:
    from tokenizers import Tokenizer

    beside = file.with_name("tokenizer.json")
    tokenizer = Tokenizer.from_file(str(beside if beside.is_file() else folder / "tokenizer.json"))
    config = _read_json(folder / "config.json", {})
    limit = config.get("max_length", MODEL2VEC_TOKENS) if own else None
    limit = min((each for each in (limit, max_tokens) if each is not None), default=None)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if limit is not None:
        tokenizer.enable_truncation(limit)
    modules = [str(module["type"]) for module in _read_json(folder / "modules.json") or []]
    normalize = bool(config.get("normalize")) or any(kind.endswith(".Normalize") for kind in modules)
    return Reading(tokenizer, prompt, limit, _unknown(tokenizer) if own else None, normalize)


def _unknown(tokenizer: Tokenizer) -> int | None:
    """Return the id of the unknown token, which model2vec leaves out."""
    model = json.loads(tokenizer.to_str())["model"]
    return model.get("unk_id") if "unk_id" in model else tokenizer.token_to_id(model.get("unk_token") or "")


def _key(reading: Reading, weights: str) -> dict[str, Any]:
    import torch

    return {
        "kind": "static text", "version": VERSION, "weights": weights, "prompt": reading.prompt,
        "tokeniser": digest_of(json.loads(reading.tokenizer.to_str())), "max_tokens": reading.max_tokens,
        "unknown": reading.unknown, "normalize": reading.normalize,
        "engine": {"torch": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()},
    }  # fmt: skip


def _load(file: Path) -> Table:
    from safetensors.numpy import load_file

    tensors = load_file(file)
    vectors = next(tensors[name] for name in _NAMES if name in tensors)
    row, weight = tensors.get("mapping"), tensors.get("weights")
    return Table(
        np.ascontiguousarray(vectors, dtype=np.float32), None if row is None else row.astype(np.int64),
        None if weight is None else weight.astype(np.float32),
    )  # fmt: skip


def _normal(seed: int, shape: tuple[int, int]) -> np.ndarray:
    return generator(seed, "static table").standard_normal(shape, dtype=np.float32)


def _read_json(path: Path, absent: Any = None) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else absent
