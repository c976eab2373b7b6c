"""What sentence-transformers itself reads, under lit-hf's policy: no code and no pickles unless they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lit_hf.config import LIBRARY
from lit_hf.encoders.body_size import size_of_body
from lit_hf.encoders.chain import files
from lit_hf.encoders.chain.prompts import CONFIG, choose_prompt
from lit_hf.encoders.checkpoint import Checkpoint, quiet
from lit_hf.encoders.contract import Encoded, Encoder, EncoderInfo, Input, WithInfo, texts_of
from lit_hf.encoders.policy import Policy
from lit_hf.encoders.redraw import redrawn
from lit_hf.encoders.remote import check_code, own_code
from lit_hf.encoders.resolve import Choices
from lit_hf.errors import BadSetting, LitError, MissingExtra, NoSafetensors, UnsafeRemoteCode, UnsupportedModel
from lit_hf.runtime.cache import digest_of
from lit_hf.runtime.devices import find_place
from lit_hf.runtime.hashes import file_sha256
from lit_hf.runtime.memory import out_of_memory
from lit_hf.runtime.native import NATIVE, PLAIN, arithmetic_of, native_dtype
from lit_hf.runtime.units import side_by_side

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

VERSION = 1
BATCH = 32
NO_TWIN = f"read by {LIBRARY}, it has weights that nothing says how to draw anew, so there is no random twin"
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")


@dataclass(frozen=True)
class Asked:
    """How the library is asked for features."""

    prompt: str
    route: str | None
    max_tokens: int | None
    dtype: str
    device: str
    batch: int = BATCH


class LibraryEncoder(WithInfo):
    """A SentenceTransformer as the library loads it; of its modules lit-hf knows nothing."""

    no_baseline: ClassVar[str] = NO_TWIN

    def __init__(self, asked: Asked, key: Mapping[str, Any], info: EncoderInfo, make: Callable[[], Any]) -> None:
        self._asked, self._key, self._info, self._make = asked, dict(key), info, make

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return the library's embeddings; it plans its own batches over `inputs`."""
        texts = list(texts_of(inputs))
        task = {} if self._asked.route is None else {"task": self._asked.route}
        work = partial(
            self._model.encode, texts, prompt=self._asked.prompt, batch_size=self._asked.batch, show_progress_bar=False,
            convert_to_numpy=True, **task,
        )  # fmt: skip
        with _answered(self._info.id):
            rows = np.asarray(side_by_side([work])[0], dtype=np.float32)
        return Encoded(rows, self._count_cut(texts))

    def baselines(self, count: int, seed: int) -> list[Encoder]:
        """Return random twins; none where weights cannot all be drawn anew."""
        return super().baselines(count, seed) if redrawn(self._make(), 0) is not None else []

    def twin(self, seed: int) -> Encoder:
        """Return the same modules with fresh weights; raise `UnsupportedModel` where there is no way to them."""
        info = replace(self._info, kind="random twin", id=f"random twin of {self._info.id}, seed {seed}", revision=None)
        return LibraryEncoder(self._asked, {**self._key, "weights": self._twin_weights(seed)}, info,
                              partial(self._redraw, seed))  # fmt: skip

    def one_by_one(self) -> LibraryEncoder:
        """Return the same encoder with one input in a pass, for networks whose outputs others beside it change."""
        asked = replace(self._asked, batch=1)
        found = LibraryEncoder(asked, {**self._key, "batch": 1}, self._info, self._make)
        if "_model" in self.__dict__:
            found.__dict__["_model"] = self._model
        return found

    def note(self, said: Mapping[str, str]) -> None:
        """Add to what a reader wants to know, for the record."""
        self._info = replace(self._info, sources={**self._info.sources, **said})

    def release(self) -> None:
        """Forget the model."""
        self.__dict__.pop("_model", None)

    @cached_property
    def _model(self) -> Any:
        return self._make()

    def _twin_weights(self, seed: int) -> str:
        """Return the address of a twin's weights: unlike that of a network of transformers, it names its checkpoint."""
        return f"random:{seed}:{self._key['weights']}"

    def _redraw(self, seed: int) -> Any:
        found = redrawn(self._make(), seed)
        if found is None:
            raise UnsupportedModel(self._info.id, NO_TWIN)
        return found

    def _count_cut(self, texts: Sequence[Any]) -> int:
        """Count the inputs that lose tokens, where a tokeniser and a limit are known."""
        tokenizer, limit = getattr(self._model, "tokenizer", None), self._model.max_seq_length
        if not hasattr(tokenizer, "model_max_length") or limit is None or not limit < 10**9:
            return 0
        return sum(length > limit for length in _lengths(tokenizer, texts, self._asked.prompt))


def load_with_library(
    checkpoint: Checkpoint, choices: Choices, policy: Policy, cache: Path, medium: str
) -> LibraryEncoder:  # fmt: skip
    """Return the encoder of a checkpoint as the library reads it.

    Raises `MissingExtra` without the library, `NoSafetensors`, `UnsafeRemoteCode`, `UnsupportedModel` for what it does
    not read, and `BadSetting` for settings that need to know its modules.
    """
    _check(choices, medium)
    folders = sorted({file.parent for file in checkpoint.folder.rglob("*config.json")})
    readable = [folder for folder in folders if _names_code_or_none(folder, checkpoint.id)]
    check_code(checkpoint.id, readable, policy, checkpoint.revision is None)
    pickled = pickled_files(checkpoint.folder)
    if pickled and not policy.allow_pickle:
        raise NoSafetensors(checkpoint.id)
    prompt, source = _prompt(checkpoint, choices)
    device = find_place(choices.device).device
    dtype = {"auto": PLAIN, NATIVE: native_dtype(device)}.get(choices.dtype, choices.dtype)
    asked = Asked(prompt, choices.route, choices.max_tokens, dtype, device)
    make = partial(_load, checkpoint, policy, asked)
    model = make()
    key = make_key(asked, content_hash(checkpoint.folder, cache))
    found = LibraryEncoder(asked, key, _describe(checkpoint, asked, model, source), make)
    found.__dict__["_model"] = model
    return found


def _names_code_or_none(folder: Path, name: str) -> bool:
    """Tell whether the files of a folder can be read; of the others the library says what it makes of them."""
    try:
        own_code([folder], name)
    except UnsupportedModel:
        return False
    return True


def pickled_files(folder: Path) -> list[Path]:
    """Return the pickles that the library would read: those without safetensors beside them."""
    pickled = [file for file in sorted(folder.rglob("*")) if file.suffix in _PICKLES and file.is_file()]
    return [file for file in pickled if not any(file.parent.glob("*.safetensors"))]


def content_hash(folder: Path, cache: Path) -> str:
    """Return a hash of all that the library might read in a folder, by name and content."""
    kept = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix != ".md"]
    shown = [file for file in kept if not any(part.startswith(".") for part in file.relative_to(folder).parts)]
    return digest_of([[file.relative_to(folder).as_posix(), file_sha256(file, cache)] for file in shown])


def make_key(asked: Asked, weights: str) -> dict[str, Any]:
    """Return the address of the features."""
    import sentence_transformers
    import torch
    import transformers

    kind = asked.device.partition(":")[0]
    capability = torch.backends.cpu.get_cpu_capability() if kind == "cpu" else kind
    return {
        **arithmetic_of(asked.dtype, kind),
        "kind": f"{LIBRARY} text", "version": VERSION, "weights": weights, "prompt": asked.prompt,
        "route": asked.route, "max_tokens": asked.max_tokens, "dtype": asked.dtype, "batch": asked.batch,
        "device": kind,
        "engine": {"torch": torch.__version__, "transformers": transformers.__version__, "capability": capability,
                   LIBRARY: sentence_transformers.__version__},
    }  # fmt: skip


def _check(choices: Choices, medium: str) -> None:
    for name, asked, only in (("layer", choices.layer, ("last", "-1")), ("pooling", choices.pooling, ("auto",))):
        if asked not in only:
            raise BadSetting(name, asked, f"{only[0]}: of what {LIBRARY} reads, its embeddings are all that is known")
    if medium != "text" or choices.spread:
        raise BadSetting("loader", LIBRARY, "left out for images, sounds and models over several devices")


def _prompt(checkpoint: Checkpoint, choices: Choices) -> tuple[str, str]:
    config = files.read_mapping(checkpoint.folder / CONFIG, checkpoint.id)
    found = choose_prompt(
        config.get("prompts") or {}, config.get("default_prompt_name"), choices.route, CONFIG, checkpoint.id
    )
    if choices.prompt == "auto":
        return found.prompt, found.source
    return found.named.get(choices.prompt, choices.prompt), "the settings"


def _load(checkpoint: Checkpoint, policy: Policy, asked: Asked) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtra(LIBRARY, LIBRARY) from error
    options = {"dtype": asked.dtype, **({} if policy.allow_pickle else {"use_safetensors": True})}
    with _answered(checkpoint.id), quiet():
        model = SentenceTransformer(
            str(checkpoint.folder), device=asked.device, trust_remote_code=policy.trust_remote_code,
            local_files_only=True, model_kwargs=options,
        )  # fmt: skip
    if asked.max_tokens is not None and (model.max_seq_length is None or asked.max_tokens < model.max_seq_length):
        model.max_seq_length = asked.max_tokens
    return model.eval()


@contextmanager
def _answered(name: str) -> Iterator[None]:
    """Turn what the library or one of its modules raises into `UnsupportedModel`; want of memory stays itself."""
    try:
        yield
    except LitError:
        raise
    except Exception as error:  # modules of any origin raise anything
        text = " ".join(str(error).split())
        if out_of_memory(error):
            raise
        if "trust_remote_code" in text:
            raise UnsafeRemoteCode(name) from error
        why = f"{LIBRARY} does not read it ({type(error).__name__}: {text[:160].rstrip('.')})"
        raise UnsupportedModel(name, why, "Give a checkpoint that it reads.") from error


def _describe(checkpoint: Checkpoint, asked: Asked, model: Any, prompt_source: str) -> EncoderInfo:
    limit = model.max_seq_length
    kinds = ", ".join(type(module).__name__ for module in model)
    size = size_of_body(model)
    with _answered(checkpoint.id):
        dim = int(model.encode(["a"], show_progress_bar=False).shape[1])
    return EncoderInfo(
        id=checkpoint.id, revision=checkpoint.revision, kind="checkpoint", architecture=kinds,
        parameters=size.parameters, looked_up=size.looked_up, dim=dim, layer=None,
        pooling=None, prompt=asked.prompt, max_tokens=limit if limit is not None and limit < 10**9 else None,
        padding_side=None, dtype=asked.dtype,
        sources={"loader": f"{LIBRARY}, which decides pooling and all modules", "prompt": prompt_source},
    )  # fmt: skip


def _lengths(tokenizer: PreTrainedTokenizerBase, texts: Sequence[Any], prompt: str) -> list[int]:
    first = [prompt + (text if isinstance(text, str) else text[0]) for text in texts]
    second = [text[1] for text in texts if not isinstance(text, str)] or None
    return [len(each) for each in tokenizer(first, second, truncation=False, padding=False)["input_ids"]]
