"""A model's name to a folder at a pinned commit, and that folder to configuration, tokeniser and weights.

The policy lives here: safetensors only unless pickles are allowed, no code of the repository unless it is asked for and
pinned, an explicit dtype, and no weight that a checkpoint lacks is made up in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.config import split_model
from lit_hf.encoders.chain.listing import MODULES, named_folders
from lit_hf.encoders.chain.router import ROUTERS
from lit_hf.encoders.content import files_hash
from lit_hf.encoders.policy import Policy
from lit_hf.encoders.quantised import check_quantised
from lit_hf.encoders.remote import check_code, without_code
from lit_hf.encoders.towers import has_decoder, model_class
from lit_hf.encoders.vocabulary import check_limit, check_not_empty
from lit_hf.errors import LitError, NoSafetensors, UnknownModel, UnsafeRemoteCode, UnsupportedModel, nearest
from lit_hf.runtime.hubrepo import Commit, download, resolve_commit, similar_repos
from lit_hf.runtime.memory import offload_folder, out_of_memory
from lit_hf.runtime.seeding import forked

if TYPE_CHECKING:
    from torch import nn
    from transformers import PretrainedConfig, PreTrainedTokenizerBase

_SMALL = (".json", ".txt", ".model", ".jinja", ".md", ".vocab", ".bpe")
_OWN_FILES = re.compile(r"^(\d+_\w+/)?[^/]+$")
"""The root and the modules of sentence-transformers ("1_Pooling/config.json"), not exports such as onnx/."""
_EXPORTS = {"onnx", "openvino"}


@dataclass(frozen=True)
class Checkpoint:
    """A folder with a model; `revision` is the Hub's commit, None for a local folder."""

    id: str
    revision: str | None
    folder: Path


def find_checkpoint(model: str, policy: Policy) -> Checkpoint:
    """Return the folder of a local path or a Hub id with optional `@revision`, downloading it when needed.

    Raises `UnknownModel` (with the nearest names), `UnknownRevision`, `GatedRepository`, `OfflineNotCached`,
    `NoSafetensors`, and `UnsafeRemoteCode` when remote code is wanted from a Hub id without a pinned revision.
    """
    name, revision = split_model(model)
    path = Path(name).expanduser()
    if path.is_dir():
        if not _has_config(path):
            raise UnsupportedModel(name, "the folder has no config.json")
        return Checkpoint(name, None, path)
    require_hub_name(name)
    if policy.trust_remote_code and revision is None:
        raise UnsafeRemoteCode(name)
    commit = resolve_commit(name, revision, "model", _unknown)
    folder = download(commit, wanted_files(name, commit, policy), "model", _unknown)
    return Checkpoint(name, commit.sha, folder)


def require_hub_name(name: str) -> None:
    """Raise `UnknownModel` for what is no folder and cannot be a repository; a file is neither."""
    path = Path(name).expanduser()
    if path.exists() or not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name) or name.startswith("."):
        raise UnknownModel(name, _similar_folders(path))


def load_config(checkpoint: Checkpoint, folder: Path, policy: Policy) -> PretrainedConfig:
    """Return the configuration; raise `UnsafeRemoteCode`, `UnsupportedModel`, or what `check_quantised` raises."""
    from transformers import AutoConfig

    _check_code(checkpoint, folder, policy)
    with loading(checkpoint):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=policy.trust_remote_code)
    check_quantised(checkpoint.id, config)
    return config if policy.trust_remote_code else without_code(config)


def load_tokenizer(checkpoint: Checkpoint, folder: Path, policy: Policy) -> PreTrainedTokenizerBase:
    """Return the tokeniser; raise `UnsafeRemoteCode` or `UnsupportedModel`, also for one that has no words."""
    from transformers import AutoTokenizer

    _check_code(checkpoint, folder, policy)
    with loading(checkpoint):
        found = AutoTokenizer.from_pretrained(folder, trust_remote_code=policy.trust_remote_code)
        check_not_empty(found, checkpoint.id)
        check_limit(found, checkpoint.id)
    return found


def load_processor(checkpoint: Checkpoint, folder: Path, policy: Policy, medium: str) -> Any:
    """Return the image processor or the feature extractor; raise `UnsafeRemoteCode` or `UnsupportedModel`.

    The processors that compute with PIL: those of torchvision give other pixels, and are not there everywhere.
    """
    from transformers import AutoFeatureExtractor, AutoImageProcessor

    code = policy.trust_remote_code
    _check_code(checkpoint, folder, policy)
    with loading(checkpoint), quiet():
        if medium == "image":
            return AutoImageProcessor.from_pretrained(folder, backend="pil", trust_remote_code=code)
        return AutoFeatureExtractor.from_pretrained(folder, trust_remote_code=code)


def _check_code(checkpoint: Checkpoint, folder: Path, policy: Policy) -> None:
    check_code(checkpoint.id, [folder], policy, checkpoint.revision is None)


def load_weights(
    checkpoint: Checkpoint, folder: Path, policy: Policy, dtype: str, spread: bool = False
) -> nn.Module:  # fmt: skip
    """Return the pretrained body in `dtype`; `spread` over the machine's devices, shard by shard, if asked for.

    Raises `UnsupportedModel` when the checkpoint lacks weights of the body: transformers would draw them at random and
    the "pretrained" arm would be partly a twin. Poolers and decoders are exempt: no feature passes through them.
    """
    import torch

    where = {"device_map": "auto", "offload_folder": str(offload_folder())} if spread else {}
    kind = model_class(load_config(checkpoint, folder, policy), checkpoint.id)
    with loading(checkpoint), quiet(), forked(0):
        model, report = kind.from_pretrained(
            folder, dtype=getattr(torch, dtype), trust_remote_code=policy.trust_remote_code,
            use_safetensors=None if policy.allow_pickle else True, output_loading_info=True,
            **where,
        )  # fmt: skip
    unused = ("pooler.", "decoder.") if has_decoder(model) else ("pooler.",)
    missing = sorted(key for key in report["missing_keys"] if not key.startswith(unused))
    if missing:
        raise UnsupportedModel(checkpoint.id, f"it has no weights for {missing[0]} and {len(missing) - 1} more")
    return model


def weights_hash(checkpoint: Checkpoint, folder: Path, policy: Policy, cache: Path) -> str:
    """Return a hash of the weights' files, by name and content, with the index that finds what lies in which.

    An adapter that lies beside them is merged by transformers, so its settings belong to them. Raises `NoSafetensors`
    when there are only pickles.
    """
    files = list(folder.glob("*.safetensors"))
    if policy.allow_pickle and not files:
        files = [*folder.glob("pytorch_model*.bin"), *folder.glob("*.pt")]
    if not files:
        pickled = any(folder.glob("*.bin")) or any(folder.glob("*.pt"))
        raise NoSafetensors(checkpoint.id) if pickled else UnsupportedModel(checkpoint.id, "it has no weights")
    beside = [*folder.glob("*.index.json"), *folder.glob("adapter_config.json")]
    return files_hash(folder, [*files, *beside], cache)


def wanted_files(name: str, commit: Commit, policy: Policy) -> list[str]:
    """Choose what to download: small files, and one set of weights for each folder that modules.json names.

    Raises `NoSafetensors` for weights that are pickles only, and `UnsupportedModel` when there are none.
    """
    files, folders = commit.files, module_folders(name, commit)
    own = _own(files, folders)
    places = sorted({file.rpartition("/")[0] for file in own})
    weights = [file for place in places for file in _one_set(name, place, own, policy)]
    if files and not weights:
        pickled = _weights(own, r".*\.(bin|pt|ckpt)")
        raise NoSafetensors(name) if pickled else UnsupportedModel(name, "it has no weights")
    code = [file for file in own if policy.trust_remote_code and file.endswith(".py")]
    return small_files(files, folders) + weights + code


def small_files(files: Sequence[str], folders: Sequence[str] = ()) -> list[str]:
    """Return configuration, tokeniser and the like: all that is needed but the weights."""
    return [file for file in _own(files, folders) if file.endswith(_SMALL)]


def module_folders(name: str, commit: Commit) -> tuple[str, ...]:
    """Return the folders that a repository's modules.json and its routers name, from these small files.

    None for a plain repository. What lies below a folder belongs to it, so routers inside it are not read.
    """
    if MODULES not in commit.files:
        return ()
    small = [file for file in commit.files if file in (MODULES, "config.json", *ROUTERS)]
    return named_folders(download(commit, small, "model", _unknown), name)


def _own(files: Sequence[str], folders: Sequence[str]) -> list[str]:
    """Return the files of the root and of its modules, whose routes lie deeper, but no exports such as onnx/."""
    below = tuple(f"{folder}/" for folder in folders)
    return [
        file for file in files
        if _OWN_FILES.match(file) or (file.startswith(below) and not _EXPORTS & set(file.split("/")))
    ]  # fmt: skip


def _one_set(name: str, place: str, own: Sequence[str], policy: Policy) -> list[str]:
    """Return one set of weights of the folder `place`; raise `NoSafetensors` where pickles are all it has."""
    here = [file for file in own if file.rpartition("/")[0] == place]
    found = _weights(here, r"model.*\.safetensors") or _weights(here, r".*\.safetensors")
    pickled = [] if found else _weights(here, r"pytorch_model.*\.bin")
    if pickled and not policy.allow_pickle:
        raise NoSafetensors(name)
    return found or pickled


def _weights(files: list[str], pattern: str) -> list[str]:
    return [file for file in files if re.fullmatch(pattern, file.rsplit("/", 1)[-1])]


def _has_config(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("config.json", "modules.json", "adapter_config.json"))


def _similar_folders(path: Path) -> list[str]:
    parent = path.parent if path.parent.is_dir() else Path()
    siblings = [entry.name for entry in parent.iterdir() if entry.is_dir()]
    return [str(path.parent / name) for name in nearest(path.name, siblings)]


def _unknown(name: str) -> UnknownModel:
    return UnknownModel(name, similar_repos(name, "model"))


@contextmanager
def loading(checkpoint: Checkpoint) -> Iterator[None]:
    """Turn what transformers raises, which tells its kinds apart by text only, into errors of lit-hf.

    Files that are empty, cut or odd make it fail in any way; want of memory stays itself.
    """
    try:
        yield
    except LitError:
        raise
    except RuntimeError as error:
        if out_of_memory(error) or "CUDA" in str(error):
            raise
        if "ignore_mismatched_sizes" not in str(error):
            raise _unreadable(checkpoint, error) from error
        raise UnsupportedModel(checkpoint.id, "its weights have other shapes than its config.json says") from error
    except (OSError, ValueError, KeyError, ImportError) as error:
        text = str(error)
        if "trust_remote_code" in text:  # asked for by the names of its files; here is nothing of transformers' own
            what = "transformers has no code of its own for it"
            raise UnsafeRemoteCode(checkpoint.id, what, checkpoint.revision is None) from error
        if "safetensors" in text and isinstance(error, OSError):
            raise NoSafetensors(checkpoint.id) from error
        raise UnsupportedModel(checkpoint.id, _one_line(text) or type(error).__name__) from error
    except Exception as error:  # TypeError, AttributeError, SafetensorError, UnpicklingError, ...: of odd files
        if out_of_memory(error):
            raise
        raise _unreadable(checkpoint, error) from error


def _unreadable(checkpoint: Checkpoint, error: Exception) -> UnsupportedModel:
    what = f"transformers cannot read its files ({type(error).__name__}: {_one_line(error)})"
    return UnsupportedModel(checkpoint.id, what, "Check config.json and the other files, or fetch them again.")


def _one_line(text: Any) -> str:
    return " ".join(str(text).split())[:200].rstrip(".")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' bar and its list of unused heads off the terminal: what matters of it is checked here."""
    from transformers.utils import logging

    level, shown = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()
