"""The sentences and numbers of a report, made from a record; no layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lit_hf.ranking.raw_input import beside_raw_input
from lit_hf.records.record import Record, verdict
from lit_hf.records.said import said
from lit_hf.records.sections import Dataset, Model, length_unit


def bits(value: float) -> str:
    """Return a codelength or a difference of two: whole bits from 100 on, one decimal below."""
    rounded = f"{value:,.{0 if abs(value) >= 100 else 1}f}"
    return rounded.removeprefix("-") if float(rounded.replace(",", "")) == 0 else rounded


def signed(value: float) -> str:
    """Return `bits` with its sign always shown."""
    text = bits(value)
    return text if text.startswith("-") else f"+{text}"


def interval(ends: Sequence[float]) -> str:
    """Return `low to high`."""
    return f"{bits(ends[0])} to {bits(ends[1])}"


def percent(share: float) -> str:
    """Return a share in per cent with one decimal."""
    return f"{100 * share:.1f} %"


def counted(number: int, thing: str) -> str:
    """Return `1 order`, `2 orders`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def headline(record: Record) -> str:
    """Return what the interval allows to say about the transfer."""
    found = record.transfer
    if found is None:
        return record["transfer"]["bits_reason"]
    return verdict(found.interval, record["dataset"]["examples"], name_of_baseline(record))


def meaning(record: Record) -> str | None:
    """Return what the number means in one sentence; None where nothing was coded to compare with.

    A share is said of classes only: the bits of numbers, and so shares of them, depend on the width of a bin. "Saves"
    is said where the interval excludes 0, and nothing where it does not.
    """
    found, twin = record.transfer, record["baselines"]["random_twin"]["bits"]
    if found is None or twin is None:
        return None
    mine, other, (low, high) = record["codelength"]["bits"], float(twin), found.interval
    own, against, what = _SIDES.get(name_of_baseline(record), ("these features", "the baseline's", "the first"))
    labels = counted(record["dataset"]["examples"], "label")
    labels = f"Your {labels} cost {bits(mine)} bits with {own} and {bits(other)} with"
    if low <= 0 <= high:
        return f"{labels} {against}: no difference was found."
    share = 0.0 if other == 0 else abs(found.bits) / other
    much = f"{bits(abs(found.bits))} bits" if said(record["dataset"]).scale is not None else f"{100 * share:.0f} %"
    return f"{labels} {against}: {what} {'saves' if low > 0 else 'costs'} {much}{'' if low > 0 else ' more'}."


_SIDES = {"random twin": ("this encoder", "the same network at random weights", "pretraining")}
"""Of a comparison: what is measured, what it is held against, and what makes the difference."""


def against_raw_input(record: Record) -> str | None:
    """Return whether these features are more than raw input, with the paired interval; None without that arm."""
    raw = record["baselines"]["raw_input"]
    if raw["bits"] is None:
        return None
    found = beside_raw_input(record)
    if found is None:
        saved = raw["bits"] - record["codelength"]["bits_per_order"][0]
        return (
            f"{signed(saved)} bits beside {raw['kind']}; no interval: the bits of each example are not stored with it"
        )
    verdict = {1: "beats raw input", 0: "cannot be told from raw input", -1: "does not beat raw input"}[found.verdict]
    span = f"95 % interval {interval((found.low, found.high))}, {counted(found.orders, 'order')}"
    return f"{verdict} ({raw['kind']}): it saves {bits(found.bits)} bits ({span})"


def baseline_line(record: Record) -> str | None:
    """Return what the checkpoint is compared with, or None."""
    twin = record["baselines"]["random_twin"]
    if twin["bits"] is None:
        return None
    name = name_of_baseline(record)
    drawn = f", {counted(twin['initialisations'], 'initialisation')}" if name == "random twin" else ""
    return f"{name}{drawn}, same orders and probes"


def from_base(record: Record) -> str | None:
    """Return what an adapter saves beside its base, or None for what is no adapter."""
    found = record.data.get("transfer_from_base")
    if found is None:
        return None
    return f"saves {bits(found['bits'])} bits beside its base   {interval(found['interval'])}   {found['verdict']}"


def name_of_baseline(record: Record) -> str:
    """Return the baseline's name as it stands beside its bits and its curve."""
    return str(record["transfer"]["baseline"] or "random twin").replace("_", " ")


def name_of_prior(record: Record) -> str:
    """Return the name of the code that looks at no input, as the record says it."""
    return said(record["dataset"]).null_name


def holdout(record: Record) -> str | None:
    """Return the held-out metric in words, or None."""
    found = record["holdout"]
    if found is None:
        return None
    held: dict[str, Any] = dict(found)
    in_words = percent if held["metric"] == "accuracy" else _decimal
    value = in_words(held["value"]) + (f" ± {in_words(held['standard_error'])}" if "standard_error" in held else "")
    more = "".join(f", {spoken} {held[name]:.3f}" for name, spoken in _MORE.items() if name in held)
    name = METRICS.get(held["metric"], held["metric"])
    return f"{name} {value}{more} on {held['examples']:,} {_SOURCES.get(held['source'], held['source'])}"


def _decimal(value: float) -> str:
    return f"{value:.3f}"


_SOURCES = {
    "undrawn examples": "examples that were not used to compute the bits",
    "validation split": "examples of the validation split",
}  # fmt: skip
METRICS = {"micro_f1": "micro-averaged F1", "rmse": "RMSE"}
SHORT_METRICS = {"accuracy": "acc.", "micro_f1": "F1", "rmse": "RMSE"}
"""A metric without words here is called by its own name."""
_MORE = {"r2": "R²", "accuracy": "accuracy"}


def remarks(record: Record) -> list[str]:
    """Return what a reader should know before trusting the numbers: the record's notes, what is missing and why."""
    found = record["transfer"]["interval_parts"]
    parts: dict[str, Any] = {} if found is None else dict(found)
    missing = [_left_out(name, parts.get(f"{name}_reason")) for name in ("orders", "twins") if parts.get(name) is None]
    dropped = _dropped(record["dataset"]["dropped"])
    return [*(record.data.get("notes") or []), *([dropped] if dropped else []), *(each for each in missing if each)]


_ONE_TWIN = "one initialisation: the interval is conditional on it"
_ONE_ORDER = "one order was coded: the interval holds for this order"


def _left_out(part: str, reason: str | None) -> str | None:
    """Return what an interval leaves out, and what to type; a reason that is not known here stands as it is."""
    if part == "twins" and reason == _ONE_TWIN:
        return "Only one random twin was drawn, so the interval leaves out how much twins differ; use `--twins 3`."
    if part == "orders" and reason == _ONE_ORDER:
        return "Only one order was coded, so the interval leaves out how much orders differ; use `--orders 3`."
    return None if not reason else f"Interval: {reason}."


def _dropped(dropped: Mapping[str, Any]) -> str | None:
    counted = [f"{count:,} {name.replace('_', ' ')}" for name, count in dropped.items() if count]
    return f"Dropped: {' and '.join(counted)}." if counted else None


def features_line(record: Record) -> str | None:
    """Return how many inputs went through a network in this run, and how many were in the store already."""
    computed, reused = (record["timings"].get(name) for name in ("embedded_now", "from_the_store"))
    if computed is None or reused is None or record["model"]["pooling"] is None:
        return None
    if computed == 0:
        return f"all {reused:,} reused from the cache, no forward pass"
    return f"{computed:,} embedded now, {reused:,} reused from the cache"


def model_line(model: Model) -> str:
    """Return which checkpoint it was."""
    revision = f" @ {model['revision'][:8]}" if model["revision"] else ""
    return f"{model['id']}{revision}"


def model_shape(model: Model) -> str:
    """Return what kind of network it is."""
    size = f", {count(model['parameters'])} parameters" if model["parameters"] else ""
    return f"{model['architecture']}{size}, {model['dim']} wide, {model['dtype']}"


def reading_line(model: Model) -> str:
    """Return how an input becomes a vector; nothing for features that the user brought."""
    if model["pooling"] is None:
        return ""
    named = {"last": "last layer", "last+mean": "last layer and mean of all"}
    layer = named.get(str(model["layer"]), f"layer {model['layer']}")
    prompt = f"prompt {model['prompt']!r}" if model["prompt"] else "no prompt"
    unit = length_unit(model).partition(" ")[0]
    length = f"at most {model['max_tokens']} {unit}" if model["max_tokens"] else "no truncation"
    fields = {"pooling": f"{model['pooling']} pooling", "layer": layer, "prompt": prompt, "max_tokens": length}
    return ", ".join(f"{value}{_from(model, name)}" for name, value in fields.items())


def _from(model: Model, name: str) -> str:
    """Return which file, or who, decided one part of the reading, in brackets; nothing where the record says none."""
    where = model["resolved_from"].get(name)
    return f" ({_where(str(where))})" if where else ""


def _where(source: str) -> str:
    unnamed = source.startswith("the default: the checkpoint's files name no ")
    if unnamed:
        return "no file of the checkpoint names one"
    value, comma, where = source.rpartition(", ")  # a route is said with its name: "document, the settings"
    return f"{value}{comma}{_WHERE.get(where, where)}"


_WHERE = {"the settings": "set by you", "the checkpoint names none": "none named"}
"""What a record says of a source, and how it is said beside the value."""


def sources_line(model: Model) -> str | None:
    """Return what else decided the reading, or None."""
    shown = {name: _where(str(where)) for name, where in model["resolved_from"].items() if name in _READING}
    return ", ".join(f"{_READING[name]}: {where}" for name, where in shown.items()) or None


_READING = {"route": "route", "modules": "modules", "loader": "read by"}


def coder_line(record: Record) -> str:
    """Return how the labels were coded."""
    settings = record["settings"]["resolved"]
    return f"version {record['coder']['version']}, {counted(settings['orders'], 'order')}, seed {settings['seed']}"


def machine_line(record: Record) -> str:
    """Return where it ran, and for how long."""
    environment, seconds = record["environment"], record["timings"]["total"]
    return f"{environment['device']}, {counted(environment['threads'], 'thread')}, {seconds:.1f} s"


def dataset_line(dataset: Dataset) -> str:
    """Return which data it was."""
    config = f":{dataset['config']}" if dataset["config"] else ""
    revision = f" @ {dataset['revision'][:8]}" if dataset["revision"] else ""
    split = f", split {dataset['split']}" if dataset["split"] else ""
    return f"{dataset['id']}{config}{revision}{split}"


def task_line(dataset: Dataset) -> str:
    """Return what is coded from what."""
    columns = dataset["columns"]
    inputs = " + ".join(name for name in (columns.get("text"), columns.get("text_pair")) if name)
    scale = said(dataset).scale
    bins = "" if scale is None else f" in bins of {scale['step']:g}"
    copies = f" ({dataset['duplicates']:,} copies of others)" if dataset["duplicates"] else ""
    coded = f"{columns.get('label')}{bins}, {counted(dataset['examples'], dataset['unit'])}{copies}"
    return f"{dataset['kind']}: {inputs} → {coded}"


def classes_line(dataset: Dataset, limit: int = 6) -> str | None:
    """Return the number and the names of classes, or of labels that may hold; None where there are no names."""
    names = said(dataset).names
    more = ", …" if len(names) > limit else ""
    return f"{len(names)}: {', '.join(names[:limit])}{more}" if names else None


def count(number: int) -> str:
    """Return a count in millions or thousands."""
    for size, letter in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        if number >= size:
            return f"{number / size:.1f}{letter}"
    return str(number)
