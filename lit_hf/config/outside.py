"""JSON and YAML that others wrote: read in bounded time, depth and size, a key given twice refused with its line.

A file of a few kilobytes can hold a core for minutes: by aliases that multiply, by depth, by numbers of thousands of
digits. What is no JSON or YAML within these bounds raises `ValueError`, whose text says what is wrong in one line.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

MOST_BYTES = 64 << 20
"""Of a JSON file: a record with the words of ten thousand classes has a few megabytes."""
MOST_YAML = 2 << 20
"""Of a YAML file or front matter: PyYAML reads a megabyte in some ten seconds."""
DEEPEST = 100
MOST_NODES = 200_000
"""Of a YAML document, what aliases stand for counted in full."""


def read_text(path: str | Path, most: int = MOST_BYTES) -> str:
    """Return a file's text, UTF-8; raise ValueError when it is larger than `most` bytes, or no text; and OSError."""
    with Path(path).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it has {max(size, len(content)):,} bytes, and at most {most:,} are read")
    return content.decode("utf-8")


def parse_json(text: str) -> Any:
    """Return what JSON says; raise ValueError."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON (line {error.lineno})" if text.strip() else "it is empty") from None


def read_json(path: str | Path) -> Any:
    """Return what a JSON file says; raise ValueError and OSError."""
    return parse_json(read_text(path))


def parse_yaml(text: str) -> Any:
    """Return what YAML says, None for nothing; raise ValueError."""
    import yaml

    if len(text) > MOST_YAML:
        raise ValueError(f"it has {len(text):,} letters, and at most {MOST_YAML:,} are read")
    try:
        return yaml.load(text, Loader=_loader())
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(_said(error)) from error
    except (ValueError, TypeError, OverflowError) as error:  # a date or a number that is none
        raise ValueError(f"it is not YAML ({' '.join(str(error).split())[:120]})") from error


def read_yaml(path: str | Path) -> Any:
    """Return what a YAML file says; raise ValueError and OSError."""
    return parse_yaml(read_text(path, MOST_YAML))


def _said(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    mark = getattr(error, "problem_mark", None)
    where = f" (line {mark.line + 1})" if mark is not None else ""
    if type(error).__name__ == "_Refused":
        return f"{getattr(error, 'problem', '')}{where}"
    return f"it is not YAML{where}"


def _loader() -> type[yaml.SafeLoader]:
    """Return a safe loader with the bounds; made here, so that yaml is imported when it is needed."""
    import yaml

    class _Refused(yaml.MarkedYAMLError):
        pass

    class Bounded(yaml.SafeLoader):
        def __init__(self, text: str) -> None:
            super().__init__(text)
            self._depth, self._weights = 0, dict[int, int]()

        def compose_node(self, parent: Any, index: Any) -> Any:
            """Count depth and nodes; an alias weighs what it stands for."""
            self._depth += 1
            again, mark = self.check_event(yaml.AliasEvent), self.peek_event().start_mark
            if self._depth > DEEPEST:
                raise _Refused(None, None, "it is nested too deeply", mark)
            node = super().compose_node(parent, index)
            self._depth -= 1
            if again and id(node) not in self._weights:
                raise _Refused(None, None, "it holds itself", mark)
            if node is not None and id(node) not in self._weights:
                self._weights[id(node)] = self._weigh(node)
            if node is not None and self._weights[id(node)] > MOST_NODES:
                raise _Refused(None, None, "its aliases stand for too much", mark)
            return node

        def _weigh(self, node: yaml.Node) -> int:
            parts: list[yaml.Node] = []
            if isinstance(node, yaml.SequenceNode):
                parts = node.value
            elif isinstance(node, yaml.MappingNode):
                parts = [each for pair in node.value for each in pair]
            return 1 + sum(self._weights[id(each)] for each in parts)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen = set[str]()
            for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
                if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                    continue
                if key.value in seen:
                    raise _Refused(None, None, f"the key {key.value[:40]!r} is given twice", key.start_mark)
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    return Bounded
