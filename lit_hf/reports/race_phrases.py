"""What a race came to, in sentences: which one to take, what that risks, what it cost, and what may be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lit_hf.reports import phrases

Row = Mapping[str, Any]


def sentences(ranking: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Yield what is to be said of the race; `names`: of each entry."""
    race, rows = ranking["race"], [row for row in ranking["ranking"] if not row["error"]]
    yield from _identical(rows, names)
    if race is None or not rows:
        return
    if race["rule"] == "elimination":
        yield from _of_version_1(race, rows, names)
        return
    if race["chosen"] is None or race["chosen"] not in names:
        return
    yield from _equals(race, rows, names)
    yield from (_audited(row, names) for row in rows if row["audit"])


def take(ranking: Mapping[str, Any], names: Mapping[str, str]) -> str | None:
    """Return which one to take, what finding it cost, and what that risks; None where no race by forecast chose one."""
    race = ranking["race"]
    if race is None or race["rule"] == "elimination" or race["chosen"] not in names:
        return None
    return f"{_chosen(race, ranking, names)} {_risk(race)}"


def stated(risk: float) -> str:
    """Return a chance in per cent; below a tenth of one, that."""
    return "below 0.1 %" if risk < 0.001 else phrases.percent(risk)


def _chosen(race: Mapping[str, Any], ranking: Mapping[str, Any], names: Mapping[str, str]) -> str:
    total = ranking["dataset"]["examples"]
    went = f"all {total:,}" if race["n"] == race["of"] else f"{race['labels']:,} of {total:,}"
    return (
        f"Take {names[race['chosen']]}: found after {went} labels, for {race['cost']:.2f} of the cost of embedding all."
    )


def _risk(race: Mapping[str, Any]) -> str:
    others = race["started"] - 1
    who = "the other" if others == 1 else f"any of the {others} others"
    ahead = f"{race['within']:g} bits per label ({phrases.bits(race['within'] * race['answers'])} bits) shorter"
    if race["rule"] == "certain":
        return _proved(race, who, ahead)
    chance = f"is {stated(race['stated_risk'])}"
    if race["ended"] == "risk":
        chance = f"is at most {100 * race['risk']:g} %"
    return f"The chance that {who} would end more than {ahead} {chance}, {_drift(race)}."


def _proved(race: Mapping[str, Any], who: str, ahead: str) -> str:
    if race["stated_risk"] > race["risk"]:
        return f"It is not proved that none of them would end more than {ahead}."
    level = f"{100 * (1 - race['risk']):g} %"
    return (
        f"That {who} would end more than {ahead} is excluded at {level}, if no gap shrinks by more than "
        f"{race['shrinkage']:.2g} bits per label and doubling."
    )


def _drift(race: Mapping[str, Any]) -> str:
    value = f"{race['drift']:.2g} bits per label and doubling"
    if race["drift_assumed"]:
        return f"if gaps drift as is assumed of so small a field ({value})"
    pairs, gaps = phrases.counted(race["pairs"], "pair"), phrases.counted(race["gaps"], "independent gap")
    return f"if gaps go on drifting as in this race ({value}, from {pairs} of {gaps})"


def _equals(race: Mapping[str, Any], rows: Sequence[Row], names: Mapping[str, str]) -> Iterator[str]:
    """Yield who else is within epsilon by its forecast, and how many labels would tell the nearest of them."""
    near = [row for row in rows if row["forecast"] and row["forecast"]["behind"] <= race["within"]]
    if near:
        shown = ", ".join(names[row["entry"]] for row in near)
        yield f"Forecast within {race['within']:g} bits per label of {names[race['chosen']]}: {shown}."
    if race.get("labels_for_a_tie"):
        yield (
            f"The race went on to the last label: to tell a tie within {race['within']:g} bits per label takes about "
            f"{race['labels_for_a_tie']:,} labels; a larger `--within` takes fewer."
        )


def _identical(rows: Sequence[Row], names: Mapping[str, str]) -> Iterator[str]:
    left = {row["entry"]: row["stage"]["left"] for row in rows}
    for row in rows:
        like, labels = row["stage"]["like"], row["codelength"]["labels"]
        if like in names:
            went = ", which went on for both" if row["stage"]["left"] and not left[like] else ""
            yield f"{names[row['entry']]}: identical to {names[like]}, the same bits for all {labels:,} labels{went}."


def _audited(row: Row, names: Mapping[str, str]) -> str:
    found = row["audit"]
    end = "ended further ahead of the chosen one than was to happen" if found["overtook"] else "did not overtake"
    held = {True: ", inside its forecast's interval", False: ", outside its forecast's interval", None: ""}
    bits = phrases.signed(found["final_bits"])
    return f"Audit: {names[row['entry']]} was let finish; it {end} ({bits} bits{held[found['in_interval']]})."


def _of_version_1(race: Mapping[str, Any], rows: Sequence[Row], names: Mapping[str, str]) -> Iterator[str]:
    """Yield what a ranking of version 1 says of those that its race dropped."""
    gone = [row for row in rows if row["stage"]["left"]]
    for row in gone:
        stage = row["stage"]
        yield (
            f"{names[row['entry']]}: stopped after {stage['n']:,} labels, {phrases.bits(stage['behind_bits'])} bits "
            f"behind the leader; to catch up it would have to be {stage['needed_bits_per_label']:.3f} bits better on "
            f"each of the last {stage['of'] - stage['n']:,}."
        )
    if gone:
        yield (
            "A stopped checkpoint might still have caught up with more labels; it was assumed that its gap would close "
            f"by at most {race['least_shrinkage']} bits per label and doubling of the labels, or as fast as it was "
            "seen to."
        )
    yield from (_audited(row, names) for row in rows if row["audit"])
