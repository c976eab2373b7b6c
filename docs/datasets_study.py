"""A study of three real datasets by the five commands of `lit-hf data`: `python docs/datasets_study.py DIR`.

    python docs/datasets_study.py DIR --files     # only write the csv files
    python docs/datasets_study.py DIR --quick     # Rotten Tomatoes alone, few labels
    python docs/datasets_study.py DIR --page      # put table and figure into docs/

Needs the `test` extra and `scripts/fetch_test_data.sh`; nothing is fetched. What DIR holds already is not run
again: remove it for a fresh study.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MARK = "<!-- table of `python docs/datasets_study.py DIR --page` -->"
ENDS = "<!-- end of the table -->"
NAMES = {"rotten": "Rotten Tomatoes", "r8": "Reuters R8", "bbc": "BBC news"}
COLOURS = {"rotten": ("#0072B2", "-"), "r8": ("#D55E00", (0, (5, 1.5))), "bbc": ("#009E73", (0, (5, 1.5, 1, 1.5)))}


@dataclass(frozen=True)
class Study:
    """Which sets are studied, how many labels of each, and in how many orders label errors are looked for."""

    folder: Path
    sets: tuple[str, ...] = tuple(NAMES)
    labels: int = 2_000
    orders: int = 10
    halves: int = 2_000

    def run(self, name: str, *words: str) -> dict[str, Any]:
        """Print and run one command in this process, unless its `--output` is there; return the JSON object of that."""
        from lit_hf.cli.app import run

        place = self.folder / name
        line = ("data", *words, "--format", "quiet", "--output", str(place))
        if not [*place.glob("*.json")]:
            print(f"$ lit-hf {' '.join(line)}", file=sys.stderr, flush=True)
            with contextlib.redirect_stdout(io.StringIO()):
                code = run(line)
            if code:
                raise SystemExit(f"expected exit code 0, got {code}")
        [file] = place.glob("*.json")
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found

    def file(self, name: str) -> str:
        """Return the path of one csv file."""
        return str(self.folder / f"{name}.csv")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files, run the commands, print the table."""
    sys.path.insert(0, str(ROOT))  # a checkout that is not installed will do
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), help="where files and results go")
    parser.add_argument("--files", action="store_true", help="write the csv files and stop")
    parser.add_argument("--quick", action="store_true", help="Rotten Tomatoes alone, few labels")
    parser.add_argument("--page", action="store_true", help="write table and figure into docs/")
    given = parser.parse_args(arguments)
    folder = given.folder / "quick" if given.quick else given.folder
    folder.mkdir(parents=True, exist_ok=True)
    write_files(folder)
    if given.files:
        return
    study = Study(folder, ("rotten",), 700, 5, 300) if given.quick else Study(folder)
    found = {name: study_of(study, name) for name in study.sets}
    text = table(found, compared(study))
    print(text)
    draw(found, ROOT / "docs" / "images" / "datasets.png" if given.page else folder / "datasets.png")
    if given.page:
        write_page(text)


def write_files(folder: Path) -> None:
    """Write rotten.csv, its halves half1.csv and half2.csv, r8.csv, r8_test.csv and bbc.csv: text, label."""
    from scripts import assets

    rotten = _rows(*assets.rotten())
    _write(folder / "rotten.csv", rotten)
    for number in (0, 1):
        _write(folder / f"half{number + 1}.csv", rotten[number::2])
    _write(folder / "r8.csv", _rows(*assets.reuters_r8()))
    _write(folder / "r8_test.csv", _rows(*assets.reuters_r8("test")))
    _write(folder / "bbc.csv", _rows(*assets.bbc()))


def _rows(texts: list[str], labels: list[int], names: list[str]) -> list[tuple[str, str]]:
    return [(text, names[label]) for text, label in zip(texts, labels, strict=True)]


def _write(path: Path, rows: Sequence[tuple[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])


def study_of(study: Study, name: str) -> dict[str, Any]:
    """Return what check, errors, info and dissect say of one set."""
    from scripts import assets

    data, size = study.file(name), ("--max-examples", str(study.labels))
    model = ("--model", str(assets.l6_folder()))
    test = ("--test", study.file("r8_test")) if name == "r8" else ()
    return {
        "check": study.run(f"{name}-check", "check", data, *test),
        "errors": study.run(f"{name}-errors", "errors", data, *model, *size, "--orders", str(study.orders)),
        "info": study.run(f"{name}-info", "info", data, *model, *size),
        "label": study.run(f"{name}-label", "dissect", data, *model, *size, "--by", "label"),
        "length": study.run(f"{name}-length", "dissect", data, *model, *size, "--by", "length"),
    }


def compared(study: Study) -> dict[str, Any]:
    """Return what the second half of Rotten Tomatoes says about the first."""
    from scripts import assets

    size = ("--max-examples", str(study.halves))
    files = (study.file("half1"), study.file("half2"))
    found = study.run("halves", "compare", *files, "--model", str(assets.l6_folder()), *size, "--orders", "5")
    pair: dict[str, Any] = found["pairs"][0]
    return pair


def table(found: dict[str, dict[str, Any]], halves: dict[str, Any]) -> str:
    """Return the study in Markdown."""
    columns = [dict(lines_of(each)) for each in found.values()]
    rows = [
        f"| {name} | {' | '.join(column.get(name, '–') for column in columns)} |"
        for name in columns[0]
    ]  # fmt: skip
    head = f"| | {' | '.join(NAMES[name] for name in found)} |\n|{'---|' * (len(found) + 1)}"
    return "\n".join([head, *rows, "", shared(halves)])


def lines_of(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the rows of one set: what is said, and the figures."""
    check, info = found["check"], found["info"]
    own = check["copies"][0]
    best = check["rules"]["by_bits"][0] if check["rules"]["by_bits"] else None
    unfair = [each["check"] for each in check["findings"] if each["verdict"] in ("look", "unfair")]
    yield "`check`: verdict", f"{check['verdict']}{': ' + ', '.join(unfair) if unfair else ''}"
    yield "rows, copies, near copies", f"{check['splits'][0]['rows']:,}, {own['exact']:,}, {own['near']:,}"
    yield "groups with other labels", f"{check['conflicts']['groups']:,}"
    said = f"{best['rule']}: {best['saved_bits']:,.0f} of {check['prior_bits']:,.0f} bits" if best else "none"
    yield "best rule", said
    yield from _errors(found["errors"])
    now, ahead, last = info["forecast"], info["forecast"]["bits"][0], info["information"][-1]
    limits = _limits(last["interval"])
    others = f"{last['labels']:,} on {info['coded_labels']:,}: {last['bits']:,.0f} ({limits})"
    yield "`info`: bits that n labels save on k others", others
    yield "… the last doubling", f"{info['last_doubling']['bits']:.0f}, {info['last_doubling']['verdict']}"
    yield "bits a label: now, at twice the labels", f"{now['bits_now']:.2f}, {_ahead(ahead, '.2f')}"
    yield "accuracy: now, at twice the labels", f"{now['accuracy_now']:.1%}, {_ahead(now['accuracy'][0], '.1%')}"
    for name in [each for each in ("label", "length") if each in found]:
        slices = found[name]["slices"]
        spoken = (f"{each['values'][0]} ({each['share_left']:.0%} of {each['labels']:,})" for each in _ends(slices))
        yield f"`dissect` by {name}: most and least left", ", ".join(spoken)


def _errors(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for depth in found["depths"]:
        rows = f"{depth['rows_with_half']:,}, {depth['rows_with_80_percent']:,}"
        yield f"`errors`, {depth['kind']}: rows that hold half, 80 %", f"{rows} (area {depth['auc']:.3f})"
        share = f"{depth['wrong_share_about']:.1%}, {depth['wrong_share_at_most']:.1%}"
        yield f"wrong labels, {depth['kind']}: about, at most", share
    first = found["first"][0]
    yield "first in the list", f"{first['given_label']} → {first['suggested_label']}, {first['bits']:.1f} bits"


def _ends(slices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    large = [each for each in slices if each["labels"] >= 30]
    return [large[0], large[-1]]


def _limits(interval: Sequence[float]) -> str:
    return f"{interval[0]:,.0f} to {interval[1]:,.0f}"


def _ahead(found: dict[str, Any], form: str) -> str:
    low, high = found["band"]
    return f"{found['median']:{form}} ({low:{form}} to {high:{form}})"


def shared(pair: dict[str, Any]) -> str:
    """Return what `compare` says of the two halves of Rotten Tomatoes."""
    said = {
        name: f"{pair[name]['bits']:.0f} ({_limits(pair[name]['interval'])})"
        for name in ("own", "transfer", "unique", "common")
    }
    return (
        f"`compare`, two halves of Rotten Tomatoes: on {pair['coded_labels']:,} labels of the first half, its own "
        f"other {pair['own_labels']:,} save {said['own']} bits, {pair['given_labels']:,.0f} of the second half "
        f"{said['transfer']}; beside these, its own save {said['unique']} more, and {said['common']} are common."
    )


def draw(found: dict[str, dict[str, Any]], path: Path) -> None:
    """Draw what labels hold, and how far to read, for all sets."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from lit_hf.reports.figure import style

    with style():
        figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
        for name, each in found.items():
            colour, dash = COLOURS[name]
            curve, coded = each["info"]["information"], each["info"]["coded_labels"]
            n, bits = zip(*((one["labels"], one["bits"] / coded) for one in curve), strict=True)
            low, high = zip(*([limit / coded for limit in one["interval"]] for one in curve), strict=True)
            left.plot(n, bits, color=colour, linestyle=dash, label=NAMES[name])
            left.fill_between(n, low, high, color=colour, alpha=0.15, linewidth=0)
            for depth in each["errors"]["depths"][:1]:
                rows, shares = zip(*((one["rows"], one["found"]) for one in depth["curve"]), strict=True)
                right.plot(rows, shares, color=colour, linestyle=dash, label=NAMES[name])
        left.set(xlabel="other labels known", ylabel="bits saved on each label", title="lit-hf data info")
        right.set(xlabel="rows read", ylabel="planted errors found", xscale="log", title="lit-hf data errors")
        left.legend(frameon=False)
        figure.savefig(path)
        pyplot.close(figure)


def write_page(text: str) -> None:
    """Put the table between the marks of docs/datasets.md."""
    page = ROOT / "docs" / "datasets.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(MARK)
    page.write_text(f"{before}{MARK}\n\n{text}\n\n{ENDS}{rest.partition(ENDS)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
