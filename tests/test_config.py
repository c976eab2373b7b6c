"""Settings: refused when wrong, the same after a trip through YAML, one fingerprint for one result."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lit_hf.config import (
    DataSettings,
    EncoderSettings,
    MachineSettings,
    MeasurementSettings,
    Settings,
    from_mapping,
    from_record,
    known_keys,
    read_yaml,
    split_dataset,
    split_model,
)
from lit_hf.config.fields import Enters, enters, setting
from lit_hf.config.names import anywhere
from lit_hf.errors import BadSetting, FileUnreadable, UnknownKey, UsageError
from lit_hf.suites.suite import FOLDER


def test_given_names_only_what_differs_from_the_defaults() -> None:
    assert Settings("m", "d", orders=5).given() == {"model": "m", "dataset": "d", "orders": 5}
    assert set(Settings("m", "d").resolved()) == set(known_keys())


@given(
    orders=st.integers(1, 9),
    seed=st.integers(0, 2**40),
    prompt=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20),
    batch_tokens=st.none() | st.integers(1, 10**6),
)
def test_yaml_round_trip(tmp_path_factory, orders: int, seed: int, prompt: str, batch_tokens: int | None) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.yaml"
    settings = Settings("org/m@main", "d.csv", orders=orders, seed=seed, prompt=prompt, batch_tokens=batch_tokens)
    settings.to_yaml(file)
    assert Settings.from_yaml(file) == settings


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("model: m\ndataset: d\nmax_exmples: 3\n")
    with pytest.raises(UnknownKey) as caught:
        Settings.from_yaml(file)
    assert caught.value.key == "max_exmples"
    assert "max_examples" in (caught.value.next_step or "").split("?")[0]
    assert str(file) in caught.value.message


@pytest.mark.parametrize(
    "wrong",
    [
        {"orders": 0},
        {"orders": "3"},
        {"orders": True},
        {"seed": -1},
        {"max_examples": 2.5},
        {"dtype": "int8"},
        {"pooling": "average"},
        {"layer": "first"},
        {"model": " "},
        {"held_out": 19},
        {"text_column": 3},
        {"allow_pickle": "yes"},
    ],
)
def test_a_wrong_value_is_refused_by_name(wrong: dict) -> None:
    with pytest.raises(BadSetting) as caught:
        Settings(**{"model": "m", "dataset": "d", **wrong})
    assert caught.value.name in wrong
    assert caught.value.exit_code == 2


def test_a_file_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no model"):
        from_mapping({"dataset": "d"}, "here")


@pytest.mark.parametrize("content", [b"- a\n- b\n", b"a: [", b"\xff\xfe\x00"])
def test_a_file_that_holds_no_settings_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "s.yaml"
    file.write_bytes(content)
    with pytest.raises(FileUnreadable, match=r"s\.yaml"):
        read_yaml(file)


def test_the_fingerprint_follows_what_changes_bits_and_nothing_else() -> None:
    base = Settings("m", "d").fingerprint()
    assert base == Settings("m", "d", cache_dir="elsewhere", allow_pickle=True).fingerprint()
    changed = [Settings("m", "d", seed=1), Settings("m", "d", pooling="cls"), Settings("m", "e"), Settings("n", "d")]
    assert len({base, *(settings.fingerprint() for settings in changed)}) == 5


def test_names_split_into_id_config_and_revision(tmp_path: Path) -> None:
    assert split_model("org/m@abc") == ("org/m", "abc")
    assert split_model("org/m") == ("org/m", None)
    assert split_dataset("org/d:small@abc") == ("org/d", "small", "abc")
    assert split_dataset("org/d") == ("org/d", None, None)
    folder = tmp_path / "a@b:c"
    folder.mkdir()
    assert split_model(str(folder)) == (str(folder), None)
    assert split_dataset(str(folder)) == (str(folder), None, None)


CONFIGS = sorted((Path(__file__).parent.parent / "configs").glob("*.yaml")) + sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("preset", [p for p in CONFIGS if "datasets" not in read_yaml(p)], ids=lambda p: p.stem)
def test_presets_are_settings(preset: Path) -> None:
    values = read_yaml(preset)
    assert from_mapping({"model": "m", "dataset": "d", **values}, str(preset)).given().items() >= values.items()


PARTS = (DataSettings, EncoderSettings, MeasurementSettings, MachineSettings)
OF_0_1_0: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "cb48baf8899bcc15"),
    ({"orders": 5}, "84e6339147021da5"),
    ({"seed": 7, "twins": 1}, "44ec0de5e885a101"),
    ({"code": "block"}, "c2dac0a5b302a63c"),
    ({"code": "block-bank-geometric"}, "53e69a7e911aa437"),
    ({"sensitivity": True}, "cb48baf8899bcc15"),
    ({"layer": "all"}, "80ed6332c220369f"),
    ({"layer": "-2", "pooling": "cls"}, "59a208739931bb2f"),
    ({"prompt": "query: ", "max_tokens": 128}, "4dd8bd41420c9745"),
    ({"dtype": "auto"}, "65c01c7b46df3a8b"),
    ({"dtype": "bfloat16"}, "09d0f3ccd802af45"),
    ({"allow_pickle": True, "trust_remote_code": True}, "cb48baf8899bcc15"),
    ({"device": "cuda:1", "device_map": "auto"}, "ec2954a0d605b823"),
    ({"device": "cpu", "batch_tokens": 4096, "threads": 2}, "1064367273f4d40f"),
    ({"cache_dir": "elsewhere"}, "cb48baf8899bcc15"),
    ({"bin_width": 0.25, "task": "regression"}, "fcb6560224ff67b1"),
    ({"streaming": True, "orders": 1}, "2b71a0b057568f0b"),
    ({"streaming": True, "orders": 1, "classes": "negative,positive"}, "70ef7682ea1945c0"),
    ({"task": "token-classification", "label_column": "ner_tags"}, "879a7b7eab1639bf"),
    (
        {"text_column": "a", "text_pair_column": "b", "label_column": "c", "split": "validation"},
        "9c8fdd1bb313f01d",
    ),
    ({"max_examples": 500}, "21932d679c81212f"),
    ({"prompt": "Frage: über "}, "05fda2cfc7f777be"),
)
"""Settings beside `org/m@main` and `glue/sst2`, and their fingerprints as version 0.1.0 computed them."""


@pytest.mark.parametrize(("given", "fingerprint"), OF_0_1_0, ids=lambda each: str(each)[:40])
def test_stored_results_keep_their_names(given: dict[str, Any], fingerprint: str) -> None:
    """A record holds all settings that its version had; those that came later mean what it did without them."""
    later = {name for part in PARTS for name, field in part.__dataclass_fields__.items() if _is_later(field)}
    whole = Settings("org/m@main", "glue/sst2", **given).resolved()
    assert (
        from_record({name: whole[name] for name in whole.keys() - (later - given.keys())}, "a record").fingerprint()
        == fingerprint
    )
    assert Settings("org/m@main", "glue/sst2", **given).fingerprint() != fingerprint  # predicts fewer held-out labels
    assert Settings("org/m@main", "glue/sst2", held_out=2_000, **given).fingerprint() == fingerprint


def _is_later(field: dataclasses.Field[Any]) -> bool:
    return field.metadata["as_before"] not in (Enters.ALWAYS, Enters.NEVER)


def test_a_later_setting_stays_out_at_the_value_that_means_as_before() -> None:
    late = setting(True, "Data", "a setting that is on by default, and was off before it came", as_before=False)
    late.name = "late"
    assert enters(late, True)
    assert not enters(late, False)
    first = setting(1, "Data", "a setting of 0.1.0")
    assert enters(first, 1)
    assert not enters(setting(None, "Machine", "no bit depends on it", as_before=Enters.NEVER), "elsewhere")


def test_what_the_machine_chooses_enters_as_chosen_and_never_by_the_name_of_the_choice() -> None:
    chosen = setting("float32", "Encoder", "a type, or the machine's own", by_machine=("own",))
    chosen.name = "chosen"
    assert enters(chosen, "float32")
    assert enters(chosen, "bfloat16")
    with pytest.raises(ValueError, match="put what the machine chose in its place"):
        enters(chosen, "own")


def test_the_type_that_a_checkpoint_states_enters_by_name() -> None:
    """`auto` means the same on every machine: it is no choice of the machine's, and none of the types it may find."""
    names = [Settings("m", "d", dtype=each).fingerprint() for each in ("auto", "float32", "bfloat16", "float16")]
    assert len(set(names)) == 4


def test_each_setting_belongs_to_one_part_which_checks_it_alone() -> None:
    names = [field.name for part in PARTS for field in dataclasses.fields(part)]
    assert ["model", "dataset", *names] == known_keys()
    assert len(set(names)) == len(names)
    headings = {part: {field.metadata["group"] for field in dataclasses.fields(part)} for part in PARTS}
    assert all(len(found) == 1 for found in headings.values())
    assert isinstance(Settings("m", "d"), PARTS)
    for part, wrong in zip(PARTS, ("max_examples", "max_tokens", "twins", "threads"), strict=True):
        with pytest.raises(BadSetting, match=wrong):
            part(**{wrong: 0})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pasted", "kind", "name"),
    [
        ("https://huggingface.co/org/model", "model", "org/model"),
        ("huggingface.co/org/model/", "model", "org/model"),
        ("https://hf.co/bert-base-uncased", "model", "bert-base-uncased"),
        ("https://huggingface.co/org/model/tree/v1.0", "model", "org/model@v1.0"),
        ("https://huggingface.co/org/model/blob/main/config.json?download=1", "model", "org/model@main"),
        ("https://huggingface.co/org/model/tree/refs%2Fpr%2F3", "model", "org/model@refs/pr/3"),
        ("hf://org/model", "model", "org/model"),
        ("https://huggingface.co/datasets/nyu-mll/glue/viewer/sst2/train", "dataset", "nyu-mll/glue:sst2"),
        ("https://huggingface.co/datasets/org/data#dataset-card", "dataset", "org/data"),
        ("org/model", "model", "org/model"),
        ("https://example.com/org/model", "model", "https://example.com/org/model"),
        ("features:f.npz", "model", "features:f.npz"),
    ],
)
def test_a_pasted_address_is_the_name_of_what_it_shows(pasted: str, kind: str, name: str) -> None:
    other = {"model": "m", "dataset": "d"}
    assert getattr(from_mapping({**other, kind: pasted}, "the test"), kind) == name


@pytest.mark.parametrize(
    ("kind", "pasted", "said"),
    [
        ("model", "https://huggingface.co/datasets/org/data", "the address of a dataset"),
        ("dataset", "https://huggingface.co/org/model", "the address of a model"),
        ("model", "https://huggingface.co/spaces/org/app", "the address of a Space"),
    ],
)
def test_an_address_of_another_kind_is_named_as_such(kind: str, pasted: str, said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        from_mapping({"model": "m", "dataset": "d", kind: pasted}, "the test")


@pytest.mark.parametrize("name", ["d.csv", "features:d.csv", "d.csv:config", "./sub/../d.csv"])
def test_what_is_here_has_a_name_that_means_the_same_in_any_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "d.csv").write_text("x")
    whole = anywhere(name)
    assert str(tmp_path) in whole
    assert anywhere(whole) == whole
    monkeypatch.chdir("/")
    assert Path(whole.removeprefix("features:").removesuffix(":config")).read_text() == "x"


@pytest.mark.parametrize("name", ["org/model", "glue/sst2", "features:none.npz", "org/name:config@main"])
def test_a_name_of_what_is_not_here_stays(name: str) -> None:
    assert anywhere(name) == name
