"""A model's life in bits, on tiny encoders: copies change by nothing, changes add up, failures are rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import lit_hf
from lit_hf.errors import LitError
from lit_hf.records import trajectory
from tests.support import kinds, tiny
from tests.support.command_line import call


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Data, three states and a copy of one, in a folder of their own; few probes."""
    made = tmp_path_factory.mktemp("trace")
    kinds.make(made)
    for name, seed in (("copy", 0), ("bert-c", 2)):
        tiny.save(made / name, tiny.bert(seed))
    tiny.save(made / "gpt", tiny.gpt2(0), brackets=False)
    for name in ("broken", "broken-too"):
        (made / name).mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        patch.setenv("LIT_HF_CACHE", str(made / "cache"))
        patch.setenv("COLUMNS", "160")
        patch.setattr("lit_hf.probes.bank.KINDS", ("discriminant", "prototypes"))
        yield made


def test_copies_that_were_saved_and_embedded_apart_change_by_nothing(folder: Path) -> None:
    found = lit_hf.trace("classes.csv", ["bert-a", "copy"], orders=2, cache_dir="cache-of-copies")
    row = found["datasets"][0]["rows"][1]
    assert row["change"] == {"from": "bert-a", "bits": 0.0, "interval": [-1.0, 1.0]}
    assert row["transfer"]["bits"] == 0.0


def test_changes_add_up_to_the_change_since_the_first_state(folder: Path) -> None:
    found = lit_hf.trace(["classes.csv", "numbers.csv"], ["bert-a", "bert-b", "bert-c"], orders=2)
    jsonschema.validate(found, trajectory.schema())
    for dataset in found["datasets"]:
        rows = dataset["rows"]
        total = sum(row["change"]["bits"] for row in rows[1:])
        assert total == pytest.approx(rows[-1]["transfer"]["bits"], rel=1e-9, abs=1e-9 * rows[0]["bits"])
        assert rows[0]["bits"] - rows[-1]["bits"] == pytest.approx(rows[-1]["transfer"]["bits"], rel=1e-9)
        low, high = rows[-1]["transfer"]["interval"]
        assert low < rows[-1]["transfer"]["bits"] < high
        assert dataset["baselines"]["random_twin_bits"] is None


def test_a_state_costs_what_eval_says(folder: Path) -> None:
    record = lit_hf.evaluate("bert-b", "classes.csv", orders=2, twins=1)
    found = lit_hf.trace("classes.csv", ["bert-a", "bert-b"], orders=2)
    assert found["datasets"][0]["rows"][1]["bits"] == record["codelength"]["bits"]


def test_what_was_learned_is_forgotten(folder: Path) -> None:
    learned = {"classes.csv": "bert-b", "numbers.csv": "bert-c"}
    found = lit_hf.trace(["classes.csv", "numbers.csv"], ["bert-a", "bert-b", "bert-c"], learned=learned, orders=1)
    bits = [[row["bits"] for row in dataset["rows"]] for dataset in found["datasets"]]
    rows = found["forgetting"]["rows"]
    assert rows[0]["gained"]["bits"] == pytest.approx(bits[0][0] - bits[0][1])
    assert rows[0]["forgotten"]["bits"] == pytest.approx(bits[0][2] - bits[0][1])
    assert rows[1]["forward"]["bits"] == pytest.approx(bits[1][0] - bits[1][1])
    assert rows[1]["forgotten"]["bits"] == 0.0
    assert found["forgetting"]["backward_bits"] == pytest.approx(-rows[0]["forgotten"]["bits"])
    assert all((row["share"] is None) == ("share_reason" in row) for row in rows)


def test_nothing_came_before_the_first_state(folder: Path) -> None:
    found = lit_hf.trace("classes.csv", ["bert-a", "bert-b"], learned={"classes.csv": "bert-a"}, orders=1)
    [row] = found["forgetting"]["rows"]
    assert (row["gained"], row["share"], row["forgotten"] is None) == (None, None, False)
    assert row["gained_reason"] == "nothing came before the first state"


def test_a_state_that_fails_is_a_row_and_the_next_change_bridges_it(folder: Path) -> None:
    found = lit_hf.trace("classes.csv", ["bert-a", "broken", "bert-c"], orders=1)
    jsonschema.validate(found, trajectory.schema())
    rows = found["datasets"][0]["rows"]
    assert "the folder has no config.json" in rows[1]["error"]
    assert (rows[1]["bits"], rows[1]["change"]) == (None, None)
    assert rows[2]["change"]["from"] == "bert-a"
    assert rows[2]["change"]["bits"] == rows[2]["transfer"]["bits"]


def test_without_the_first_state_there_is_no_transfer(folder: Path) -> None:
    found = lit_hf.trace("classes.csv", ["broken", "bert-a", "bert-c"], orders=1)
    jsonschema.validate(found, trajectory.schema())
    rows = found["datasets"][0]["rows"]
    assert rows[2]["transfer"] is None
    assert rows[2]["transfer_reason"] == "the first state failed"
    assert rows[2]["change"]["from"] == "bert-a"


def test_where_all_states_fail_there_is_no_result(folder: Path) -> None:
    with pytest.raises(LitError, match="no state could be coded"):
        lit_hf.trace("classes.csv", ["broken", "broken-too"], orders=1)


def test_other_architectures_and_tokenisers_are_allowed_and_said(folder: Path) -> None:
    found = lit_hf.trace("classes.csv", ["bert-a", "gpt"], orders=1)
    assert any("different architectures: BertModel, GPT2Model" in note for note in found["notes"])
    assert any("different tokenisers" in note for note in found["notes"])
    assert lit_hf.trace("classes.csv", ["bert-a", "bert-c"], orders=1)["notes"] == []


def test_a_card_that_names_the_data_is_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lit_hf.evaluation.sections.contamination", lambda job: (
        "declared" if job.encoder.info.id == "bert-b" else "unknown"
    ))  # fmt: skip
    ended = call("trace", "classes.csv", "--checkpoint", "bert-a", "--checkpoint", "bert-b", "--orders", "1")
    out = " ".join(ended.require_fine().split())
    assert "bert-b (learned these data)" in out
    assert "The card of bert-b names classes.csv among its training data" in out


def test_the_twin_is_embedded_only_when_it_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lit_hf.encoders.text import TextEncoder

    def refuse(self: TextEncoder, seed: int) -> TextEncoder:
        raise AssertionError("a twin")

    with monkeypatch.context() as patch:
        patch.setattr(TextEncoder, "twin", refuse)
        lit_hf.trace("classes.csv", ["bert-a", "bert-b"], orders=1)
    found = lit_hf.trace("classes.csv", ["bert-a", "bert-b"], orders=1, twin=True)
    record = lit_hf.evaluate("bert-a", "classes.csv", orders=1, twins=1)
    assert found["datasets"][0]["baselines"]["random_twin_bits"] == record["baselines"]["random_twin"]["bits"]


def test_the_command_prints_draws_and_writes(folder: Path) -> None:
    given = ("trace", "classes.csv", "numbers.csv", "--checkpoint", "bert-a", "--checkpoint", "bert-b", "--orders", "1")
    shown = call(*given, "--learned", "classes.csv=bert-b", "-o", "out/trace").require_fine()
    assert "Learned and forgotten" in shown
    assert "since the first" in shown
    names = {file.name for file in (folder / "out" / "trace").iterdir()}
    assert names == {"trajectory.json", "arrays.npz", "trajectory.png", "trajectory.svg"}
    data = json.loads((folder / "out" / "trace" / "trajectory.json").read_text())
    with np.load(folder / "out" / "trace" / "arrays.npz") as arrays:
        for place, dataset in enumerate(data["datasets"]):
            sums = arrays[f"bits_{place}"].sum(-1).mean(-1)
            assert sums.tolist() == pytest.approx([row["bits"] for row in dataset["rows"]])
    quiet = call(*given, "-f", "quiet").require_fine().split()
    assert [float(each) for each in quiet] == [each["rows"][-1]["transfer"]["bits"] for each in data["datasets"]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--checkpoint", "bert-a", "--checkpoint", "bert-b"), "needs labelled data"),
        (("classes.csv",), "needs the states"),
        (("classes.csv", "--checkpoint", "bert-a"), "a second state"),
        (("classes.csv", "--checkpoint", "bert-a", "--checkpoint", "./bert-a"), "given twice"),
        (("classes.csv", "classes.csv", "--checkpoint", "bert-a", "--checkpoint", "bert-b"), "given twice"),
        (("classes.csv", "--model", "org/m"), "needs the revisions"),
        (("classes.csv", "--revisions", "a,b"), "needs the repository"),
        (("classes.csv", "--checkpoint", "bert-a", "--checkpoint", "bert-b", "--layer", "all"), "one layer"),
        (("classes.csv", "--checkpoint", "bert-a", "--checkpoint", "bert-b", "--learned", "classes.csv"), "no pair"),
        (("classes.csv", "--checkpoint", "bert-a", "--checkpoint", "bert-b", "--learned", "x=bert-b"), "not traced"),
        (("gone.csv", "--checkpoint", "bert-a", "--checkpoint", "bert-b"), "gone.csv"),
    ],
)
def test_what_cannot_be_traced_is_refused_in_words(folder: Path, given: tuple[str, ...], said: str) -> None:
    assert said in " ".join(call("trace", *given).require_refused().split())
