"""The part of a model card that people read: one marked section for each measurement, rendered from its record."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from importlib import resources
from string import Template
from typing import Any

from lit_hf.hub import index
from lit_hf.ranking.names import cell, display_name, reading
from lit_hf.records.record import require_transfer, verdict
from lit_hf.records.said import said
from lit_hf.records.sections import Sections
from lit_hf.reports.reproduce import command


def render(record: Sections) -> str:
    """Return the section of one record, lines ending in LF."""
    found, dataset = require_transfer(record), record["dataset"]
    coder, (low, high) = record["coder"], found.interval
    values = {
        "key": key(record),
        "dataset": cell(display_name(dataset)),
        "source": _source(dataset),
        "examples": f"{dataset['examples']:,}",
        "saved": _bits(abs(found.bits)) + (" bits fewer" if found.bits >= 0 else " bits more"),
        "bits": _bits(found.bits),
        "low": _bits(low),
        "high": _bits(high),
        "level": f"{found.level:.0%}".replace("%", " %"),
        "per_label": f"{found.bits_per_label:.3f}",
        "unit": _unit(dataset),
        "verdict": _verdict(record),
        "ladder": "\n".join(_ladder(record)),
        "facts": "\n".join(_facts(record)),
        "command": command(record),
        "coder": coder["version"],
        "bank": coder["bank"],
    }
    return Template(_template("section.md")).substitute(values).rstrip("\n") + "\n"


def put(body: str, section: str, newline: str) -> str:
    """The body with the section in its place: where its markers stand, else at the end."""
    name = re.search(r"lit-hf:begin (\w+)", section)
    assert name is not None
    begin, end = (re.escape(f"<!-- lit-hf:{edge} {name[1]} -->") for edge in ("begin", "end"))
    text = section.replace("\n", newline)
    present = re.search(rf"{begin}(?:(?!lit-hf:begin)[\s\S])*?{end}", body)
    if present:
        return body[: present.start()] + text[: -len(newline)] + body[present.end() :]
    if not body.strip():
        return newline + text
    return body + ("" if body.endswith(newline) else newline) + newline + text


def key(record: Sections) -> str:
    """Eight hexadecimal digits that name the measurement, the same for each rerun of it."""
    same = repr(index.identity(index.result(record)))
    return hashlib.blake2b(same.encode(), digest_size=4).hexdigest()


def _source(dataset: Mapping[str, Any]) -> str:
    split = f" ({dataset['split']})" if dataset["split"] else ""
    return f"`{display_name(dataset)}`{split}"


def _unit(dataset: Mapping[str, Any]) -> str:
    return "label" if dataset["unit"] == "example" else str(dataset["unit"])


def _verdict(record: Sections) -> str:
    """What the interval allows to say, as a sentence."""
    baseline = str(record["transfer"]["baseline"] or "random twin").replace("_", " ")
    words = verdict(require_transfer(record).interval, record["dataset"]["examples"], baseline)
    return f"{words[:1].upper()}{words[1:]}."


def _ladder(record: Sections) -> list[str]:
    """Rows from the dearest code to the cheapest idea, in a fixed order; a code that was not computed has no row."""
    baselines = record["baselines"]
    rows: list[tuple[str, Mapping[str, Any]]] = [
        ("uniform", baselines["uniform"]),
        (said(record["dataset"]).null_name, baselines["class_prior"]),
        ("raw input", baselines["raw_input"]),
        ("random twin", baselines["random_twin"]),
        ("**this checkpoint**", record["codelength"]),
    ]
    examples = record["dataset"]["examples"]
    known = [(name, part["bits"]) for name, part in rows if part and part.get("bits") is not None]
    return [f"| {name} | {_bits(bits)} | {bits / examples:.3f} |" for name, bits in known]


def _facts(record: Sections) -> list[str]:
    """One line each: held-out metric, contamination, what the dataset lost, how the features were made."""
    model, dataset, holdout = record["model"], record["dataset"], record["holdout"]
    lines = [f"- Features: {reading(model)}."]
    if holdout:
        sample = f"{holdout['examples']:,} examples ({holdout['source']})"
        error = f" ± {holdout['standard_error']:.3f}" if "standard_error" in holdout else ""
        lines.append(f"- Held-out {holdout['metric']}: {holdout['value']:.3f}{error} on {sample}.")
    lines.append(
        f"- Contamination (does the model's card name this dataset as training data?): {record['contamination']}."
    )
    dropped = dataset["dropped"]
    lines.append(
        f"- Dropped: {dropped['missing_labels']:,} without a label, {dropped['empty_inputs']:,} empty; "
        f"{dataset['duplicates']:,} duplicates; {dataset['truncated'] or 0:.1%} of the inputs truncated."
    )
    return [*lines, *(f"- {note}" for note in record.get("notes", ()))]


def _bits(bits: float) -> str:
    """Bits with one decimal; a plain hyphen for minus, as numbers in a card are read by machines too."""
    return f"{bits:,.1f}"


def _template(name: str) -> str:
    return resources.files("lit_hf.hub").joinpath(f"templates/{name}").read_text(encoding="utf-8")
