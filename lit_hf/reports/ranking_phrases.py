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
    """Return the forecast's 95 % interval, or that its code is the very same as another's."""
    found = row["forecast"]
    if row["stage"]["like"]:
        return "identical"
    return "" if found is None else f"{found['low']:+.3f} to {found['high']:+.3f}"


def risk(row: Row) -> str:
    """Return the chance that it ends further ahead of the chosen one than was to happen."""
    return "" if row["risk"] is None else race_phrases.stated(row["risk"]).replace("below", "<")


def stopped(row: Row) -> str:
    """Return what one that stopped early paid, and for how many labels: no total to hold against one."""
    return f"{phrases.bits(row['codelength']['bits'])} bits at {row['stage']['n']:,}"


def of_budgets(ranking: Mapping[str, Any]) -> str:
    """Return what the table of what was paid after so many labels holds."""
    race, orders = ranking["race"], ranking["settings"]["resolved"].get("orders", 1)
    held = any(held_out(row) for row in ranking["ranking"] if not row["error"])
    mean = f"mean of {phrases.counted(orders, 'order')}"
    if race is not None and race["rule"] == "elimination":
        mean += "; of those that stopped early, one order"
    elif race is not None or orders == 1:
        mean = "the same order of the labels for all"
    return f"Bits after so many labels ({mean}{'; held-out accuracy in brackets' if held else ''}):"


def of_other_scores(ranking: Mapping[str, Any]) -> str:
    """Return what the table of other scores holds."""
    return f"Other scores, and the codelength, of the first {ranking['rivals']['labels']:,} labels of one order:"


def statements(ranking: Mapping[str, Any]) -> list[str]:
    """Return what is known, what is not, and what it took; at the end, which one to take."""
    rows = [row for row in ranking["ranking"] if not row["error"]]
    names = {row["entry"]: model(row) for row in rows}
    lines = list(race_phrases.sentences(ranking, names))
    lines += [f"No race: {ranking['race_reason']}."] if ranking.get("race_reason") else []
    lines += [f"No other scores: {ranking['rivals_reason']}."] if ranking.get("rivals_reason") else []
    lines += [line for row in rows if row["tied_with_best"] and (line := _more(row))]
    lines += [_transfer(row) for row in rows if (row["transfer"] or {}).get("bits") is not None]
    lines += [f"{model(row)}: {row['error']}" for row in ranking["ranking"] if row["error"]]
    return [*lines, *_cost(ranking["cost"]), *advice(rows, ranking, names)]


def _cost(cost: Mapping[str, Any]) -> Iterator[str]:
    share, whole = cost["work_share"], cost.get("work_share_all_parameters")
    if share is not None and share < 1:
        also = "" if whole is None or whole == share else f"; with tables of embeddings {phrases.percent(1 - whole)}"
        yield (
            f"Stopping early saved {phrases.percent(1 - share)} of the embedding work "
            f"(inputs x tokens x parameters that work on a token{also})."
        )


def advice(rows: Sequence[Row], ranking: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Yield who may be just as good, and last, which one to take, what that risks, and what is smaller or faster."""
    if len(rows) < 2:
        yield from ["One checkpoint, nothing to rank it against."] if rows else []
        return
    tied, how = _tied(rows), f"({100 * ranking['level']:.0f} % confidence, corrected for all comparisons)"
    where, chosen = _where(ranking["race"]), race_phrases.take(ranking, names)
    first, found = names[rows[0]["entry"]], _beside(rows, tied)
    if ahead := [model(row) for row in rows if _ahead(row)]:
        yield f"{', '.join(ahead)} certainly ahead of {first} {how} so far; {first} is forecast to end ahead."
    if chosen is None:
        yield f"Take {first}: it has the shortest code; {found} {how}.{_lighter(rows[0], tied)}"
    else:
        yield f"{where}{found} {how}."
        yield f"{chosen}{_lighter(rows[0], tied)}"


def _tied(rows: Sequence[Row]) -> list[Row]:
    """Return those that cannot be told from the first, which have a code of their own."""
    return [row for row in rows[1:] if row["tied_with_best"] and row not in _copies(rows)]


def _copies(rows: Sequence[Row]) -> list[Row]:
    """Return those whose code is the very same as the first one's."""
    return [row for row in rows[1:] if row["stage"]["like"] == rows[0]["entry"]]


def _beside(rows: Sequence[Row], tied: Sequence[Row]) -> str:
    """Return who may be as good as the first of all."""
    copies = _copies(rows)
    if tied:
        return f"{', '.join(map(model, tied))} may be just as good"
    if len(copies) == len(rows) - 1:
        return f"{', '.join(map(model, copies))}: no difference, the codes are identical"
    but = f" but {', '.join(map(model, copies))}, which is identical" if copies else " others"
    return f"{model(rows[0])} differs from all{but}"


def _ahead(row: Row) -> bool:
    """Tell whether it is certainly ahead of the first: of the one that a race chose, by a forecast of what is left."""
    return not row["tied_with_best"] and row["behind_best"] is not None and row["behind_best"]["bits"] < 0


def _where(race: Mapping[str, Any] | None) -> str:
    """Return what the ranks are of, after a race."""
    return "" if race is None or race["rule"] == "elimination" else f"On the first {race['labels']:,} labels: "


LIGHTER = 0.9
"""A share of the size below which a checkpoint is called smaller; its inverse of the speed, faster."""


def _lighter(first: Row, others: Sequence[Row]) -> str:
    """Return which of those that may be just as good is smallest and which is fastest, if by more than a tenth."""
    own, lines = first["model"]["parameters"], list[str]()
    small = [row for row in others if own and (row["model"]["parameters"] or own) < LIGHTER * own]
    fast = [row for row in others if first["speed"] and (row["speed"] or 0) * LIGHTER > first["speed"]]
    if small:
        least = min(small, key=lambda row: row["model"]["parameters"])
        lines.append(f"{model(least)} is smaller ({size(least)} parameters against {size(first)})")
    if fast:
        most = max(fast, key=lambda row: row["speed"])
        lines.append(f"{model(most)} is faster ({speed(most)} texts/s against {speed(first)})")
    return f" Of these, {' and '.join(lines)}." if lines else ""


def _more(row: Row) -> str | None:
    if row["behind_best"] is None or row["stage"]["left"] or row["stage"]["like"]:
        return None  # of one that stopped early, or has the very same code, no number of labels is said
    need = row["labels_to_separate"]
    if need is None:
        return f"{model(row)}: its gap to the best is not growing; more labels may not tell them apart."
    if need == 0:
        return (
            f"{model(row)}: differs from the best on its own, but not after correcting for the number of comparisons."
        )
    return f"{model(row)}: about {need:,} more labels should settle it, if the gap keeps growing as in the second half."


def _transfer(row: Row) -> str:
    found = row["transfer"]
    return f"{model(row)}: L_IT (frozen) {phrases.bits(found['bits'])} bits, {phrases.interval(found['interval'])}."
