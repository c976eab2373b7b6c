"""Cross-validated accuracy of a linear probe."""

from __future__ import annotations

from typing import Any

import numpy as np

from lit_hf.ranking.other_scores.inputs import checked

FOLDS = 5
STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1)  # inverse penalties on standardised features


def linear_probe(features: np.ndarray, labels: np.ndarray) -> float:
    """Mean accuracy over 5 stratified folds of multinomial logistic regression on standardised features.

    The penalty is chosen on an inner split of each training part, never on the fold that is scored, and
    standardisation too is learned from the training part. Unit: accuracy, 0 to 1; higher is better. NaN with fewer
    than two classes or a class with fewer than 5 examples. Limits: it needs four fifths of the labels for one number,
    and copies of an input may straddle folds. The split is seeded.
    """
    x, y, classes = checked(features, labels)
    if classes < 2 or np.bincount(y).min() < FOLDS:
        return float("nan")
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, y)
    return float(np.mean([_score_fold(x, y, train, test) for train, test in folds]))


def _score_fold(x: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> float:
    from sklearn.model_selection import train_test_split

    kept, held = train_test_split(train, test_size=0.25, random_state=0, stratify=y[train])
    scores = [_probe(strength).fit(x[kept], y[kept]).score(x[held], y[held]) for strength in STRENGTHS]
    best = STRENGTHS[int(np.argmax(scores))]
    return float(_probe(best).fit(x[train], y[train]).score(x[test], y[test]))


def _probe(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=300))
