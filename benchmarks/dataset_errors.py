"""Label errors: bits against cleanlab on labels that were made wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from benchmarks.dataset_kept import Kept, Target, mean_interval, show
from benchmarks.rival_cleanlab import bank_posterior, cleanlab_scores, datalab_score, logistic_posterior
from lit_hf.data import LabelErrors, label_errors

KINDS, SHARE = ("uniform", "confusion"), 0.05
MEASURES = ("auc", "ap", "at_k")
RIVALS = ("logistic", "bank")


@dataclass(frozen=True)
class Flipped:
    """Labels of which some are wrong: int64 [N], and bool [N], which."""

    given: np.ndarray
    wrong: np.ndarray


def flip(features: np.ndarray, labels: np.ndarray, kind: str, seed: int, share: float = SHARE) -> Flipped:
    """Make a share of labels wrong: any other class, or as often as a logistic regression takes one for the other."""
    rng, classes, count = np.random.default_rng([seed, KINDS.index(kind)]), int(labels.max()) + 1, len(labels)
    chances = np.ones((classes, classes)) if kind == "uniform" else confusion(features, labels, classes)
    np.fill_diagonal(chances, 0)
    weights = np.ones(count) if kind == "uniform" else chances.sum(1)[labels]
    rows = rng.choice(count, round(share * count), replace=False, p=weights / weights.sum())
    given, wrong = labels.copy(), np.zeros(count, dtype=bool)
    given[rows] = [rng.choice(classes, p=chances[each] / chances[each].sum()) for each in labels[rows]]
    wrong[rows] = True
    return Flipped(given, wrong)


def confusion(features: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return how much probability a held-out regression gives class j where i is right, [C, C]; plain C = 0.01."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=200))
    said = cross_val_predict(probe, features, labels, cv=5, method="predict_proba")
    return np.stack([said[labels == each].mean(0) for each in range(classes)])


def measured(score: np.ndarray, wrong: np.ndarray) -> dict[str, float]:
    """Return area, average precision and precision at the number flipped of a score that is high where suspicious."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    first = np.argsort(-score, kind="stable")[: int(wrong.sum())]
    auc, ap = roc_auc_score(wrong, score), average_precision_score(wrong, score)
    return {"auc": float(auc), "ap": float(ap), "at_k": float(wrong[first].mean())}


def one(name: str, limit: int, kind: str, seed: int) -> dict[str, Any]:
    """Return all scores' measures on one set with one draw of wrong labels, and what our depths say of them."""
    from benchmarks.sets import load

    data = load(name, limit)
    flipped = flip(data.features, data.labels, kind, seed)
    began = time.process_time()
    found = label_errors(data.features, flipped.given, seed=seed, num_classes=data.classes)
    spent = time.process_time() - began
    out: dict[str, Any] = {"bits": measured(found.bits, flipped.wrong), "cpu": spent, "wrong": int(flipped.wrong.sum())}
    posteriors: dict[str, Callable[..., np.ndarray]] = {"logistic": logistic_posterior, "bank": bank_posterior}
    for rival, posterior in posteriors.items():
        scores, flagged = cleanlab_scores(flipped.given, posterior(data.features, flipped.given, seed))
        out[rival] = {each: measured(-quality, flipped.wrong) for each, quality in scores.items()}
        out[f"{rival}_flags"] = flagged
    out["datalab"] = measured(-datalab_score(data.features, flipped.given), flipped.wrong)
    return out | {"depths": depths(found, flipped.wrong), "labels": len(data.labels)}


def depths(found: LabelErrors, wrong: np.ndarray) -> dict[str, Any]:
    """Return of each kind of planted errors what it says of the hidden ones: the share in its first half, the bound."""
    order, total = found.order, max(int(wrong.sum()), 1)
    return {
        each.kind: {
            "held": float(wrong[order[: each.half]].sum() / total), "planted": each.planted,
            "bound": each.bound, "about": each.estimate,
        }
        for each in found.depths
    }  # fmt: skip


def runs(kept: Kept) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return all draws, by set and kind."""
    out: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for (name, limit), kind, seed in product(kept.size.errors.items(), KINDS, kept.size.seeds):
        piece = kept.piece(f"errors-{name}-{limit}-{kind}-{seed}", partial(one, name, limit, kind, seed))
        out.setdefault((name, kind), []).append(piece)
    return out


def best(found: list[dict[str, Any]], rival: str) -> dict[str, float]:
    """Return the rival's means over seeds, of the best of its scores in each column."""
    scores = found[0][rival]
    return {
        each: max(float(np.mean([one[rival][score][each] for one in found])) for score in scores) for each in MEASURES
    }


def errors(kept: Kept) -> list[Target]:
    """Print the table of finding wrong labels; return the targets."""
    rows, gaps = [], dict[str, dict[tuple[str, str], dict[str, float]]]()
    for key, found in runs(kept).items():
        ours = {each: float(np.mean([one["bits"][each] for one in found])) for each in MEASURES}
        cells: list[Any] = [*key, f"{found[0]['labels']:,}"]
        theirs = {rival: best(found, rival) for rival in RIVALS}
        for rival in RIVALS:
            gaps.setdefault(rival, {})[key] = {each: ours[each] - theirs[rival][each] for each in MEASURES}
        datalab = {each: float(np.mean([one["datalab"][each] for one in found])) for each in MEASURES}
        for each in MEASURES:
            cells.append(" / ".join(f"{one[each]:.3f}" for one in (ours, *theirs.values(), datalab)))
        flags = [round(float(np.mean([one[f"{rival}_flags"] for one in found]))) for rival in RIVALS]
        rows.append([*cells, f"{found[0]['wrong']}: {flags[0]}, {flags[1]}"])
    print("Each cell: bits / cleanlab on (a) logistic regression / (b) the bank's posterior / Datalab on features\n")
    show(
        ("set", "flips", "N", "AUC", "average precision", "precision at k", "wrong: flagged by cleanlab (a), (b)"), rows
    )
    return error_targets(gaps)


def error_targets(gaps: dict[str, dict[tuple[str, str], dict[str, float]]]) -> list[Target]:
    """Return the targets of finding wrong labels: per set against (a), pooled, and against (b)."""
    out = []
    names = dict.fromkeys(name for name, _ in gaps["logistic"])
    for name in names:
        mine = {kind: gap for (other, kind), gap in gaps["logistic"].items() if other == name}
        two, words = name.startswith("rotten"), ", ".join(f"{k} {_signed(gap)}" for k, gap in mine.items())
        out.append(Target(_two(mine) if two else _more(mine), f"{name} against (a), AUC / AP / at k: {words}"))
    middle, low, high = mean_interval([gap["ap"] for gap in gaps["logistic"].values()])
    words = f"average precision pooled {middle:+.3f} ({low:+.3f} to {high:+.3f}), at least +.04 and above 0"
    out.append(Target(middle >= 0.04 and low > 0, words))
    worst = min(min(gap.values()) for gap in gaps["bank"].values())
    return [*out, Target(worst >= -0.01, f"against (b) at worst {worst:+.3f}, no less than -.01")]


def _signed(gap: dict[str, float]) -> str:
    return " / ".join(f"{gap[each]:+.3f}" for each in MEASURES)


def _more(gaps: dict[str, dict[str, float]]) -> bool:
    return all(gap["ap"] > 0 and gap["auc"] >= -0.003 and gap["at_k"] >= -0.01 for gap in gaps.values())


def _two(gaps: dict[str, dict[str, float]]) -> bool:
    near = all(min(gap["ap"], gap["at_k"]) >= -0.01 and gap["auc"] >= -0.005 for gap in gaps.values())
    return near and all(float(np.mean([gap[each] for gap in gaps.values()])) > 0 for each in ("ap", "at_k"))
