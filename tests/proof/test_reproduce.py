"""`lit-hf reproduce`: the same floats again, or what differs and by how much; data and checkpoint come first."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from lit_hf.proof.reproduce import compare
from lit_hf.records.record import Record
from tests.support import tiny
from tests.support.command_line import Lit, call
from tests.support.records import make_record, ranked_record


def texts(file: Path, flipped: int = 0) -> None:
    """Write 80 texts with a class that their words tell; the first `flipped` have the other one."""
    told = ["good" in text for text in tiny.texts(80)]
    rows = [f"{text},{int(told[n] != (n < flipped))}" for n, text in enumerate(tiny.texts(80))]
    file.write_text("\n".join(["text,label", *rows]))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reproduce")
    tiny.save(folder / "m", tiny.bert())
    texts(folder / "d.csv")
    words = ("--orders", "2", "--twins", "1", "--max-examples", "60", "-q", "--output", "run")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("LIT_HF_CACHE", str(folder / "cache"))
        call("eval", "./m", "d.csv", *words).require_fine()
    return folder


@pytest.fixture
def run(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIT_HF_CACHE", str(made / "cache"))
    return made / "run"


def test_a_record_is_the_same_again_by_folder_file_and_id(run: Path, lit: Lit) -> None:
    code, out, _ = lit("reproduce", str(run))
    assert code == 0
    assert "identical: every number of the result is the same float, and of each of 60 examples" in " ".join(
        out.split()
    )
    code, out, _ = lit("reproduce", str(run / "record.json"), "--json")
    found = json.loads(out)
    assert (code, found["identical"], found["differences"], found["examples"]) == (0, True, [], 60)
    stored = sorted((run.parent / "cache" / "results").iterdir())
    code, out, _ = lit("reproduce", stored[0].name[:8], "-q")
    assert (code, float(out)) == (0, 0.0)


def test_nothing_of_the_store_is_used_or_changed(run: Path, lit: Lit, monkeypatch: pytest.MonkeyPatch) -> None:
    from lit_hf.encoders.text import TextEncoder

    files = {file: file.read_bytes() for file in (run.parent / "cache").rglob("*") if file.is_file()}
    calls, before = [], TextEncoder.encode

    def counted(self: TextEncoder, *arguments: object, **more: object) -> object:
        calls.append(1)
        return before(self, *arguments, **more)

    monkeypatch.setattr(TextEncoder, "encode", counted)
    assert lit("reproduce", str(run), "-q")[0] == 0
    assert calls
    assert {file: file.read_bytes() for file in (run.parent / "cache").rglob("*") if file.is_file()} == files


def test_other_data_stop_it_and_allowed_the_differences_are_told(made: Path, run: Path, lit: Lit) -> None:
    texts(made / "d.csv", flipped=30)
    try:
        code, out, err = lit("reproduce", str(run))
        assert (code, out, "the data of" in err) == (1, "", True)
        code, out, _ = lit("reproduce", str(run), "--allow-changed", "--json")
        shown = lit("reproduce", str(run), "--allow-changed")[1]
    finally:
        texts(made / "d.csv")
    found = json.loads(out)
    assert (code, found["identical"], found["same_examples"]) == (1, False, False)
    by_name = {each["name"]: each for each in found["differences"]}
    bits = by_name["codelength.bits"]
    assert bits["now"] - bits["before"] == bits["difference"] != 0
    assert "not identical" in shown
    assert "codelength.bits" in shown


def test_a_record_that_contradicts_its_arrays_is_refused(run: Path, tmp_path: Path, lit: Lit) -> None:
    copy = shutil.copytree(run, tmp_path / "copy")
    data = json.loads((copy / "record.json").read_text())
    data["codelength"]["bits"] += 1
    (copy / "record.json").write_text(json.dumps(data))
    assert lit("reproduce", str(copy))[0] == 1


def test_the_difference_of_one_example_is_found() -> None:
    record, again = make_record(), make_record()
    assert compare(record, again).identical
    again.arrays["bits_baseline"][1, 7] += 0.25  # type: ignore[index]
    found = compare(record, again)
    assert not found.identical
    assert found.most == pytest.approx(0.25)
    again.arrays["labels"][3] = 1 - again.arrays["labels"][3]  # type: ignore[index]
    assert compare(record, again).most == math.inf


def test_numbers_that_differ_are_named_and_headlines_come_first() -> None:
    record, again = make_record(), make_record()
    again["codelength"]["bits"] += 2.0
    again["curve"]["labels_seen"][0] += 1
    found = compare(record, again)
    assert {each.name: each.difference for each in found.headlines} == {"codelength.bits": pytest.approx(2.0)}
    assert {each.name for each in found.differing} == {"codelength.bits", "curve.labels_seen"}


def test_a_number_that_is_not_there_any_more_differs() -> None:
    record, again = make_record(), make_record()
    again.data["holdout"] = None
    found = compare(record, again)
    assert not found.identical
    missing = {each.name: each.now for each in found.differing}
    assert missing["holdout.value"] is None
    assert all(name.startswith("holdout.") for name in missing)


def test_without_arrays_no_example_is_compared() -> None:
    bare = Record(make_record().data)
    found = compare(bare, make_record())
    assert (found.identical, found.examples, found.most) == (True, 0, None)


def test_what_a_ranking_coded_is_refused(tmp_path: Path, lit: Lit) -> None:
    losses = np.random.default_rng(0).gamma(2.0, 0.3, (1, 100))
    ranked_record("org/a", losses).save(tmp_path)
    code, _, err = lit("reproduce", str(tmp_path))
    assert code == 1
    assert "it is what a ranking coded" in err
