"""Two truths about encoders: test accuracy after finetuning, and of a frozen probe that saw ten times the labels."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import field

STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)
DECAY, WARM, READ = 0.01, 0.1, 32


@dataclass(frozen=True)
class Recipe:
    """How an encoder is finetuned: all of `rates` are tried, each for `epochs` in batches of `batch` texts."""

    rates: tuple[float, ...]
    epochs: int
    batch: int
    max_tokens: int
    device: str


def probe_accuracy(rows: np.ndarray, labels: np.ndarray, parts: Sequence[np.ndarray]) -> float:
    """Return the test accuracy of multinomial logistic regression on frozen, standardised features.

    `parts`: indices of training, validation and test examples; the penalty is chosen on the second.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    train, valid, test = parts
    probes = [make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=500)) for c in STRENGTHS]
    scores = [probe.fit(rows[train], labels[train]).score(rows[valid], labels[valid]) for probe in probes]
    return float(probes[int(np.argmax(scores))].score(rows[test], labels[test]))


def finetuned_accuracy(name: str, data: field.Texts, parts: Sequence[np.ndarray], recipe: Recipe) -> dict[str, Any]:
    """Return the test accuracy of the whole encoder finetuned at the rate that is best on validation examples.

    One rate for all would misjudge encoders: each gets all rates, with the best epoch of each.
    """
    runs = [_finetune(name, data, parts, rate, recipe) for rate in recipe.rates]
    best = max(runs, key=lambda run: run.valid)
    return {"test": best.test(), "rate": best.rate, "valid": {f"{run.rate:g}": run.valid for run in runs}}


@dataclass(frozen=True)
class _Run:
    """Accuracy on the validation examples after the best epoch; `test` computes that on the test examples."""

    rate: float
    valid: float
    test: Callable[[], float]


def _finetune(name: str, data: field.Texts, parts: Sequence[np.ndarray], rate: float, recipe: Recipe) -> _Run:
    import torch

    train, valid, test = parts
    torch.manual_seed(0)
    model, head, tokenizer = _model(name, data.classes, recipe.device)
    both = torch.nn.ModuleList([model, head])

    def logits_of(batch: np.ndarray) -> Any:
        return head(_pooled(model, tokenizer, [data.texts[i] for i in batch], recipe))

    def tested() -> float:
        both.load_state_dict(state)
        return _accuracy(logits_of, data.labels, test)

    optimiser = torch.optim.AdamW(both.parameters(), lr=rate, weight_decay=DECAY, fused=True)
    steps = recipe.epochs * -(-len(train) // recipe.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _share(step, steps))
    best, state = -1.0, both.state_dict()
    for epoch in range(recipe.epochs):
        both.train()
        for batch in _batches(np.random.default_rng(epoch).permutation(train), recipe.batch):
            truth = torch.as_tensor(data.labels[batch], device=recipe.device)
            loss = torch.nn.functional.cross_entropy(logits_of(batch), truth)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(both.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        both.eval()
        score = _accuracy(logits_of, data.labels, valid)
        if score > best:
            best, state = score, copy.deepcopy(both.state_dict())
    return _Run(rate, best, tested)


def _model(name: str, classes: int, device: str) -> tuple[Any, Any, Any]:
    """Return the body, a fresh linear head and the tokeniser; `random twin` is L6 with fresh weights."""
    import torch
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    twin = name == "random twin"
    folder: Path = field.encoders()["L6" if twin else name]()
    config = AutoConfig.from_pretrained(folder)
    model = AutoModel.from_config(config) if twin else AutoModel.from_pretrained(folder, dtype=torch.float32)
    head = torch.nn.Linear(config.hidden_size, classes)
    torch.nn.init.zeros_(head.weight)
    return model.to(device), head.to(device), AutoTokenizer.from_pretrained(folder)


def _pooled(model: Any, tokenizer: Any, texts: list[str], recipe: Recipe) -> Any:
    """Return the mean of the last states of each text, [n, d]."""
    tokens = tokenizer(texts, truncation=True, max_length=recipe.max_tokens, padding=True, return_tensors="pt")
    tokens = tokens.to(recipe.device)
    states, mask = model(**tokens).last_hidden_state, tokens["attention_mask"][..., None]
    return (states * mask).sum(1) / mask.sum(1)


def _accuracy(logits_of: Callable[[np.ndarray], Any], labels: np.ndarray, rows: np.ndarray) -> float:
    import torch

    with torch.inference_mode():
        hits = [(logits_of(batch).argmax(1).cpu().numpy() == labels[batch]).sum() for batch in _batches(rows, READ)]
    return float(sum(hits)) / len(rows)


def _batches(rows: np.ndarray, size: int) -> list[np.ndarray]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _share(step: int, steps: int) -> float:
    """Rate of a step: linear warm-up over a tenth, then linear to zero."""
    warm = max(1, int(WARM * steps))
    return (step + 1) / warm if step < warm else max(0.0, (steps - step) / max(1, steps - warm))
