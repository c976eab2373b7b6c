"""One repository on the Hub, read-only: its commit is resolved once, and failures become errors with a next step.

This is the loaders' only door to huggingface_hub. The commit that `resolve_commit` gives is passed to every later call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lit_hf.config import outside
from lit_hf.errors import GatedRepository, LitError, OfflineNotCached, UnknownRevision, nearest, warn
from lit_hf.runtime.cache import cache_root, digest_of, write_json
from lit_hf.runtime.hub_errors import Forbidden, HubFailed, NetworkLost, NotAHub, NotLoggedIn, RateLimited
from lit_hf.runtime.transport import DOWNLOADING, READING, Fault, fault_of, patiently

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
    """Turn what reading raises into errors of lit-hf; `unknown` builds the one for a name that nobody has."""
    try:
        yield
    except LitError:
        raise
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        if fault.kind == "unknown":
            raise unknown(repo) from error
        raise _named(repo, revision, kind, fault) from error


def _named(repo: str, revision: str | None, kind: RepoType, fault: Fault) -> LitError:
    """Return the error for a fault of reading."""
    address = _address(repo, kind)
    simple: dict[str, LitError] = {
        "gated": GatedRepository(address),
        "revision": UnknownRevision(repo, revision or "main"),
        "token": NotLoggedIn(
            fault.said if fault.said == "no token was found"
            else f"it does not accept this token for {address} (401): the token is wrong or has expired"
        ),
        "forbidden": Forbidden(address, fault.said),
        "limited": RateLimited(address, fault.seconds, reading=True),
        "offline": OfflineNotCached(address),
        "absent": OfflineNotCached(address, reason=None if _offline() else "this commit is not here in full"),
        "foreign": NotAHub(address, fault.said),
        "unreachable": NetworkLost(address, fault.said, reading=True, reached=False),
        "lost": NetworkLost(address, fault.said, reading=True),
    }  # fmt: skip
    return simple.get(fault.kind) or HubFailed(address, fault.said, passing=fault.kind == "failing")


def _offline() -> bool:
    from huggingface_hub.constants import is_offline_mode

    return is_offline_mode()


def _address(repo: str, kind: RepoType) -> str:
    """Return the repository's path on the Hub's site."""
    return repo if kind == "model" else f"datasets/{repo}"


def resolve_commit(repo: str, revision: str | None, kind: RepoType, unknown: Callable[[str], LitError]) -> Commit:
    """Return the commit that `revision` (default: main) names now; without network, the one that the cache holds."""
    known = _cached_commit(repo, revision, kind)

    def ask() -> Commit:
        try:
            return _ask(repo, revision, kind, unknown)
        except NetworkLost as error:
            if known is None or error.reached:
                raise
            raise _out_of_reach(repo, kind, error) from error  # waiting helps nobody who has no network

    try:
        found = patiently(ask, READING)
    except (OfflineNotCached, NetworkLost, HubFailed) as error:
        if known is not None:
            if not _offline():
                warn(f"{error.message} Going on with {repo} at {known.sha[:12]}, which the cache holds.")
            return known
        raise _out_of_reach(repo, kind, error) from error
    write_json(_note(repo, revision, kind), {"sha": found.sha, "files": list(found.files)})
    return found


def _ask(repo: str, revision: str | None, kind: RepoType, unknown: Callable[[str], LitError]) -> Commit:
    """Ask the Hub once."""
    with hub_errors(repo, revision, kind, unknown):
        try:
            info = _info(repo, revision, kind)
            return Commit(repo, str(info.sha), tuple(sibling.rfilename for sibling in info.siblings or ()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:  # the client trusts what it is sent
            if fault_of(error) is not None:
                raise
            raise NotAHub(_address(repo, kind), "its answer is not what the Hub says of a repository") from error


def _info(repo: str, revision: str | None, kind: RepoType, sizes: bool = False) -> Any:
    from huggingface_hub import HfApi

    api = HfApi()
    return (api.model_info if kind == "model" else api.dataset_info)(repo, revision=revision, files_metadata=sizes)


def _out_of_reach(repo: str, kind: RepoType, error: LitError) -> LitError:
    """Return the error for a repository that is not in the cache, with names that are."""
    if isinstance(error, NetworkLost) and not error.reached:
        return OfflineNotCached(_address(repo, kind), _cached_repos(repo, kind), error.reason)
    if isinstance(error, OfflineNotCached):
        return OfflineNotCached(error.name, _cached_repos(repo, kind), error.reason)
    return error


def download(commit: Commit, files: Sequence[str], kind: RepoType, unknown: Callable[[str], LitError]) -> Path:
    """Return a folder with `files` of that commit, downloading what the cache lacks; what has arrived is kept."""
    from huggingface_hub import snapshot_download

    def load() -> str:
        with hub_errors(commit.repo, commit.sha, kind, unknown):
            return snapshot_download(
                commit.repo, revision=commit.sha, repo_type=kind, allow_patterns=list(files) or None,
                local_files_only=commit.from_cache,
            )  # fmt: skip

    return Path(patiently(load, DOWNLOADING))


@dataclass(frozen=True)
class Size:
    """Bytes of some files of a repository, and of those that are not on this machine yet."""

    total: int
    missing: int


def size_of(commit: Commit, files: Sequence[str], kind: RepoType) -> Size:
    """Return what `files` of a commit weigh, from the Hub's metadata; all of them, when none are named.

    What only the cache knows of is not missing, and is not weighed.
    """
    from huggingface_hub import try_to_load_from_cache

    if commit.from_cache:
        return Size(0, 0)

    def ask() -> Any:
        with hub_errors(commit.repo, commit.sha, kind, lambda name: UnknownRevision(name, commit.sha)):
            return _info(commit.repo, commit.sha, kind, sizes=True)

    info = patiently(ask, READING)
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
    from httpx2 import HTTPError
    from huggingface_hub import hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    with suppress(HFValidationError, HTTPError, OSError):  # of these are all errors of the network and of the client
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


def _cached_commit(repo: str, revision: str | None, kind: RepoType) -> Commit | None:
    """Return the commit that `revision` was last known to name; None if nobody remembers."""
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.file_download import repo_folder_name

    note, root = _note(repo, revision, kind), Path(HF_HUB_CACHE) / repo_folder_name(repo_id=repo, repo_type=kind)
    reference = root / "refs" / (revision or "main")
    with suppress(OSError, ValueError, KeyError, TypeError):  # a damaged note is none
        known = outside.read_json(note)
        return Commit(repo, str(known["sha"]), tuple(map(str, known["files"])), from_cache=True)
    if reference.is_file():
        return Commit(repo, reference.read_text().strip(), (), from_cache=True)
    if revision is not None and (root / "snapshots" / revision).is_dir():
        return Commit(repo, revision, (), from_cache=True)
    return None


def hub_cache() -> Path:
    """Return the Hub's own cache of repositories on this machine."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE).expanduser().resolve()


def _note(repo: str, revision: str | None, kind: RepoType) -> Path:
    """Return where a resolved commit is remembered: the Hub's cache keeps no reference of what is fetched by commit."""
    return cache_root() / "commits" / f"{digest_of([kind, repo, revision])}.json"
