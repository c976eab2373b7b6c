"""A rerun of settings.yaml is of the same data and checkpoint, or says that it is not: before any work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from lit_hf.config import Settings, read_yaml
from lit_hf.records.record import Record
from tests.support import tiny
from tests.support.command_line import Lit, call


def features(file: Path, shuffled: bool = False, shift: float = 0.0) -> Path:
    """Write 120 rows whose first column knows the label; `shuffled`: it knows another row's."""
    rng = np.random.default_rng(0)
    labels = np.arange(120) % 2
    columns = rng.standard_normal((120, 4)) + 2 * labels[:, None] + shift
    np.savez(file, features=columns.astype(np.float32), labels=rng.permutation(labels) if shuffled else labels)
    return file


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose file of features was named as it lies in the working folder."""
    folder = tmp_path_factory.mktemp("made")
    features(folder / "f.npz")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("LIT_HF_CACHE", str(folder / "cache"))
        call("eval", "features:f.npz", "--orders", "1", "--output", "run", "-q").require_fine()
    return folder / "run"


@pytest.fixture
def run_of_features(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """That run, whose data and settings the test may change."""
    monkeypatch.setenv("LIT_HF_CACHE", str(made.parent / "cache"))
    monkeypatch.chdir(made.parent)
    before = (made / "settings.yaml").read_bytes()
    yield made
    (made / "settings.yaml").write_bytes(before)
    features(made.parent / "f.npz")


def rerun(lit: Lit, run: Path, *more: str) -> tuple[int, str, str]:
    return lit("eval", "--config", str(run / "settings.yaml"), "--json", *more)


def code_bits(out: str) -> float:
    return float(json.loads(out)["codelength"]["bits"])


def test_the_same_bits_again_from_any_folder(
    run_of_features: Path, lit: Lit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    code, out, err = rerun(lit, run_of_features)
    assert (code, "made of" in err) == (0, False)
    assert code_bits(out) == Record.load(run_of_features).codelength


def test_paths_are_whole_in_the_local_file_and_as_given_in_the_record(run_of_features: Path) -> None:
    assert Settings.from_yaml(run_of_features / "settings.yaml").model == f"features:{run_of_features.parent / 'f.npz'}"
    assert str(run_of_features.parent) not in (run_of_features / "record.json").read_text()


@pytest.mark.parametrize("change", [{"shuffled": True}, {"shift": 1.0}])
def test_other_data_stop_it_before_the_work(run_of_features: Path, lit: Lit, change: dict[str, float]) -> None:
    features(run_of_features.parent / "f.npz", **change)
    code, out, err = rerun(lit, run_of_features)
    assert (code, out) == (1, "")
    stated = read_yaml(run_of_features / "settings.yaml")["made_of"]
    assert stated["dataset"] in err
    assert stated["record"] == Record.load(run_of_features)["id"]
    assert "f.npz" in err
    assert "--allow-changed" in err


def test_allowed_it_goes_on_and_says_what_differs(run_of_features: Path, lit: Lit) -> None:
    features(run_of_features.parent / "f.npz", shuffled=True)
    code, out, err = rerun(lit, run_of_features, "--allow-changed")
    assert code == 0
    assert code_bits(out) > Record.load(run_of_features).codelength
    assert "bits may differ" in err


def test_a_key_of_the_command_line_is_not_compared(run_of_features: Path, lit: Lit, tmp_path: Path) -> None:
    features(tmp_path / "g.npz", shuffled=True)
    other = f"features:{tmp_path / 'g.npz'}"
    code, _, err = rerun(lit, run_of_features, "--max-examples", "60")
    assert (code, "made of" in err) == (0, False)
    code, _, err = lit("eval", other, other, "--config", str(run_of_features / "settings.yaml"), "-q")
    assert (code, "made of" in err) == (0, False)


def test_a_file_without_it_is_not_compared_and_an_edited_one_says_so(run_of_features: Path, lit: Lit) -> None:
    file = run_of_features / "settings.yaml"
    features(run_of_features.parent / "f.npz", shuffled=True)
    values = read_yaml(file)
    file.write_text(yaml.safe_dump({**values, "seed": 3}))
    code, _, err = rerun(lit, run_of_features)
    assert (code, "was edited" in err) == (0, True)
    values.pop("made_of")
    file.write_text(yaml.safe_dump(values))
    code, _, err = rerun(lit, run_of_features)
    assert (code, "Warning" in err) == (0, False)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [("environment", {"torch": "1.0"}, "torch is"), ("bank", "00ff", "the bank of probes is")],
)
def test_other_versions_and_probes_are_a_warning(
    run_of_features: Path, lit: Lit, part: str, value: object, said: str
) -> None:
    file = run_of_features / "settings.yaml"
    values = read_yaml(file)
    values["made_of"][part] = value
    file.write_text(yaml.safe_dump(values))
    code, out, err = rerun(lit, run_of_features)
    assert code == 0
    assert code_bits(out) == Record.load(run_of_features).codelength
    assert said in err


@pytest.mark.parametrize("section", ["yes", ["a"], {"dataset": "x"}])
def test_a_part_that_is_no_such_part_is_refused(run_of_features: Path, lit: Lit, section: object) -> None:
    file = run_of_features / "settings.yaml"
    file.write_text(yaml.safe_dump({**read_yaml(file), "made_of": section}))
    code, _, err = rerun(lit, run_of_features)
    assert code == 1
    assert "made_of" in err


def test_another_checkpoint_in_the_same_folder_stops_it(
    tmp_path: Path, lit: Lit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIT_HF_CACHE", str(tmp_path / "cache"))
    tiny.save(tmp_path / "m", tiny.bert())
    rows = [f"{text},{number % 2}" for number, text in enumerate(tiny.texts(60))]
    (tmp_path / "d.csv").write_text("\n".join(["text,label", *rows]))
    words = ("--orders", "1", "--twins", "1", "--max-examples", "40", "-q", "--output", "run")
    assert lit("eval", "./m", "d.csv", *words)[0] == 0
    tiny.save(tmp_path / "m", tiny.bert(seed=1))
    code, out, err = rerun(lit, tmp_path / "run")
    assert (code, out) == (1, "")
    assert "the checkpoint" in err
    assert "the data of" not in err
