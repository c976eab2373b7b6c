"""Files that hold one mapping, as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lit_hf.config import outside
from lit_hf.errors import FileUnreadable


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Read a YAML file that holds one mapping; raise `FileUnreadable`."""
    try:
        values = outside.read_yaml(path)
    except OSError as error:
        raise FileUnreadable(path, error.strerror or "it cannot be opened") from error
    except UnicodeDecodeError as error:
        raise FileUnreadable(path, "it is not YAML") from error
    except ValueError as error:
        raise FileUnreadable(path, str(error)) from error
    if not isinstance(values, dict):
        raise FileUnreadable(path, "it does not hold `key: value` lines")
    return values


def write_yaml(values: Mapping[str, Any], path: str | Path) -> None:
    """Write a mapping in its own order."""
    import yaml

    Path(path).write_text(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True), encoding="utf-8")
