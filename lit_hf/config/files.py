"""Files that hold one mapping, as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lit_hf.errors import FileUnreadable


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Read a YAML file that holds one mapping; raise `FileUnreadable`."""
    import yaml

    try:
        values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileUnreadable(path, error.strerror or "it cannot be opened") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise FileUnreadable(path, "it is not YAML") from error
    if not isinstance(values, dict):
        raise FileUnreadable(path, "it does not hold `key: value` lines")
    return values


def write_yaml(values: Mapping[str, Any], path: str | Path) -> None:
    """Write a mapping in its own order."""
    import yaml

    Path(path).write_text(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True), encoding="utf-8")
