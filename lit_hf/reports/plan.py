"""A plan in the terminal: bytes, inputs and time, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.table import Table


def report(plan: dict[str, Any]) -> Iterator[RenderableType]:
    """Yield the parts of a plan: the data, a table of checkpoints or of passes, the total."""
    data, models = plan["dataset"], plan["models"]
    size = spell_bytes(data["bytes"])
    yield f"{data['id']}: {data['examples']:,} examples, {data['labels_are']}, {size} of files"
    yield _passes(models[0], data["codes"]) if len(models) == 1 and not models[0]["error"] else _models(models)
    yield from _total(plan)
    for model in models:
        if model["error"]:
            yield f"{model['model']}: {model['error']}"


def _passes(model: dict[str, Any], codes: int) -> Table:
    table = _table(("pass", "inputs", "stored", "tokens", "writes", "time"))
    for each in model["passes"]:
        tokens = "" if each["tokens"] is None else f"{each['tokens']:,}"
        table.add_row(
            each["label"], f"{each['inputs']:,}", f"{each['stored']:,}", tokens, spell_bytes(each["store_bytes"]),
            spell_seconds(each["seconds"]),
        )  # fmt: skip
    several = f", {codes} codes each" if codes > 1 else ""
    code = model["code"]
    table.add_row(f"code {code['orders']} orders{several}", "", "", "", "", spell_seconds(code["seconds"]))
    return table


def _models(models: list[dict[str, Any]]) -> Table:
    table = _table(("checkpoint", "parameters", "download", "inputs", "stored", "writes", "time"))
    for model in models:
        if model["error"]:
            table.add_row(model["model"], *[""] * 5, "fails")
            continue
        table.add_row(
            model["model"], f"{model['parameters'] / 1e6:,.0f}M", spell_bytes(model["download_bytes"]),
            f"{model['inputs']:,}", f"{model['stored']:,}", spell_bytes(model["store_bytes"]),
            spell_seconds(model["seconds"]),
        )  # fmt: skip
    return table


def _total(plan: dict[str, Any]) -> Iterator[str]:
    total, shaped = plan["total"], [each for each in plan["models"] if each["timed_on"] not in (None, "the checkpoint")]
    yield (
        f"To download: {spell_bytes(total['download_bytes'])}. To embed: {total['inputs'] - total['stored']:,} inputs. "
        f"To store: {spell_bytes(total['store_bytes'])}."
    )
    if total["seconds"] is None:
        yield "Time: not known for all."
    elif total["least_seconds"] is None:
        yield f"Time: about {spell_seconds(total['seconds'])} on this machine, if nothing else runs."
    else:
        least, most = spell_seconds(total["least_seconds"]), spell_seconds(total["seconds"])
        ends = f"{least} (the race ends at its first verdict) to {most} (it goes on to the last label)"
        yield f"Time here: {ends}, one after another."
    if shaped:
        yield "Timed with random weights of the same shape; the time to download is not in it."
    yield f"(Measured in {spell_seconds(plan['warm_up_seconds'])}.)"


def _table(columns: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place == 0 else "right", overflow="fold")
    return table


def spell_bytes(count: float | None) -> str:
    """Return bytes in words: 0 B, 12.3 MB, 4.5 GB; "unknown" for None."""
    if count is None:
        return "unknown"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 1000 or unit == "TB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError("units have an end")


def spell_seconds(seconds: float) -> str:
    """Return a time in words: 12 s, 3.4 min, 5.6 h, 7.8 days."""
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
