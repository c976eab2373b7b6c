"""What `scripts/net.py` runs: commands over the material of `net_data`, each after those whose files it reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SHORT = "--orders 1 --twins 1"
TWO = "--orders 2 --twins 2"


@dataclass(frozen=True)
class Run:
    """One command: a name, its arguments, and whether it `may_fail`: it is refused today, or is meant to be."""

    name: str
    line: str
    may_fail: bool = False

    @property
    def arguments(self) -> list[str]:
        """The command line in parts; none of them has a space."""
        return self.line.split()


@dataclass(frozen=True)
class Kind:
    """One kind of target: two checkpoints and the dataset with its options, all as eval takes them.

    `classes` are what a stream has to be told; a kind that is `whole` is run with every option too.
    """

    name: str
    first: str
    second: str
    data: str
    classes: str = ""
    whole: bool = True


KINDS = (
    Kind("text", "bert-a", "bert-b", "classes.csv", "low,middle,high"),
    Kind("pairs", "bert-a", "bert-b", "pairs.csv", "0,1"),
    Kind("sets", "bert-a", "bert-b", "sets.jsonl"),
    Kind("marks", "bert-a", "bert-b", "marks.csv --label-column short,good,bad", whole=False),
    Kind("numbers", "bert-a", "bert-b", "numbers.csv"),
    Kind("tokens", "bert-a", "bert-b", "tokens.jsonl"),
    Kind("images", "vit-a", "vit-b", "images"),
    Kind("sounds", "wav2vec2-a", "wav2vec2-b", "sounds"),
    *(
        Kind(f"features-{labels}", f"features:features-{labels}.npz", f"features:features-{labels}-alone.npz", "")
        for labels in ("classes", "numbers", "sets")
    ),
)
ENCODED = tuple(kind for kind in KINDS if kind.data)
WHOLE = tuple(kind for kind in KINDS if kind.whole)
PROBED = ("text", "numbers", "tokens", "features-sets")
"""Kinds that are coded again without each kind of probe, which takes long; the others are coded by the same code."""
PUSHED = ("text", "pairs", "numbers", "tokens", "images", "sounds")
FIGURES = ("curve", "ladder", "ranking", "switching", "layers")


def runs(folder: Path) -> Iterator[Run]:
    """Yield every command; what cannot be run here (an adapter without peft) is left out."""
    yield from evaluations()
    yield from arms(folder)
    yield from options()
    yield from rankings()
    for kind in KINDS:
        yield from uses(kind)
    yield from together()
    yield from refused()


def evaluations() -> Iterator[Run]:
    """Both checkpoints of each kind: what all later commands read."""
    for kind in KINDS:
        name, effort = kind.name, TWO if kind.whole else SHORT
        yield Run(f"eval/{name}", f"eval {kind.first} {kind.data} {effort} -o out/{name} -f json")
        yield Run(f"eval/{name}-b", f"eval {kind.second} {kind.data} {effort} -o out/{name}-b -f quiet")


def arms(folder: Path) -> Iterator[Run]:
    """Arms that only some evaluations have: all layers, an adapter's base, examples that are held out."""
    for kind in WHOLE:
        line = f"eval {kind.first} {kind.data} {SHORT} --layer all -o out/{kind.name}-layers"
        yield Run(f"layers/{kind.name}", line, may_fail=not kind.data)
    if (folder / "adapter").exists():
        yield Run("arms/adapter", f"eval adapter classes.csv {TWO} -o out/adapter")
    yield Run("arms/held-out", f"eval bert-a held {TWO} -o out/held-out")
    for name in ("classes.csv", "numbers.csv", "sets.jsonl"):
        line = f"eval bert-a {name} {SHORT} --max-examples 90 -o out/undrawn-{name}"
        yield Run(f"arms/undrawn-{name}", line)


def options() -> Iterator[Run]:
    """Options of eval."""
    for kind in WHOLE:
        line = f"eval {kind.first} {kind.data} {SHORT}"
        if kind.name in PROBED:
            yield Run(f"sensitivity/{kind.name}", f"{line} --sensitivity -o out/{kind.name}-sensitivity", True)
        yield Run(f"block/{kind.name}", f"{line} --code block -o out/{kind.name}-block", True)
        stream = "--streaming" + (f" --classes {kind.classes}" if kind.classes else "")
        yield Run(f"streaming/{kind.name}", f"{line} {stream} -o out/{kind.name}-streaming", True)
    yield Run("options/orders", "eval bert-a classes.csv --orders 4 --twins 1 --seed 3 -o out/orders")
    yield Run("options/twins", "eval bert-a classes.csv --orders 1 --twins 4 -o out/twins")
    reading = "--layer 1 --pooling cls --prompt film: --max-tokens 8 --dtype bfloat16"
    yield Run("options/reading", f"eval bert-c classes.csv {SHORT} {reading} -o out/reading")
    yield Run("options/bin-width", f"eval bert-a numbers.csv {SHORT} --bin-width 0.5 -o out/bin-width")
    yield Run("options/task", f"eval bert-a steps.csv {SHORT} --task regression -o out/task")
    yield Run("options/again", "eval --config out/text/settings.yaml -f quiet")
    yield Run("suite/eval", "eval bert-a suite.yaml -o out/suite")
    yield Run("suite/eval-quiet", "eval bert-a suite.yaml -f quiet")


def rankings() -> Iterator[Run]:
    """The selection: for each kind, and with each of its options."""
    for kind in ENCODED:
        line = f"rank {kind.data} {kind.first} {kind.second} --orders 2"
        yield Run(f"rank/{kind.name}", f"{line} -o out/rank-{kind.name} -f json", True)
        yield Run(f"rank-no-race/{kind.name}", f"{line} --twins 1 --no-race --transfer --no-rivals -f json", True)
    race = "rank race.csv bert-a bert-b bert-c --orders 1"
    yield Run("rank/race", f"{race} --max-examples 650 -o out/rank-race")
    yield Run("rank/audit", f"{race} --max-examples 650 --seed 2 --audit -f json")
    yield Run("rank/suite", "rank suite.yaml --models models.yaml -o out/rank-suite")
    yield Run("rank/quiet", "rank classes.csv bert-a bert-b --orders 2 -f quiet")
    yield Run("rank/missing", "rank classes.csv bert-a bert-nowhere --orders 2 -f json")
    yield Run("rank/features", "rank classes.csv features:features-classes.npz --orders 2", True)


def uses(kind: Kind) -> Iterator[Run]:
    """What is done with records of one kind."""
    record, other, name = f"out/{kind.name}", f"out/{kind.name}-b", kind.name
    yield Run(f"verify/{name}", f"verify {record} -f json", True)
    yield Run(f"diff/{name}", f"diff {record} {other} -f json", True)
    yield Run(f"diff-shown/{name}", f"diff {record} {other} --examples 3", True)
    yield Run(f"show/{name}", f"show {record}")
    yield Run(f"card/{name}", f"card {record}")
    yield Run(f"card/{name}-b", f"card {other}", may_fail=not kind.data)  # features without a baseline
    yield Run(f"report/{name}", f"report {record} {other} -o out/report-{name}", True)
    yield Run(f"report/{name}-layers", f"report out/{name}-layers --no-texts -o out/report-{name}-layers", True)
    for figure in FIGURES if kind.whole else ():
        source = f"out/{name}-layers" if figure == "layers" else record
        yield Run(f"plot-{figure}/{name}", f"plot {source} --kind {figure} -o out/plot-{figure}-{name}", True)
    yield Run(f"push-dry/{name}", f"push {record} --dry-run", True)
    plan = f"eval {kind.first} {kind.data} {TWO}"
    yield Run(f"plan/{name}", f"plan {plan} --max-examples 80 --seed 1 -f json", True)
    yield Run(f"plan-layers/{name}", f"plan {plan} --layer all --sensitivity -f json", True)
    if kind.data:
        yield Run(f"plan-rank/{name}", f"plan rank {kind.data} {kind.first} {kind.second} --transfer -f json", True)


def together() -> Iterator[Run]:
    """What is done with many records."""
    every = " ".join(f"out/{kind.name} out/{kind.name}-b" for kind in ENCODED)
    pushed = " ".join(f"out/{name} out/{name}-b" for name in PUSHED)
    yield Run("report/pushed", f"report {pushed} --no-texts -o out/report-pushed")
    yield Run("report/all", f"report {every} --no-texts -o out/report-all", True)
    yield Run("plot/ranking", "plot out/text out/text-b --kind ranking -o out/plot-ranking-two")
    yield Run("plot/curve", "plot out/text out/text-b -o out/plot-curve-two")
    yield Run("ls/quiet", "ls -f quiet")
    yield Run("ls/json", "ls -f json")
    yield Run("ls/table", "ls")
    yield Run("show/json", "show out/text -f json")
    yield Run("show/ranking", "show out/rank-race")
    yield Run("push/results", f"push {pushed} --to net/results")
    yield Run("push/again", f"push {pushed} --to net/results -f json")
    yield Run("push/sets", "push out/sets out/sets-b --to net/sets", True)
    yield Run("leaderboard/json", "leaderboard net/results -f json")
    yield Run("leaderboard/table", "leaderboard net/results --dataset classes")
    yield Run("leaderboard/sets", "leaderboard net/sets -f json", True)
    yield Run("space", "space out/space --results net/results")


def refused() -> Iterator[Run]:
    """What is refused today, and how."""
    lines = {
        "nothing": "eval",
        "no-dataset": "eval bert-a",
        "order": "eval classes.csv bert-a",
        "model": "eval nowhere classes.csv",
        "dataset": "eval bert-a nowhere.csv",
        "column": "eval bert-a classes.csv --label-column nothing",
        "layer": "eval bert-a classes.csv --layer 9",
        "code": "eval bert-a classes.csv --code other",
        "orders": "eval bert-a classes.csv --orders 0",
        "few": "eval bert-a classes.csv --max-examples 1",
        "medium": "eval vit-a classes.csv",
        "task": "eval bert-a classes.csv --task nothing",
        "streaming-classes": "eval bert-a classes.csv --streaming --classes low,high",
        "rank-nothing": "rank",
        "rank-order": "rank bert-a classes.csv",
        "rank-one": "rank classes.csv",
        "verify": "verify nowhere",
        "verify-entry": "verify out/rank-text",
        "diff": "diff out/text out/pairs",
        "diff-kinds": "diff out/text out/numbers",
        "show": "show nowhere",
        "card-two": "card out/text out/text-b",
        "push-model": "push out/text --to model --dry-run",
        "push-features": "push out/features-classes --to net/results",
        "plot-layers": "plot out/text --kind layers",
        "leaderboard": "leaderboard net/nothing",
        "plan": "plan verify out/text",
        "command": "unknown",
    }
    for name, line in lines.items():
        yield Run(f"refused/{name}", line, may_fail=True)
