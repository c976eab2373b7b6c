"""Records with everything that a page can show, and strings that try to get out of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from lit_hf.records.record import Record
from tests.support.records import hub_record as record

HOSTILE = (
    "<script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "</style></script><svg onload=window.hacked=1>",
    "' onmouseover='window.hacked=1' x='{{ 7 * 7 }}",
    "javascript:window.hacked=1//<a href='http://evil.example/'>",
    "\u202egnp.exe ]]> <!-- &lt;b&gt; \x00\x07 \ud800",
)


def full(model: str = "org/encoder", **options: Any) -> Record:
    """A record with weights of readouts and a profile over layers."""
    made = record(model=model, **options)
    examples = made["dataset"]["examples"]
    ridge = np.linspace(0.1, 0.9, 4).tolist()
    made.data["coder"] |= {
        "edges": [0, 10, 50, 100, examples],
        "experts": [
            {"name": "ridge", "bits": 300.0, "share": ridge},
            {"name": "uniform", "bits": 400.0, "share": [1 - weight for weight in ridge]},
        ],
    }
    made.data["curve"] |= _curve(made)
    rows = [
        {
            "layer": i,
            "bits": 300.0 - 9 * i,
            "interval": [280.0 - 9 * i, 320.0 - 9 * i],
            "bits_per_label": 0.75 - 0.02 * i,
        }
        for i in range(4)
    ]
    made.data["layers"] = {"rows": rows, "shortest": 3, "mixture_bits": 270.0}
    return made


def _curve(made: Record) -> dict[str, Any]:
    """The curves that the record's own bits per example give, in ten increments."""
    order = made.arrays["order"]
    edges = np.geomspace(8, order.shape[1], 10).astype(int).tolist()
    arms = {"encoder": "bits_encoder", "baseline": "bits_baseline", "raw_input": "bits_raw"}
    along = {
        arm: np.take_along_axis(made.arrays[name], order[: len(made.arrays[name])], 1) for arm, name in arms.items()
    }
    curves = {
        f"{arm}_bits_per_label": [float(bits[:, a:b].mean()) for a, b in pairwise([0, *edges])]
        for arm, bits in along.items()
    }
    return {"labels_seen": [0, *edges[:-1]], **curves, "class_prior_bits_per_label": [1.02] * len(edges)}


def hostile() -> list[Record]:
    """Comparable records in which every word that others chose attacks the page."""
    made = []
    for number, text in enumerate(HOSTILE):
        one = full(f"{text}{'W' * 120}{number}", dataset=HOSTILE[0], quality=0.1 * (number + 1), revision=None)
        one.data["id"] = f"{number:016x}"
        one.data["dataset"] |= {"split": text, "revision": None, "class_names": list(HOSTILE[:2]), "config": HOSTILE[1]}
        one.data["dataset"]["columns"] |= {"text": text, "label": text}
        one.data["model"] |= {"architecture": text, "prompt": text}
        one.data["transfer"] |= {"verdict": text}
        one.data["holdout"] |= {"metric": text, "source": text}
        one.data["baselines"]["raw_input"]["kind"] = text
        one.data["coder"]["experts"][0]["name"] = text
        one.data["settings"]["resolved"]["prompt"] = text
        one.data["settings"]["given"]["prompt"] = text
        one.data["environment"]["platform"] = text
        one.data["notes"] = [text]
        made.append(one)
    return made
