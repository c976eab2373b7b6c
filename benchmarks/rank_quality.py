"""Does codelength put encoders in the order that training does, and better than the scores others use?

Two truths (benchmarks/truths.py): test accuracy after finetuning, with the learning rate chosen on validation examples
for each encoder; and of a frozen probe trained on ten times the labels that a score sees. For each set, budget and draw
of labels, every score orders the encoders from the same features and labels; what is reported is the weighted
Kendall tau with each truth, the top-1 regret in points of accuracy, and the paired bootstrap of the difference in tau
between codelength and each rival, pooled over sets and budgets. Encoders and draws are resampled together, the same for
codelength and rival.

    python benchmarks/rank_quality.py --device cuda                     # the whole benchmark
    python benchmarks/rank_quality.py --sets bbc --encoders L6 L3 "L6 2 bits" --budgets 100 --draws 1 --epochs 1
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import field, truths
from lit_hf.ranking.agreement import top1_regret, weighted_kendall
from lit_hf.ranking.other_scores import NAMES, other_score
from lit_hf.runtime.cache import digest_of, write_json
from lit_hf.runtime.progress import NullProgress
from lit_hf.runtime.units import run_units

SCORES = ("codelength", *NAMES)
TRUTHS = ("finetuned", "probe on ten times the labels")
Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


def split(data: field.Texts, tenfold: int) -> tuple[Parts, np.ndarray]:
    """Return (training, validation, test) examples of the truths, and those that scores may draw from.

    Test and validation are apart from all; a score's labels are a part of the truths' training examples.
    """
    total = len(data.texts)
    test, valid, rest = np.split(np.arange(total), [total // 4, total // 4 + total // 10])
    return (rest[:tenfold], valid, test), rest[:tenfold]


def score(name: str, rows: np.ndarray, labels: np.ndarray, classes: int) -> float:
    """Return a score, higher is better; NaN where it cannot be computed."""
    from lit_hf.coding.arrays import codelength

    if name == "codelength":
        return -codelength(rows, labels, num_classes=classes, orders=3).bits
    try:
        return other_score(name)(rows, labels)
    except (ValueError, np.linalg.LinAlgError):
        return float("nan")


def cached(folder: Path, content: Sequence[Any], make: Callable[[], Any]) -> Any:
    """Return what an earlier, perhaps interrupted, run computed for `content`, or compute and keep it."""
    file = folder / f"{digest_of(list(content))}.json"
    if not file.is_file():
        write_json(file, {"content": list(content), "value": make()})
    return json.loads(file.read_text())["value"]


def score_set(data: field.Texts, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return one row for each budget and draw: scores and truths of all encoders."""
    keep = options.output / "parts"
    about = [data.name, len(data.texts), options.train, options.max_tokens]
    recipe = truths.Recipe(tuple(options.rates), options.epochs, options.batch, options.max_tokens, options.device)
    (parts, pool), rows = split(data, options.train), {}
    tuning = parts[0][: options.tune], parts[1][: options.tune], parts[2]
    truth: dict[str, list[float]] = {name: [] for name in TRUTHS}
    for name in options.encoders:
        tuned = cached(keep, [*about, "finetuned", name, options.rates, options.epochs, options.batch, options.tune],
                       partial(truths.finetuned_accuracy, name, data, tuning, recipe))  # fmt: skip
        truth["finetuned"].append(tuned["test"])
        rows[name] = field.embed(field.open_encoder(name, options.max_tokens), data.texts)
        print(f"{data.name:14s} {name:14s} finetuned {tuned['test']:.3f} at {tuned['rate']:g}", flush=True)
    found = []
    for budget in options.budgets:
        train = (pool[: 10 * budget], *parts[1:])
        probed = [cached(keep, [*about, "probe", name, budget],
                         partial(truths.probe_accuracy, rows[name], data.labels, train))
                  for name in options.encoders]  # fmt: skip
        for draw in range(options.draws):
            drawn = np.random.default_rng([draw, budget]).permutation(pool)[:budget]
            scores = _all_scores(data, rows, drawn, keep, [*about, budget, draw], options.encoders)
            found.append({"set": data.name, "budget": budget, "draw": draw, "scores": scores,
                          "truths": {TRUTHS[0]: truth[TRUTHS[0]], TRUTHS[1]: probed}})  # fmt: skip
    return found


def _all_scores(data: field.Texts, rows: dict[str, np.ndarray], drawn: np.ndarray, keep: Path, about: list[Any],
                encoders: Sequence[str]) -> dict[str, list[float]]:  # fmt: skip
    jobs = [(which, name) for which in SCORES for name in encoders]
    units = [
        partial(cached, keep, [*about, which, name],
                partial(score, which, rows[name][drawn], data.labels[drawn], data.classes))
        for which, name in jobs
    ]  # fmt: skip
    values = dict(zip(jobs, run_units(units, NullProgress(), "scores"), strict=True))
    return {which: [values[which, name] for name in encoders] for which in SCORES}


def agreement(rows: Sequence[dict[str, Any]], score: str, truth: str, chosen: np.ndarray | None = None) -> list[float]:
    """Return the weighted tau of each row, over the `chosen` encoders (default: all)."""
    pick = slice(None) if chosen is None else chosen
    return [
        weighted_kendall(np.array(row["scores"][score])[pick], np.array(row["truths"][truth])[pick]) for row in rows
    ]


def compare(rows: Sequence[dict[str, Any]], truth: str, trials: int) -> dict[str, dict[str, float]]:
    """Return for each score its mean tau and regret, and codelength's tau minus its own with a 95 % interval."""
    generator = np.random.default_rng(0)
    count = len(rows[0]["truths"][truth])
    samples: dict[str, list[float]] = {name: [] for name in NAMES}
    for _ in range(trials):
        chosen = generator.integers(0, count, count)
        if len(set(chosen.tolist())) < 3:
            continue
        picked = _resample(rows, generator)
        ours = np.array(agreement(picked, "codelength", truth, chosen))
        for name in NAMES:
            samples[name].append(float(np.nanmean(ours - np.array(agreement(picked, name, truth, chosen)))))
    ours = np.array(agreement(rows, "codelength", truth))
    table = {}
    for name in SCORES:
        taus = np.array(agreement(rows, name, truth))
        regrets = [top1_regret(row["scores"][name], row["truths"][truth]) for row in rows]
        table[name] = {"tau": float(np.nanmean(taus)), "top1_regret": float(np.nanmean(regrets))}
        if name != "codelength":
            low, high = np.nanquantile(samples[name], [0.025, 0.975]) if samples[name] else (np.nan, np.nan)
            table[name] |= {"ahead": float(np.nanmean(ours - taus)), "ahead_low": float(low), "ahead_high": float(high)}
    return table


def _resample(rows: Sequence[dict[str, Any]], generator: np.random.Generator) -> list[dict[str, Any]]:
    """Draw, within each set and budget, as many draws of labels as there are, with replacement."""
    cells: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in rows:
        cells.setdefault((row["set"], row["budget"]), []).append(row)
    return [cell[i] for cell in cells.values() for i in generator.integers(0, len(cell), len(cell))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=["rotten", "reuters_r8", "newsgroups20"], choices=field.SETS)
    parser.add_argument("--encoders", nargs="+", default=[*field.encoders(), "random twin"])
    parser.add_argument("--budgets", nargs="+", type=int, default=[100, 500, 2000])
    parser.add_argument("--draws", type=int, default=5, help="draws of labels for each budget")
    parser.add_argument("--examples", type=int, default=None, help="texts of each set, test and validation included")
    parser.add_argument("--train", type=int, default=20_000, help="at most so many training examples of the truths")
    parser.add_argument(
        "--tune", type=int, default=None, help="finetune on the first so many of them, and choose on as many"
    )
    parser.add_argument("--max-tokens", type=int, default=field.MAX_TOKENS)
    parser.add_argument("--rates", nargs="+", type=float, default=[1e-5, 3e-5, 1e-4, 3e-4], help="learning rates")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32, help="texts of a step of finetuning")
    parser.add_argument("--bootstrap", type=int, default=1000)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--output", type=Path, default=Path("runs/rank_quality"))
    options = parser.parse_args()
    rows = [row for name in options.sets for row in score_set(field.load(name, options.examples), options)]
    result = {truth: compare(rows, truth, options.bootstrap) for truth in TRUTHS}
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "rank_quality.json").write_text(json.dumps({"rows": rows, "result": result}, indent=1) + "\n")
    for truth, table in result.items():
        print(f"\n{truth}: weighted Kendall tau, top-1 regret, codelength ahead by [95 %]")
        for name, each in table.items():
            ends = [f"{each[key]:+.3f}" for key in ("ahead", "ahead_low", "ahead_high") if key in each]
            print(f"{name:14s} {each['tau']:+.3f} {each['top1_regret']:.4f} {' '.join(ends)}")


if __name__ == "__main__":
    main()
