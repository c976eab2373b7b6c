"""Static embeddings: one vector per token, and a text is their mean. Folders of model2vec and sentence-transformers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.encoders.chain.arrange import Head, settle
from lit_hf.encoders.chain.files import read_mapping
from lit_hf.encoders.checkpoint import Checkpoint
from lit_hf.encoders.contract import Encoded, EncoderInfo, Input, Text, WithInfo, texts_of
from lit_hf.encoders.policy import Policy
from lit_hf.encoders.recipe import Declared
from lit_hf.encoders.resolve import Choices, resolve_prompt, said_of
from lit_hf.encoders.tokenizing import digests_of
from lit_hf.encoders.towers import too_many_tokens
from lit_hf.encoders.vocabulary import Known, count_known
from lit_hf.errors import BadSetting, NoSafetensors, UnsupportedModel
from lit_hf.runtime.cache import digest_of
from lit_hf.runtime.hashes import file_sha256
from lit_hf.runtime.seeding import generator
from lit_hf.runtime.units import side_by_side

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from lit_hf.encoders.chain.weights import HeadNet

VERSION = 1
SAFE, PICKLED = "model.safetensors", "pytorch_model.bin"
MODEL2VEC_TOKENS = 512
"""Where model2vec cuts when its configuration does not say."""
_NAMES = ("embeddings", "embedding.weight")
"""The name of the table: model2vec's, and sentence-transformers'."""


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
    columns: int
    """Of the table, before the modules behind it."""
    head: Head = field(default_factory=Head)


class StaticEncoder(WithInfo):
    """The mean of the token vectors; a text without known tokens is the zero vector."""

    def __init__(
        self, reading: Reading, key: Mapping[str, Any], info: EncoderInfo, make_table: Callable[[], Table],
        make_head: Callable[[], HeadNet] | None = None,
    ) -> None:  # fmt: skip
        self._reading, self._key, self._info, self._make_table = reading, dict(key), info, make_table
        self._make_head = make_head

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return the features of `inputs`."""
        encodings = self._tokenize(texts_of(inputs))
        ids = self._known(encodings)
        rows = side_by_side([lambda: self._mean(ids)])[0]
        cut = sum(bool(each.overflowing) for each in encodings)
        return Encoded(rows, cut, entered=digests_of((each, ()) for each in ids))

    def entered(self, inputs: Sequence[Input]) -> np.ndarray:
        return digests_of((each, ()) for each in self._known(self._tokenize(texts_of(inputs))))

    def _known(self, encodings: Sequence[Encoding]) -> list[list[int]]:
        """Return the tokens of each text that have a vector."""
        return [[token for token in each.ids if token != self._reading.unknown] for each in encodings]

    def twin(self, seed: int) -> StaticEncoder:
        """Return a table of independent normal numbers, a vector of its own for each token, without weights."""
        shape, head = (self._reading.tokenizer.get_vocab_size(), self._reading.columns), self._reading.head
        info = replace(self._info, kind="random twin", id=f"random twin of {self._info.id}, seed {seed}", revision=None)
        key = {**self._key, "weights": f"random:{seed}"}
        drawn = partial(_fresh, head, seed) if head else None
        return StaticEncoder(self._reading, key, info, lambda: Table(_normal(seed, shape), None, None), drawn)

    def count_known(self, inputs: Sequence[Input]) -> Known:
        """Return how many tokens `inputs` have, and how many of them are unknown words."""
        tokenizer = self._reading.tokenizer
        return count_known([each.ids for each in self._tokenize(texts_of(inputs))], _unknown(tokenizer), ())

    def note(self, said: Mapping[str, str]) -> None:
        """Add to what a reader wants to know, for the record."""
        self._info = replace(self._info, sources={**self._info.sources, **said})

    def release(self) -> None:
        """Forget the table."""
        self.__dict__.pop("_table", None)
        self.__dict__.pop("_head", None)

    @cached_property
    def _table(self) -> Table:
        return self._make_table()

    @cached_property
    def _head(self) -> HeadNet | None:
        return None if self._make_head is None else self._make_head()

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
        if self._head is not None:
            with torch.inference_mode():
                rows = self._head.after(rows)
        if self._reading.normalize:
            rows = torch.nn.functional.normalize(rows, dim=-1)
        return np.asarray(rows.numpy(), dtype=np.float32)


def load_static(
    checkpoint: Checkpoint, declared: Declared, choices: Choices, policy: Policy, cache: Path
) -> StaticEncoder:  # fmt: skip
    """Return the encoder of a table and the modules behind it.

    Raises `UnsupportedModel`, `NoSafetensors`, or `BadSetting` for another layer.
    """
    from lit_hf.encoders.chain.weights import hash_head, load_head

    name, file = checkpoint.id, declared.weights / SAFE
    check_choices(choices)
    if not file.is_file():
        pickled = (declared.weights / PICKLED).is_file()
        raise NoSafetensors(name) if pickled else UnsupportedModel(name, f"it has no {SAFE} of token vectors")
    shape, own = _shape(checkpoint, file)
    settled = settle(declared.head, declared.head.width(shape[1], 1, name), declared.truncate_dim)
    config = read_mapping(checkpoint.folder / "config.json", name)
    beside = file.with_name("tokenizer.json")
    tokenizer = load_fast(beside if beside.is_file() else checkpoint.folder / "tokenizer.json", name)
    normalize = settled[1] or (bool(config.get("normalize")) and not settled[0])
    prompt, prompt_source = resolve_prompt(choices.prompt, declared)
    own_limit = config.get("max_length", MODEL2VEC_TOKENS) if own else None
    reading = make_reading(
        Reading(tokenizer, prompt, own_limit, _unknown(tokenizer) if own else None, normalize, shape[1], settled[0]),
        choices.max_tokens, shape[0] if _unmapped(file) else None, name,
    )  # fmt: skip
    limit = "the settings" if choices.max_tokens is not None else "config.json" if own else "the checkpoint names none"
    sources = {"pooling": "static embeddings", "prompt": prompt_source, "max_tokens": limit}
    info = describe_static(name, checkpoint.revision, reading, shape, sources | said_of(declared))
    content = file_sha256(file, cache)
    head, folders = reading.head, declared.head_weights
    if not head:
        return StaticEncoder(reading, make_key(reading, content), info, lambda: _load(file))
    content = digest_of([content, hash_head(head, folders, policy, name, cache)])
    made = partial(load_head, head, folders, policy, name)
    return StaticEncoder(reading, make_key(reading, content), info, lambda: _load(file), made)


def check_choices(choices: Choices) -> None:
    """Raise `BadSetting` for a layer or a pooling that a table of token vectors does not have."""
    for name, asked, only in (
        ("layer", choices.layer, ("last", "0", "-1")), ("pooling", choices.pooling, ("auto", "mean")),
    ):  # fmt: skip
        if asked not in only:
            raise BadSetting(name, asked, f"{only[0]}: static embeddings have one layer, and a text is their mean")


def describe_static(
    name: str, revision: str | None, reading: Reading, shape: tuple[int, int], sources: Mapping[str, str]
) -> EncoderInfo:  # fmt: skip
    """Return what a reader wants to know of a table of `shape`."""
    return EncoderInfo(
        id=name, revision=revision, kind="checkpoint", architecture="StaticEmbedding", parameters=shape[0] * shape[1],
        looked_up=shape[0] * shape[1],
        dim=reading.head.width(shape[1], 1, name), layer=0, pooling="mean", prompt=reading.prompt,
        max_tokens=reading.max_tokens, padding_side=None, dtype="float32", sources=sources,
    )  # fmt: skip


def make_reading(stated: Reading, max_tokens: int | None, rows: int | None, name: str) -> Reading:
    """Return what is stated with the smaller limit of tokens; raise `UnsupportedModel` for tokens without a row.

    rows: of a table with a vector for each token; None where tokens are mapped to rows.
    """
    limit, tokenizer = (
        min((each for each in (stated.max_tokens, max_tokens) if each is not None), default=None),
        stated.tokenizer,
    )
    largest = max(tokenizer.get_vocab().values(), default=-1)
    if rows is not None and largest >= rows:
        raise too_many_tokens(largest, rows, name)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if limit is not None:
        tokenizer.enable_truncation(limit)
    return replace(stated, max_tokens=limit)


def load_fast(file: Path, name: str) -> Tokenizer:
    """Return the tokeniser in a file; raise `UnsupportedModel` when there is none that can be read."""
    from tokenizers import Tokenizer

    if not file.is_file():
        raise UnsupportedModel(name, f"it has no {file.name}")
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # the library has no class of its own for this
        raise UnsupportedModel(name, f"its {file.name} cannot be read") from error


def _fresh(head: Head, seed: int) -> HeadNet:
    from lit_hf.encoders.chain.weights import fresh_head

    return fresh_head(head, seed)


def _shape(checkpoint: Checkpoint, file: Path) -> tuple[tuple[int, int], bool]:
    """Return (rows, d) of the table, and whether model2vec wrote it; raise `UnsupportedModel` for any other file."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as tensors:
            name = next((name for name in _NAMES if name in tensors.keys()), None)  # noqa: SIM118 - not a mapping
            shape = [] if name is None else tensors.get_slice(name).get_shape()
    except SafetensorError as error:
        raise UnsupportedModel(checkpoint.id, f"its {file.name} cannot be read as weights") from error
    if len(shape) != 2:
        raise UnsupportedModel(checkpoint.id, f"{file.name} has no table called {' or '.join(_NAMES)}")
    return (shape[0], shape[1]), name == "embeddings"


def _unmapped(file: Path) -> bool:
    from safetensors import safe_open

    with safe_open(file, framework="numpy") as tensors:
        return "mapping" not in tensors.keys()  # noqa: SIM118 - not a mapping


def _unknown(tokenizer: Tokenizer) -> int | None:
    """Return the id of the unknown token, which model2vec leaves out."""
    model = json.loads(tokenizer.to_str())["model"]
    return model.get("unk_id") if "unk_id" in model else tokenizer.token_to_id(model.get("unk_token") or "")


def make_key(reading: Reading, weights: str) -> dict[str, Any]:
    """Return the address of the features of a table whose content, and that of the modules behind it, is `weights`."""
    import torch

    return {
        **({"head": reading.head.key} if reading.head else {}),
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
