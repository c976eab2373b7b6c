"""One repository on the Hub, read-only: its commit is resolved once, and failures become errors with a next step.

This is the loaders' only door to huggingface_hub. The commit that `resolve_commit` gives is passed to every later call.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lit_hf.errors import GatedRepository, LitError, OfflineNotCached, UnknownRevision, nearest
from lit_hf.runtime.cache import cache_root, digest_of, write_json

RepoType = Literal["model", "dataset"]


@dataclass(frozen=True)
class Commit:
    """A repository at one commit, and its `files`: none are known of what other tools put into the Hub's cache."""

    repo: str
    sha: str
    files: tuple[str, ...]
    from_cache: bool = False
    """True when the Hub could not be asked, so nothing can be downloaded."""


@contextmanager
def hub_errors(repo: str, revision: str | None, kind: RepoType, unknown: Callable[[str], LitError]) -> Iterator[None]:
    """Turn huggingface_hub's exceptions into errors of lit-hf; `unknown` builds the one for a name that nobody has."""
    from huggingface_hub import errors as hub

    address = _address(repo, kind)
    try:
        yield
    except hub.GatedRepoError as error:  # a subclass of RepositoryNotFoundError, so it comes first
        raise GatedRepository(address) from error
    except hub.RevisionNotFoundError as error:
        raise UnknownRevision(repo, revision or "main") from error
    except (hub.RepositoryNotFoundError, hub.HFValidationError) as error:
        raise unknown(repo) from error
    except (hub.LocalEntryNotFoundError, hub.OfflineModeIsEnabled) as error:
        raise OfflineNotCached(address) from error
    except hub.HfHubHTTPError as error:
        raise LitError(
            f"the Hub answered with an error for {repo}: {_first_line(error)}", "Try again later."
        ) from error


def _address(repo: str, kind: RepoType) -> str:
    """Return the repository's path on the Hub's site."""
    return repo if kind == "model" else f"datasets/{repo}"


def resolve_commit(repo: str, revision: str | None, kind: RepoType, unknown: Callable[[str], LitError]) -> Commit:
    """Return the commit that `revision` (default: main) names now; without network, the one that the cache holds."""
    from huggingface_hub import HfApi

    with hub_errors(repo, revision, kind, unknown):
        try:
            api = HfApi()
            info = (api.model_info if kind == "model" else api.dataset_info)(repo, revision=revision)
        except _network_errors() as error:
            return _cached_commit(repo, revision, kind, error)
    files = tuple(sibling.rfilename for sibling in info.siblings or ())
    write_json(_note(repo, revision, kind), {"sha": str(info.sha), "files": list(files)})
    return Commit(repo, str(info.sha), files)


def download(commit: Commit, files: Sequence[str], kind: RepoType, unknown: Callable[[str], LitError]) -> Path:
    """Return a folder with `files` of that commit, downloading what the cache lacks."""
    from huggingface_hub import snapshot_download

    with hub_errors(commit.repo, commit.sha, kind, unknown):
        folder = snapshot_download(
            commit.repo, revision=commit.sha, repo_type=kind, allow_patterns=list(files) or None,
            local_files_only=commit.from_cache,
        )  # fmt: skip
    return Path(folder)


@dataclass(frozen=True)
class Size:
    """Bytes of some files of a repository, and of those that are not on this machine yet."""

    total: int
    missing: int


def size_of(commit: Commit, files: Sequence[str], kind: RepoType) -> Size:
    """Return what `files` of a commit weigh, from the Hub's metadata; all of them, when none are named.

    What only the cache knows of is not missing, and is not weighed.
    """
    from huggingface_hub import HfApi, try_to_load_from_cache

    if commit.from_cache:
        return Size(0, 0)
    api = HfApi()
    info = (api.model_info if kind == "model" else api.dataset_info)(
        commit.repo, revision=commit.sha, files_metadata=True
    )
    wanted = [each for each in info.siblings or () if not files or each.rfilename in files]
    absent = [
        each for each in wanted
        if not isinstance(try_to_load_from_cache(commit.repo, each.rfilename, None, commit.sha, kind), str)
    ]  # fmt: skip
    total, missing = (sum(int(each.size or 0) for each in some) for some in (wanted, absent))
    return Size(total, missing)


def optional_file(repo: str, revision: str | None, name: str, kind: RepoType) -> Path | None:
    """Return one file of a repository, from the cache or else the Hub; None when it has none or cannot be asked.

    The cache is asked first, so a pinned revision costs no request the second time and works offline.
    """
    from huggingface_hub import errors as hub
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    with suppress(hub.HfHubHTTPError, hub.HFValidationError, hub.OfflineModeIsEnabled, OSError, *_network_errors()):
        known = try_to_load_from_cache(repo, name, revision=revision, repo_type=kind)
        return Path(known if isinstance(known, str) else hf_hub_download(repo, name, revision=revision, repo_type=kind))
    return None


def similar_repos(repo: str, kind: RepoType, count: int = 3) -> list[str]:
    """Return names on the Hub like `repo`, nearest first; empty when the Hub cannot be asked.

    The Hub searches for parts of names, so the last part of `repo` is looked for, and then its beginnings up to a `-`,
    `_` or `.`: "all-MiniLM-L6-v3" leads to "all-MiniLM-L6-v2" by "all-MiniLM-L6".
    """
    from huggingface_hub import HfApi

    api, found = HfApi(), list[str]()
    for words in _beginnings(repo.rsplit("/", 1)[-1])[:3]:
        with suppress(Exception):  # suggestions are a courtesy: whatever fails must not hide the error they accompany
            listing = api.list_models if kind == "model" else api.list_datasets
            found += [entry.id for entry in listing(search=words, limit=20)]
        if close := nearest(repo, found, count):
            return close
    return found[:count]


def _beginnings(word: str) -> list[str]:
    """Return the word and its beginnings that end before a `-`, `_` or `.`, longest first; none shorter than 3."""
    cuts = [place for place, letter in enumerate(word) if letter in "-_." and place >= 3]
    return [word, *(word[:place] for place in reversed(cuts))]


def _cached_repos(repo: str, kind: RepoType) -> list[str]:
    """Return names like `repo` among what is in the Hub's cache on this machine, nearest first."""
    from huggingface_hub.constants import HF_HUB_CACHE

    folders = Path(HF_HUB_CACHE).glob(f"{kind}s--*")
    return nearest(repo, [folder.name.removeprefix(f"{kind}s--").replace("--", "/") for folder in folders])


def _cached_commit(repo: str, revision: str | None, kind: RepoType, cause: Exception) -> Commit:
    """Return the commit that `revision` was last known to name; raise `OfflineNotCached` if nobody remembers."""
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.file_download import repo_folder_name

    note, root = _note(repo, revision, kind), Path(HF_HUB_CACHE) / repo_folder_name(repo_id=repo, repo_type=kind)
    reference = root / "refs" / (revision or "main")
    if note.is_file():
        known = json.loads(note.read_text())
        return Commit(repo, str(known["sha"]), tuple(known["files"]), from_cache=True)
    if reference.is_file():
        return Commit(repo, reference.read_text().strip(), (), from_cache=True)
    if revision is not None and (root / "snapshots" / revision).is_dir():
        return Commit(repo, revision, (), from_cache=True)
    raise OfflineNotCached(_address(repo, kind), _cached_repos(repo, kind)) from cause


def hub_cache() -> Path:
    """Return the Hub's own cache of repositories on this machine."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE).expanduser().resolve()


def _note(repo: str, revision: str | None, kind: RepoType) -> Path:
    """Return where a resolved commit is remembered: the Hub's cache keeps no reference of what is fetched by commit."""
    return cache_root() / "commits" / f"{digest_of([kind, repo, revision])}.json"


def _network_errors() -> tuple[type[Exception], ...]:
    """Return what a Hub that cannot be reached raises; offline mode is a ConnectionError too."""
    import httpx2

    return (httpx2.TransportError, ConnectionError)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
