"""What the page says of one checkpoint: charts, ladder, hardest examples, and how to get each number again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lit_hf.ranking.names import public_name
from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.reports.figure import BARRED
from lit_hf.reports.ladder import ladder
from lit_hf.reports.ladder_figure import interval_of
from lit_hf.reports.page.charts import Chart
from lit_hf.reports.page.hardest import Hard
from lit_hf.reports.page.kinds import curve_chart, layer_chart, switching_chart
from lit_hf.reports.reproduce import command, pinned
from lit_hf.reports.series import coded_labels, series


@dataclass(frozen=True)
class Step:
    """One rung of the ladder: `share` and the ends of its interval in per cent of the longest."""

    key: str
    name: str
    bits: str
    per_label: str
    interval: str
    share: float
    ends: tuple[float, float] | None


@dataclass(frozen=True)
class Checkpoint:
    """The parts of an article of the page; a part that the record lacks is None or empty."""

    anchor: str
    name: str
    rank: str
    value: str
    title: str
    verdict: str
    raw: str | None
    remarks: list[str]
    curve: Chart
    steps: list[Step]
    switching: Chart | None
    layers: Chart | None
    hardest: Sequence[Hard]
    based: bool
    no_texts: str
    command: str
    local: str | None
    numbers: list[tuple[str, str, str, str]]
    facts: list[tuple[str, str]]
    settings: list[tuple[str, str]]


def checkpoint(record: Record, anchor: str, name: str, rank: str, hard: Sequence[Hard], no_texts: str) -> Checkpoint:
    """Return what the page says of `record`, which is whole (see `lit_hf.reports.fill_missing`)."""
    found, code = record.transfer, record["codelength"]
    shown = (code["bits"], code["interval"]) if found is None else (found.bits, found.interval)
    return Checkpoint(
        anchor=anchor,
        name=name,
        rank=rank,
        title="Codelength" if found is None else "L_IT (frozen)",
        value=f"{phrases.bits(shown[0])} bits, {phrases.interval(shown[1])}",
        verdict=phrases.headline(record),
        raw=phrases.against_raw_input(record),
        remarks=phrases.remarks(record),
        curve=_curve(record),
        steps=steps(record),
        switching=switching_chart(record),
        layers=layer_chart(record),
        hardest=hard,
        based=any(each.baseline is not None for each in hard),
        no_texts=no_texts,
        command=command(record.data),
        local=None if record["dataset"]["revision"] else record["dataset"]["fingerprint"],
        numbers=_numbers(record),
        facts=_facts(record),
        settings=_settings(record),
    )


def _curve(record: Record) -> Chart:
    curves = series(record)
    shaded = any(each.key == "random_twin" for each in curves)
    note = "The shaded area, added up over the labels, is L_IT. " if shaded else ""
    barred = any(each.half is not None for each in curves)
    note += "± and bands: 95 % interval of each point over new examples." if barred else ""
    return curve_chart(curves, "Bits per label", note, ("random_twin", "encoder"), BARRED)


def steps(record: Record) -> list[Step]:
    """Return the rungs of the ladder as the page shows them."""
    rungs = ladder(record)
    longest = 1.08 * max(1.0, *(rung.bits for rung in rungs))  # bits may be below 0 where labels are numbers
    found = []
    for rung in rungs:
        ends = interval_of(record, rung.key)
        found.append(
            Step(
                rung.key, rung.name, phrases.bits(rung.bits), f"{rung.bits / coded_labels(record):.3f}",
                phrases.interval(ends) if ends else "", max(0.0, round(100 * rung.bits / longest, 2)),
                (round(100 * ends[0] / longest, 2), round(100 * ends[1] / longest, 2)) if ends else None,
            )
        )  # fmt: skip
    return found


def _numbers(record: Record) -> list[tuple[str, str, str, str]]:
    """Return (number, value, key in record.json, what it is) for each number that the page shows of this record."""
    code, transfer, base = record["codelength"], record["transfer"], record["baselines"]
    orders = len(code["bits_per_order"])
    rows: list[tuple[str, Any, str, str]] = [
        (
            "codelength",
            code["bits"],
            "codelength.bits",
            f"mean over {phrases.counted(orders, 'order')} of the bits paid",
        ),
        ("L_IT (frozen)", transfer["bits"], "transfer.bits", "bits with the baseline minus bits with the checkpoint"),
        ("random twin", base["random_twin"]["bits"], "baselines.random_twin.bits", "the same network, random weights"),
        (
            "raw input",
            base["raw_input"]["bits"],
            "baselines.raw_input.bits",
            "the same probes on the inputs",
        ),
        ("class prior", base["class_prior"]["bits"], "baselines.class_prior.bits", "adaptive code of the labels alone"),
        ("uniform code", base["uniform"]["bits"], "baselines.uniform.bits", "labels × log2 of the classes"),
    ]
    shown = [(name, f"{value:,.2f} bits", key, how) for name, value, key, how in rows if value is not None]
    held = record["holdout"]
    if held:
        error = f" ± {held['standard_error']:.4f}" if "standard_error" in held else ""
        sample = f"on {held['examples'] or ''} {held['source']}".replace("  ", " ")
        shown.append((f"held-out {held['metric']}", f"{held['value']:.4f}{error}", "holdout.value", sample))
    return shown


def _facts(record: Record) -> list[tuple[str, str]]:
    model, data, coder = record["model"], record["dataset"], record["coder"]
    rows = [
        ("record", f"{record['id']}, {record['created']}"),
        ("checkpoint", pinned(model)),
        ("network", phrases.model_shape(model)),
        ("reading", phrases.reading_line(model)),
        ("dataset", phrases.dataset_line({**data, "id": public_name(data)})),
        ("fingerprint", data["fingerprint"]),
        ("task", phrases.task_line(data)),
        ("classes", phrases.classes_line(data) or ""),
        ("coder", f"{phrases.coder_line(record)}, bank {coder['bank']}"),
        ("interval", _interval(record)),
        ("contamination", f"card names this dataset: {record.data.get('contamination', 'unknown')}"),
        ("versions", _versions(record["environment"])),
    ]
    return [(name, value) for name, value in rows if value]


def _interval(record: Record) -> str:
    parts = record["transfer"]["interval_parts"]
    if not parts:
        return ""
    known = [f"{name} {parts[name]:,.1f}" for name in ("examples", "orders", "twins") if parts.get(name) is not None]
    return f"variance in bits²: {', '.join(known)}; {record['transfer']['degrees_of_freedom']:,.1f} degrees of freedom"


def _versions(environment: Mapping[str, Any]) -> str:
    names = ("lit_hf", "python", "torch", "transformers", "datasets", "platform", "device")
    return ", ".join(f"{name} {environment[name]}" for name in names if environment.get(name))


def _settings(record: Record) -> list[tuple[str, str]]:
    """Return all settings but those that the command says, or that name places on a machine."""
    said = {"model", "dataset", "cache_dir"}
    return [(name, str(value)) for name, value in record["settings"]["resolved"].items() if name not in said]
