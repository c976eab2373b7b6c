"""cleanlab on posteriors that are held out: its three scores of label quality, what it flags, Datalab on features."""

from __future__ import annotations

import contextlib
import io

import numpy as np

METHODS = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")
PENALTIES = np.geomspace(1e-4, 1, 5)
FOLDS = 5


def logistic_posterior(features: np.ndarray, labels: np.ndarray, seed: int) -> np.ndarray:
    """Return probabilities [N, C] of regressions that did not see the row, on standardised features.

    Five folds; the penalty is chosen inside each by three-fold log-loss.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def folds(count: int) -> StratifiedKFold:
        return StratifiedKFold(count, shuffle=True, random_state=seed)

    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))
    chosen = GridSearchCV(probe, {"logisticregression__C": PENALTIES}, scoring="neg_log_loss", cv=folds(3))
    return np.asarray(cross_val_predict(chosen, features, labels, cv=folds(FOLDS), method="predict_proba"))


def bank_posterior(features: np.ndarray, labels: np.ndarray, seed: int) -> np.ndarray:
    """Return probabilities [N, C] of the bank from five folds, each coded last in one order.

    Late rows of a fold are predicted from early ones of it too: between four fifths of the others and all of them.
    """
    from lit_hf.coding.arrays import checked
    from lit_hf.coding.opinion import opinion_of_classes
    from lit_hf.coding.order import Code, Order

    examples, rule = checked(features, labels, None, int(labels.max()) + 1)
    said = np.empty((len(labels), rule.classes))
    for fold in range(FOLDS):
        found = opinion_of_classes(features, examples, rule, Order(fold, seed, False, FOLDS), Code())
        last = found.position > _start(examples.groups, seed, fold)
        said[last] = found.table[last]
    return said / said.sum(1, keepdims=True)


def _start(groups: np.ndarray, seed: int, fold: int) -> int:
    from lit_hf.codes.orders import rotated_order

    return rotated_order(groups, seed, fold, FOLDS)[1]


def cleanlab_scores(labels: np.ndarray, said: np.ndarray) -> tuple[dict[str, np.ndarray], int]:
    """Return label quality [N] by each method, low where suspicious, and how many rows cleanlab flags by default."""
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    scores = {
        each: np.asarray(get_label_quality_scores(labels, said, method=each, adjust_pred_probs=False))
        for each in METHODS
    }
    return scores, int(find_label_issues(labels, said, n_jobs=1).sum())


def datalab_score(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return Datalab's label quality [N] from features alone."""
    from cleanlab import Datalab

    with contextlib.redirect_stdout(io.StringIO()):
        lab = Datalab({"label": [str(each) for each in labels]}, label_name="label", verbosity=0)
        lab.find_issues(features=features, issue_types={"label": {}})
    return lab.get_issues("label")["label_score"].to_numpy()
