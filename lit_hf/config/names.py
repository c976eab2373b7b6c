"""Names of models and datasets: what stands before and after `@`, `:` and `features:`."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from lit_hf.errors import BadSetting

PRECOMPUTED = "features:"
"""Before the path of a file with features and labels, in place of a model's name."""


LONGEST_NAME = "a name or a path: at most 255 bytes between two slashes, 4,095 in all, no null character"


def can_be_a_name(name: str) -> bool:
    """Tell whether any system could have a file of this name; the Hub's names are shorter."""
    raw = name.encode("utf-8", "replace")
    return len(raw) < 4096 and b"\0" not in raw and all(len(part) < 256 for part in raw.split(b"/"))


def exists(name: str) -> bool:
    """Tell whether there is a file or folder of this name; one that no system could have is not there."""
    return can_be_a_name(name) and Path(name).exists()


def anywhere(name: str) -> str:
    """Return a name that means the same in any folder: the whole path of what is here, any other name as it is."""
    before = PRECOMPUTED if name.startswith(PRECOMPUTED) else ""
    path, colon, config = name.removeprefix(before), "", ""
    if not before and not exists(_home(path)):
        path, colon, config = path.rpartition(":") if ":" in path else (path, "", "")
    if not path or not exists(_home(path)):
        return name
    return f"{before}{Path(_home(path)).absolute()}{colon}{config}"


def _home(name: str) -> str:
    return str(Path(name).expanduser()) if name.startswith("~") else name


_SITE = r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/|hf://"
_ADDRESS = re.compile(
    rf"(?:{_SITE}){{kind}}(?P<id>[\w.-]+(?:/[\w.-]+)?)(?:/(?:tree|blob|resolve|commit)/(?P<revision>[^/?#]+)[^?#]*"
    r"|/viewer/(?P<config>[^/?#]+)[^?#]*)?/?(?:[?#].*)?".replace("{kind}", "(?P<kind>datasets/|spaces/)?"),
    re.ASCII,
)


_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)


def is_repository(name: str) -> bool:
    """Tell whether this could be `namespace/name` of a repository on the Hub."""
    return _REPOSITORY.fullmatch(name) is not None


def from_address(name: str, what: str) -> str:
    """Return the name of what a pasted address of the Hub's site shows, pinned where it names a revision.

    what: "model" or "dataset". Any other name stays as it is. Raises `BadSetting` for an address of another kind.
    """
    found = None if exists(name) else _ADDRESS.fullmatch(name.strip())
    if found is None:
        return name
    kind = {"datasets/": "dataset", "spaces/": "Space"}.get(found["kind"] or "", "model")
    if kind != what:
        raise BadSetting(what, name, f"the name of a {what}: this is the address of a {kind}")
    revision = f"@{unquote(found['revision'])}" if found["revision"] else ""
    config = f":{unquote(found['config'])}" if found["config"] and kind == "dataset" else ""
    return f"{found['id']}{config}{revision}"


def split_model(name: str) -> tuple[str, str | None]:
    """Split `org/name@revision`; a path that exists is a folder and has no revision."""
    if exists(name) or "@" not in name:
        return name, None
    model, _, revision = name.rpartition("@")
    return model, revision or None


def split_dataset(name: str) -> tuple[str, str | None, str | None]:
    """Split `org/name:config@revision` into (id, config, revision); a path that exists stays whole."""
    if exists(name):
        return name, None, None
    rest, _, revision = name.rpartition("@") if "@" in name else (name, "", "")
    dataset, _, config = rest.partition(":")
    return dataset, config or None, revision or None


def precomputed_file(model: str) -> Path | None:
    """Return FILE of `features:FILE`, which takes the place of a model; None for a model's name."""
    return Path(model.removeprefix(PRECOMPUTED)).expanduser() if model.startswith(PRECOMPUTED) else None
