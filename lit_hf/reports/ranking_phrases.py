"""The sentences and cells of a ranking's report; no layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from lit_hf.records.said import metric_of, said
from lit_hf.reports import phrases, race_phrases

Row = Mapping[str, Any]


def title(ranking: Mapping[str, Any]) -> str:
    """Return which data, and how many labels."""
    data = ranking["dataset"]
    labels = f"{data['examples']:,} labels, {said(data).labels_are}"
    return f"{phrases.dataset_line(data)}: {labels}; codelength in bits, less is better"


def held_out(row: Row) -> str:
    """Return the held-out metric after all labels: accuracy, or the one that the kind of labels has."""
    found = metric_of((row["budgets"] or [{}])[-1])
    if found is None:
        return ""
    name, value = found
    return f"{value:.3f}" if name == "accuracy" else f"{phrases.SHORT_METRICS.get(name, name)} {value:.3f}"


def dataset_name(dataset: Mapping[str, Any]) -> str:
    """Return the dataset's name, short."""
    name = PurePath(dataset["id"]).name
    return f"{name}:{dataset['config']}" if dataset["config"] else name


def model(row: Row) -> str:
    """Return the checkpoint's name; of a folder the last two parts of its path."""
    name, revision = row["model"]["id"], row["model"]["revision"]
    path = PurePath(name)
    shown = name if len(path.parts) <= 2 and not path.is_absolute() else "/".join(path.parts[-2:])
    return f"{shown}@{revision[:7]}" if revision else shown


def rank(row: Row) -> str:
    """Return the ranks that the tests leave open; `=` for those that cannot be told from the best."""
    return rank_of(row["rank"]) + (" =" if row["tied_with_best"] else "")


def rank_of(ends: Sequence[float], decimals: int = 0) -> str:
    """Return `2` or `2-4`."""
    low, high = (f"{end:.{decimals}f}" for end in ends)
    return low if low == high else f"{low}-{high}"


def size(row: Row) -> str:
    """Return the number of parameters."""
    parameters = row["model"]["parameters"]
    return "" if parameters is None else phrases.count(parameters)


def speed(row: Row) -> str:
    """Return texts per second."""
    return "" if row["speed"] is None else f"{row['speed']:,.0f}"


def accuracy(value: float | None) -> str:
    """Return the held-out accuracy."""
    return "" if value is None else f"{value:.3f}"


def score(value: float | None, decimals: int = 3) -> str:
    """Return another score; NaN as such."""
    return "-" if value is None else f"{value:.{decimals}f}"


def budget(found: Mapping[str, Any] | None) -> str:
    """Return bits, and accuracy where it is known."""
    if found is None:
        return ""
    held = "" if found["accuracy"] is None else f" ({found['accuracy']:.3f})"
    return phrases.bits(found["bits"]) + held


def late(row: Row) -> str:
    """Return bits per label of the last half of what was coded of it."""
    found = row["codelength"].get("late_bits_per_label")
    return "" if found is None else f"{found:.3f}"


def behind(row: Row) -> str:
    """Return the forecast of how far it ends behind the chosen one [bits per label]."""
    return "" if row["forecast"] is None else f"{row['forecast']['behind']:+.3f}"


def behind_interval(row: Row) -> str:
    """Return the forecast's 95 % interval."""
    found = row["forecast"]
    return "" if found is None else f"{found['low']:+.3f} to {found['high']:+.3f}"


def risk(row: Row) -> str:
    """Return the chance that it ends further ahead of the chosen one than was to happen."""
    return "" if row["risk"] is None else race_phrases.stated(row["risk"])


def left_at(row: Row) -> str:
    """Return after how many groups it left the race, or how many it was compared on."""
    return f"out at {row['stage']['n']:,}" if row["stage"]["left"] else f"{row['stage']['n']:,}"


def statements(ranking: Mapping[str, Any]) -> list[str]:
    """Return what is known, what is not, and what it took."""
    rows = [row for row in ranking["ranking"] if not row["error"]]
    names = {row["entry"]: model(row) for row in rows}
    lines = list(race_phrases.sentences(ranking, names))
    lines += [] if not rows else [_best(rows, ranking)]
    lines += [f"No race: {ranking['race_reason']}."] if ranking.get("race_reason") else []
    lines += [f"No other scores: {ranking['rivals_reason']}."] if ranking.get("rivals_reason") else []
    lines += [line for row in rows if row["tied_with_best"] and (line := _more(row))]
    lines += [_transfer(row) for row in rows if (row["transfer"] or {}).get("bits") is not None]
    lines += [f"{model(row)}: {row['error']}" for row in ranking["ranking"] if row["error"]]
    return lines + list(_cost(ranking["cost"]))


def _cost(cost: Mapping[str, Any]) -> Iterator[str]:
    share, whole = cost["work_share"], cost.get("work_share_all_parameters")
    if share is not None and share < 1:
        also = "" if whole is None else f"; with tables of embeddings {phrases.percent(whole)}"
        yield (
            f"Embedding took {phrases.percent(share)} of what it takes without the race "
            f"(inputs x tokens x parameters that work on a token{also})."
        )


def _best(rows: Sequence[Row], ranking: Mapping[str, Any]) -> str:
    if len(rows) == 1:
        return "One checkpoint, nothing to rank it against."
    where, how = _where(ranking["race"]), f"({100 * ranking['level']:.0f} %, all pairs, Holm)"
    tied = [model(row) for row in rows if row["tied_with_best"]]
    if ahead := [model(row) for row in rows if _ahead(row)]:
        others = f" Cannot be told from it: {', '.join(tied[1:])}." if tied[1:] else ""
        return f"{where}{', '.join(ahead)} certainly ahead of {tied[0]} {how}, which is forecast to end ahead.{others}"
    if len(tied) == 1:
        return f"{where or 'Best: '}{tied[0]}, told apart from all others {how}."
    return f"{where or 'Shortest: '}{tied[0]}. Cannot be told from it: {', '.join(tied[1:])} {how}."


def _ahead(row: Row) -> bool:
    """Tell whether it is certainly ahead of the first: of the one that a race chose, by a forecast of what is left."""
    return not row["tied_with_best"] and row["behind_best"] is not None and row["behind_best"]["bits"] < 0


def _where(race: Mapping[str, Any] | None) -> str:
    """Return what the ranks are of, after a race."""
    if race is None or race["rule"] == "elimination":
        return ""
    return f"Ranks are of the first {race['labels']:,} labels: "


def _more(row: Row) -> str | None:
    if row["behind_best"] is None:
        return None
    need = row["labels_to_separate"]
    if need is None:
        return f"{model(row)}: its gap to the best is not growing; more labels may not tell them apart."
    if need == 0:
        return f"{model(row)}: told apart by its own test, but not once all pairs are counted."
    return f"{model(row)}: about {need:,} more labels would tell it apart, if the gap of the last half goes on."


def _transfer(row: Row) -> str:
    found = row["transfer"]
    return f"{model(row)}: L_IT (frozen) {phrases.bits(found['bits'])} bits, {phrases.interval(found['interval'])}."
