"""Put a result into the `model-index` of a front matter, touching nothing else in it.

The text is edited, not dumped again: comments, quotes, key order, indentation and line ends outside the edited lines
stay. After the edit the text is parsed and compared with the metadata that was wanted; where an edit cannot give that
(flow style, anchors), the value of `model-index` alone is written anew, and if that fails too the card is refused.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import yaml

from lit_hf.hub import index
from lit_hf.hub.errors import InvalidCard
from lit_hf.hub.frontmatter import dump, parse

KEY = "model-index"


def merge(front_matter: str, name: str, entry: Mapping[str, Any], overwrite: bool, newline: str) -> str:
    """The front matter with `entry` among the results of the model `name`; the same text when it says so already.

    Raises `InvalidCard`, and `ValueDiffers` when another value is there and `overwrite` is off.
    """
    before = parse(front_matter)
    wanted, model, replaced = _wanted(before, name, entry, overwrite)
    if wanted == before:
        return front_matter
    for edited in _edits(front_matter, wanted, entry, model, replaced, newline):
        if _says(edited, wanted):
            return edited
    raise InvalidCard("`model-index` is written in a way that cannot be edited safely")


def _wanted(
    before: dict[str, Any], name: str, entry: Mapping[str, Any], overwrite: bool
) -> tuple[dict[str, Any], int | None, int | None]:
    """The metadata after the merge, the model's place in the index, and the place of the result that is replaced."""
    wanted = copy.deepcopy(before)
    known = index.models(wanted)
    model = index.target(known, name)
    if model is None:
        wanted[KEY] = [*known, {"name": name, "results": [dict(entry)]}]
        return wanted, None, None
    results = known[model]["results"]
    replaced = index.place(results, entry, overwrite)
    if replaced is None:
        results.append(dict(entry))
    else:
        results[replaced] = dict(entry)
    return wanted, model, replaced


def _edits(
    text: str, wanted: dict[str, Any], entry: Mapping[str, Any], model: int | None, replaced: int | None, newline: str
) -> list[str]:
    """Candidate texts, gentlest first."""
    block = dump({KEY: wanted[KEY]}, newline)
    span = _block_span(text)
    if span is None:
        return [_append(text, block, newline)]
    edits = [] if model is None else _result_edit(text, entry, model, replaced, newline)
    edits += _flow_edit(text, wanted[KEY])
    return [*edits, text[: span[0]] + block + text[span[1] :], text[: span[0]] + block.rstrip("\r\n") + text[span[1] :]]


def _append(text: str, block: str, newline: str) -> str:
    body = text if not text or text.endswith(newline) else text + newline
    return body + block.rstrip("\r\n")


def _block_span(text: str) -> tuple[int, int] | None:
    """Character span of the `model-index` key with its value, whole lines; None when there is none."""
    pair = _pair(text)
    return (pair[0].start_mark.index, _end_of_line(text, _last_index(pair[1]))) if pair else None


def _pair(text: str) -> tuple[yaml.Node, yaml.Node] | None:
    """The nodes of the `model-index` key and of its value."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next(((key, value) for key, value in pairs if key.value == KEY), None)


def _flow_edit(text: str, models: list[Any]) -> list[str]:
    """The text with an index in flow style (`[{name: ...}]`) written again in that style, in its place."""
    pair = _pair(text)
    if pair is None or not getattr(pair[1], "flow_style", False):
        return []
    flow = yaml.safe_dump(models, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**6).strip()
    return [text[: pair[1].start_mark.index] + flow + text[pair[1].end_mark.index :]]


def _result_edit(text: str, entry: Mapping[str, Any], model: int, replaced: int | None, newline: str) -> list[str]:
    """The text with one item of the results list replaced or added, in that list's own indentation."""
    results = _results_node(text, model)
    if results is None or results.flow_style or not results.value:
        return []
    items = results.value
    start, column = _item_start(text, items[0])
    item = _indented(dump([dict(entry)], newline), column, newline)
    if replaced is None:
        at = _end_of_line(text, _last_index(items[-1]))
        return [_insert(text, at, item, newline)]
    start, _ = _item_start(text, items[replaced])
    end = _end_of_line(text, _last_index(items[replaced]))
    tail = item if end < len(text) or text.endswith(newline) else item.rstrip("\r\n")
    return [text[:start] + tail + text[end:]]


def _results_node(text: str, model: int) -> yaml.SequenceNode | None:
    pair = _pair(text)
    if pair is None or not isinstance(pair[1], yaml.SequenceNode):
        return None
    for inner, node in pair[1].value[model].value:
        if inner.value == "results" and isinstance(node, yaml.SequenceNode):
            return node
    return None


def _item_start(text: str, item: yaml.Node) -> tuple[int, int]:
    """Index of the line on which a list item's dash stands, and the dash's column."""
    dash = text.rfind("-", 0, item.start_mark.index)
    line = max(text.rfind("\n", 0, dash), text.rfind("\r", 0, dash)) + 1
    return line, dash - line


def _last_index(node: yaml.Node) -> int:
    """Where a node's text ends: of a block collection its last leaf's end, as its own mark lies beyond comments."""
    if isinstance(node, yaml.ScalarNode):
        return _scalar_end(node)
    if node.flow_style or not node.value:
        return node.end_mark.index
    last = node.value[-1]
    return _last_index(last[1] if isinstance(last, tuple) else last)


def _scalar_end(node: yaml.ScalarNode) -> int:
    """A block scalar's end mark stands at the start of the next line; step back over its last line end."""
    end = node.end_mark.index
    return end - 1 if node.style in {"|", ">"} and node.end_mark.column == 0 else end


def _end_of_line(text: str, index: int) -> int:
    """Index just after the line end at or after `index`."""
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _indented(block: str, column: int, newline: str) -> str:
    return "".join(" " * column + line + newline for line in block.rstrip("\r\n").split(newline))


def _insert(text: str, at: int, item: str, newline: str) -> str:
    """Insert whole lines; at the very end of the front matter the last line has no end of its own."""
    if at == len(text) and not text.endswith(newline):
        return text + newline + item.rstrip("\r\n")
    return text[:at] + item + text[at:]


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return False
    # Compared as text: a NaN, which some cards hold, is not equal to itself, and the order of keys counts here.
    return dump(found) == dump(wanted)
