"""Catastrophic forgetting in bits: Fashion-MNIST as 2 x 5 classes, two scenarios; the tables of docs/continual.md.

    python benchmarks/continual.py [--quick] [--seeds 5] [--keep FOLDER] [--page]

Each seed and scenario is one piece that is kept in FOLDER: a run that was stopped goes on, and `--page` writes the
tables of the pieces that are there into the page, with what was run and what was not. The strengths of methods are the
package's defaults. Needs `scripts/fetch_test_data.sh`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from lit_hf.continual.methods import DEFAULT  # noqa: E402
from lit_hf.reports.continual import COLUMNS, markdown, task_cells  # noqa: E402
from scripts import assets  # noqa: E402

A, B = "0,2,3,4,6", "1,5,7,8,9"
"""Tops and dresses; trousers, shoes and bags."""
IMAGES, LEARNED, CODED, EPOCHS = 16_000, 3_000, 1_000, 6
MARK = "<!-- tables of `python benchmarks/continual.py --page` -->"
ENDS = "<!-- end of the tables -->"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="one seed")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--scenarios", nargs="+", default=["task", "class"], choices=["task", "class"])
    options.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "lit-hf-continual")
    options.add_argument("--page", action="store_true", help="write docs/continual.md of the pieces that are there")
    given = options.parse_args()
    given.keep.mkdir(parents=True, exist_ok=True)
    seeds = 1 if given.quick else given.seeds
    if not given.page:
        for kind in given.scenarios:
            for seed in range(seeds):
                piece(given.keep, kind, seed)
    done = {kind: together(given.keep, kind) for kind in ("task", "class")}
    for kind, found in done.items():
        if found is not None:
            print(f"\n{kind}\n{table(found)}")
            targets(kind, found)
    if given.page:
        write_page(done)


def piece(folder: Path, kind: str, seed: int) -> None:
    """Train and measure one seed of a scenario, unless it is there."""
    file = folder / f"{kind}-{seed}.json"
    if file.is_file():
        return
    from lit_hf.continual.networks import Perceptron
    from lit_hf.continual.scenario import Sizes, read_scenario
    from lit_hf.continual.sequence import Sequences, Training
    from lit_hf.continual.study import Asked, Study
    from lit_hf.runtime.progress import NullProgress

    began, pixels = time.process_time(), f"features:{data(folder)}"
    tasks = [f"{pixels}:labels={labels}" for labels in (A, B)]
    scenario = read_scenario(tasks, kind, "perceptron", {}, Sizes(LEARNED, CODED))
    sequences = Sequences(scenario, lambda drawn: Perceptron(784, 10, drawn), Training(EPOCHS))
    study = Study(sequences, Asked(DEFAULT, (seed,), coded=CODED), NullProgress())
    rows = {method: flat(study.one(method, seed)) for method in DEFAULT}
    spent = time.process_time() - began
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps({"rows": rows, "cpu_seconds": spent}))
    draft.replace(file)
    print(f"{kind}, seed {seed}: {spent:.0f} processor seconds", file=sys.stderr)


def flat(row: dict[str, Any]) -> dict[str, float]:
    """Return what the table has of the first task: bits and accuracies."""
    task = row["tasks"][0]
    return {name: getattr(value, "estimate", value) for name, value in task.items() if name != "share"}


def data(folder: Path) -> Path:
    """Write the first images as rows of numbers between 0 and 1."""
    file = folder / "fashion.npz"
    if not file.is_file():
        images, labels = assets.fashion_mnist()
        draft = folder / "draft.npz"
        np.savez(draft, features=images[:IMAGES].reshape(-1, 784).astype(np.float32) / 255, labels=labels[:IMAGES])
        draft.replace(file)
    return file


def together(folder: Path, kind: str) -> dict[str, Any] | None:
    """Return the pieces of a scenario, by method and column, in order of seeds; None where there are none."""
    files = sorted(folder.glob(f"{kind}-*.json"), key=lambda file: int(file.stem.rpartition("-")[2]))
    pieces = [json.loads(file.read_text()) for file in files]
    if not pieces:
        return None
    methods = {
        name: {key: [each["rows"][name][key] for each in pieces] for key in pieces[0]["rows"][name]} for name in DEFAULT
    }
    return {"methods": methods, "seeds": len(pieces), "cpu_seconds": max(each["cpu_seconds"] for each in pieces)}


def table(found: dict[str, Any]) -> str:
    """Return the first task's table in Markdown, as the command shows it."""
    from lit_hf.continual.methods import make_method
    from lit_hf.measures.forgetting import of_method, share_of_seeds

    def cell(values: list[float]) -> dict[str, Any]:
        known = of_method(values)
        return {"bits": known.estimate, "deviation": known.deviation}

    methods = []
    for name, values in found["methods"].items():
        bits = {
            key: cell(values[source])
            for key, source in (
                ("gained", "gained"), ("forgotten", "forgotten"), ("kept_beyond_never", "kept"),
                ("head_given", "head_given"), ("head_free", "head_free"),
            )
        }  # fmt: skip
        accuracy = {key: float(np.mean(values[key])) for key in ("accuracy_given", "accuracy_free")}
        share = share_of_seeds(values["gained"], values["forgotten"])
        methods.append({"method": make_method(name).called, "tasks": [bits | accuracy | {"share": share}]})
    return markdown(COLUMNS, task_cells({"methods": methods}, 0))


def targets(kind: str, found: dict[str, Any]) -> list[str]:
    """Print and return each target, met or missed, with its figures."""
    lines = [_line(met, words) for met, words in checks(kind, found)]
    print("\n".join(lines))
    return lines


def _line(met: bool, words: str) -> str:
    return f"{'met' if met else 'MISSED'}: {words}"


def checks(kind: str, found: dict[str, Any]) -> list[tuple[bool, str]]:
    """Return the targets: orders of methods on each seed, head against features, accuracies without task names."""
    rows, seeds = found["methods"], found["seeds"]
    lost = {name: np.array(values["forgotten"]) for name, values in rows.items()}
    head = np.array(rows["naive"]["head_given" if kind == "task" else "head_free"])
    below = lost["naive"] > 0

    def holds(name: str, each: np.ndarray) -> tuple[bool, str]:
        return bool(each.all()), f"{kind}: {name} on {int(each.sum())} of {seeds} seeds"

    ratio = "; ".join(f"{h:.0f} / {f:.0f}" for h, f in zip(head, lost["naive"], strict=True))
    out = [
        holds("naive forgets more than replay", lost["naive"] > lost["replay"]),
        holds("replay forgets more than joint", lost["replay"] > lost["joint"]),
        holds("naive forgets more than ewc=10000", lost["naive"] > lost["ewc"]),
        holds(f"naive's own head forgets 3 times the features ({ratio} bits)", ~below | (head >= 3 * lost["naive"])),
        (found["cpu_seconds"] <= 60, f"{kind}: {found['cpu_seconds']:.0f} processor seconds a seed, of 60"),
    ]
    if kind == "class":
        for name, above in (("joint", True), ("replay", True), ("naive", False), ("ewc", False), ("lwf", False)):
            values = np.array(rows[name]["accuracy_free"])
            words = f"accuracy on A of {name} {'above .5' if above else 'below .1'} (mean {values.mean():.2f})"
            out.append(holds(words, values > 0.5 if above else values < 0.1))
    return out


def write_page(done: dict[str, dict[str, Any] | None]) -> None:
    """Put the tables between the marks of docs/continual.md."""
    parts = []
    for kind, found in done.items():
        if found is None:
            parts.append(f"### Scenario `{kind}`\n\nNot run.")
            continue
        lines = "\n".join(f"- {_line(*each)}" for each in checks(kind, found))
        known = f"{found['seeds']} of 5 seeds were run; mean ± deviation over them; bits of {CODED:,} labels of A."
        parts.append(f"### Scenario `{kind}`\n\n{known}\n\n{table(found)}\n\n{lines}")
    page = ROOT / "docs" / "continual.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(MARK)
    after = rest.partition(ENDS)[2]
    page.write_text(f"{before}{MARK}\n\n" + "\n\n".join(parts) + f"\n\n{ENDS}{after}", encoding="utf-8")
    print(f"Wrote {page}", file=sys.stderr)


if __name__ == "__main__":
    main()
