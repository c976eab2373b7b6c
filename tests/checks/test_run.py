"""The checks as a whole: no torch, a result that keeps its schema, and real data without a false alarm."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources

import jsonschema
import numpy as np
import pytest

from lit_hf.data import DataCheck, check
from scripts.assets.texts import change, random_texts
from tests.support import assets

SCHEMA = json.loads(resources.files("lit_hf").joinpath("records/schemas/data-check-1.json").read_text(encoding="utf-8"))


def some() -> DataCheck:
    rng, texts = np.random.default_rng(0), random_texts(200)
    texts += [texts[0], change(texts[1], 20, rng)]
    y = rng.integers(0, 3, 202).tolist()
    test = ([*random_texts(50, seed=1), texts[5], None], [*rng.integers(0, 3, 51).tolist(), None])
    return check(texts, y, test=test, columns={"year": [row % 5 for row in range(202)]})


def test_checking_imports_no_torch_and_no_transformers() -> None:
    code = (
        "import sys, lit_hf.data; lit_hf.data.check(['a b c', 'A  b c'], [0, 1]).to_json();"
        "print([name for name in ('torch', 'transformers', 'datasets', 'sklearn', 'scipy', 'pandas', 'matplotlib')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_module_is_there_when_the_package_is() -> None:
    code = "import lit_hf; print(lit_hf.data.check(['a', 'b'], [0, 1]).verdict, hasattr(lit_hf, 'dta'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["look", "False"]  # classes of one example


def test_the_result_keeps_its_schema() -> None:
    found = some()
    whole = json.loads(found.to_json())
    jsonschema.validate(whole, SCHEMA)
    assert whole["verdict"] == found.verdict == "unfair"
    assert whole["pairs"]["count"] == len(found.pairs()) == 3


@pytest.mark.parametrize("raw", [[0.5, 1.5] * 10, [["a"], ["a", "b"]] * 10, [None] * 20])
def test_other_labels_keep_it_too(raw: list[object]) -> None:
    jsonschema.validate(json.loads(check(random_texts(20), raw).to_json()), SCHEMA)


def test_a_key_that_the_schema_does_not_know_is_missed() -> None:
    whole = some().to_dict()
    del whole["rules"]["by_row"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(whole, SCHEMA)


def test_the_pairs_are_a_frame_and_the_rules_a_figure() -> None:
    found = some()
    frame = found.to_frame()
    assert frame["kind"].tolist().count("near") == 1
    assert set(frame["split_b"]) == {"train", "test"}
    assert found.plot().axes[0].get_xlabel().startswith("share of the class prior's")


BIG = """
import resource, sys
from lit_hf.data import check
from scripts.assets.texts import random_texts
texts = random_texts(int(sys.argv[1]), 100, vocabulary=50_000)
check(texts, [row % 10 for row in range(len(texts))])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


@pytest.mark.slow
def test_a_hundred_thousand_texts_take_less_than_two_gibibytes() -> None:
    done = subprocess.run([sys.executable, "-c", BIG, "100000"], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 2


@pytest.mark.parametrize("name", ["rotten", "reuters_r8", "newsgroups20", "bbc"])
def test_nothing_is_unfair_about_real_data(name: str) -> None:
    texts, labels, names = getattr(assets, name)()
    rows = np.random.default_rng(0).permutation(len(texts))[:1_500]
    found = check([texts[row] for row in rows], [names[labels[row]] for row in rows])
    assert found.verdict in ("ok", "look")
    assert {each.check: each.verdict for each in found.findings}["order of rows"] == "ok"
