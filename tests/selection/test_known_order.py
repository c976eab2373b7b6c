"""Real encoders whose order is known, made worse step by step: the race must find that order."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import assets

CHAINS = (("model", "bits8", "bits4", "bits3", "bits2"), ("model", "noise0.2", "noise0.4", "noise0.8"))


def raced(
    name: str, found: assets.Texts, models: list[Path], size: int, folder: Path, **settings: Any
) -> dict[str, Any]:
    """Race `models` on `size` texts; features are kept with the test assets."""
    from lit_hf.selection.plan import Options
    from lit_hf.selection.run import rank

    texts, labels, names = found
    data = folder / f"{name}.csv"
    with data.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        rows = np.random.default_rng(0).permutation(len(texts))[:size]
        writer.writerows([texts[i], names[labels[i]]] for i in rows)
    return rank(
        str(data), [str(model) for model in models], options=Options(audit=True), max_examples=size, orders=2,
        device="cpu", cache_dir=str(assets.cache() / "ranked"), **settings,
    )  # fmt: skip


@pytest.fixture(scope="module")
def ranking(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Nine trained encoders and two with random weights, on 1,500 sentences of Rotten Tomatoes."""
    l6 = assets.l6_folder()
    models: list[Path] = [l6, assets.l3_folder(), *(assets.quantised(l6, bits) for bits in (8, 4, 3, 2))]
    models += [assets.noised(l6, level) for level in (0.2, 0.4, 0.8)]
    models += [assets.redrawn(l6, seed) for seed in (0, 1)]
    return raced("rotten", assets.rotten(), models, 1500, tmp_path_factory.mktemp("data"))


def short(row: dict[str, Any]) -> str:
    """Return `bits4` of the folder `bert6-53aa5117-bits4`."""
    return row["model"]["id"].rsplit("/", 1)[-1].rsplit("-", 1)[-1]


@pytest.mark.slow
@pytest.mark.parametrize("chain", CHAINS, ids=["quantised", "noised"])
def test_the_known_order_comes_out(ranking: dict[str, Any], chain: tuple[str, ...]) -> None:
    rows = {short(row): row for row in ranking["ranking"]}
    assert all(row["error"] is None for row in rows.values())
    assert rows[chain[0]]["tied_with_best"]
    assert not rows[chain[-1]]["tied_with_best"]
    for better, worse in pairwise(chain):
        # Whatever was separated was separated the right way round.
        assert rows[better]["rank"][0] <= rows[worse]["rank"][1]
    # 8 bits are as good as all of them, so the first two may change places; from there on each step is worse.
    places = [list(rows).index(name) for name in chain[1:]]
    assert places == sorted(places)


@pytest.mark.slow
def test_random_twins_are_behind(ranking: dict[str, Any]) -> None:
    rows = {short(row): row for row in ranking["ranking"]}
    places = list(rows)
    for twin in ("random0", "random1"):
        assert rows[twin]["forecast"]["low"] > 0
        assert rows[twin]["risk"] < 0.01
        assert rows[twin]["rank"][0] > 1
        assert all(places.index(name) < places.index(twin) for name in ("model", "bits8", "bits4", "noise0.2"))


@pytest.mark.slow
def test_topics_get_dearer_with_layers_that_are_cut_off(tmp_path: Path) -> None:
    """Topics only: of sentiment, the fourth of six layers knows more than the last."""
    l6 = assets.l6_folder()
    models = [*(assets.truncated_layers(l6, layers) for layers in (2, 4)), l6]
    rows = raced("bbc", assets.bbc(), models, 1000, tmp_path, max_tokens=32)["ranking"]
    assert [short(row) for row in rows] == ["model", "layers4", "layers2"]
    assert not rows[-1]["tied_with_best"]


@pytest.mark.slow
def test_the_audit_finds_nobody_that_overtook(ranking: dict[str, Any]) -> None:
    audited = [row["audit"] for row in ranking["ranking"] if row["audit"]]
    assert audited  # the runner-up at least
    assert not any(found["overtook"] for found in audited)


@pytest.mark.slow
def test_codelength_agrees_with_a_cross_validated_probe(ranking: dict[str, Any]) -> None:
    assert ranking["rivals"]["kendall"]["codelength"]["linear_probe"] > 0.3
