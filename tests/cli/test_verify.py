"""`lit-hf verify`: a record's labels go into so many bits and come back from another process, or it says why not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import tiny
from tests.support.command_line import Lit


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of a tiny encoder, by the online code and by a block code; one input occurs twice."""
    from lit_hf.evaluation.run import evaluate

    home = tmp_path_factory.mktemp("verify")
    model = tiny.save(home / "model", tiny.bert())
    lines = [f"{text},{'good' if 'good' in text else 'other'}" for text in tiny.texts(90)]
    (home / "data.csv").write_text("\n".join(["text,label", *lines, lines[4]]))
    for code in ("online", "block"):
        record = evaluate(
            str(model),
            str(home / "data.csv"),
            orders=2,
            twins=1,
            max_examples=80,
            cache_dir=str(home / "cache"),
            code=code,
        )
        record.save(home / code)
    return home


@pytest.fixture
def record(made: Path, tmp_path: Path) -> Path:
    """A fresh copy of the online record."""
    return Path(shutil.copytree(made / "online", tmp_path / "record"))


@pytest.mark.parametrize("code", ["online", "block"])
def test_a_record_is_proved(lit: Lit, made: Path, tmp_path: Path, code: str) -> None:
    folder = shutil.copytree(made / code, tmp_path / "record")
    ended, out, err = lit("verify", str(folder), "--format", "json")
    assert (ended, err) == (0, "")
    found = json.loads(out)
    assert found["verified"]
    assert found["written"]
    assert found["stated_bits"] == json.loads((folder / "record.json").read_text())["codelength"]["bits_per_order"][0]
    assert abs(found["decoded_bits"] - found["stated_bits"]) < 0.1
    assert abs(found["payload_bits"] - found["stated_bits"]) <= 0.001 * found["stated_bits"] + 64
    assert 8 * (folder / "labels.bin").stat().st_size == found["payload_bits"] + found["header_bits"]


KINDS: dict[str, dict[str, object]] = {
    "numbers": {"label_column": "score", "bin_width": 0.01},
    "ordered steps": {"label_column": "stars", "task": "ordinal-classification"},
    "several labels": {"label_column": "good,dull"},
    "pairs": {"text_column": "text", "text_pair_column": "second", "label_column": "label"},
    "layers": {"text_column": "text", "label_column": "label", "layer": "all"},
}


def _table(home: Path) -> Path:
    """Write texts with a second text, a class, a number and two answers each."""
    rows = ["text,second,label,score,good,dull,stars"]
    for place, text in enumerate(tiny.texts(70)):
        good, dull = "good" in text, "dull" in text
        other = tiny.texts(1, start=200 + place)[0]
        answers = f"{len(text) / 7:.2f},{int(good)},{int(dull)},{1 + good + dull}"
        rows.append(f"{text},{other},{'good' if good else 'other'},{answers}")
    (home / "table.csv").write_text("\n".join(rows))
    return home / "table.csv"


def _proved(lit: Lit, folder: Path) -> dict[str, Any]:
    """Verify twice: the file is written, then read; return what is found."""
    code, out, err = lit("verify", str(folder), "--format", "json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    stated = json.loads((folder / "record.json").read_text())["codelength"]["bits_per_order"][0]
    assert found["stated_bits"] == stated
    assert abs(found["decoded_bits"] - stated) < 0.1
    assert abs(found["payload_bits"] - stated) <= 0.001 * stated + 64
    code, out, _ = lit("verify", str(folder))
    assert code == 0
    assert "read from" in out
    assert ("uniform code" in out) == (found["uniform_bits"] is not None)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_of_every_kind_is_proved(lit: Lit, made: Path, tmp_path: Path, kind: str) -> None:
    from lit_hf.evaluation.run import evaluate

    options: dict[str, Any] = {"orders": 1, "twins": 1, "max_examples": 50, "cache_dir": str(tmp_path / "cache")}
    record = evaluate(str(made / "model"), str(_table(tmp_path)), **options, **KINDS[kind])
    found = _proved(lit, record.save(tmp_path / "record"))
    assert found["uniform_bits"] == pytest.approx(
        {"numbers": None, "several labels": 100.0, "ordered steps": 50 * np.log2(3)}.get(kind, 50.0)
    )


def test_a_record_of_words_is_proved(lit: Lit, made: Path, tmp_path: Path) -> None:
    from lit_hf.evaluation.run import evaluate

    lines = []
    for text in tiny.texts(60):
        words = text.split()[:4]
        lines.append(
            json.dumps({"tokens": words, "tags": ["ADJ" if word in ("good", "dull") else "X" for word in words]})
        )
    (tmp_path / "words.jsonl").write_text("\n".join(lines))
    options: dict[str, Any] = {"orders": 1, "twins": 1, "max_examples": 60, "cache_dir": str(tmp_path / "cache")}
    record = evaluate(str(made / "model"), str(tmp_path / "words.jsonl"), **options)
    assert record["dataset"]["kind"] == "token-classification"
    _proved(lit, record.save(tmp_path / "record"))


@pytest.mark.parametrize("kind", ["classes", "numbers", "several labels"])
def test_a_record_of_a_file_of_features_is_proved(lit: Lit, tmp_path: Path, kind: str) -> None:
    from lit_hf.evaluation.run import evaluate

    draw = np.random.default_rng(0)
    features = draw.normal(size=(60, 4)).astype(np.float32)
    labels = {
        "classes": (features[:, 0] > 0).astype(np.int64),
        "numbers": np.round(features[:, 0] + 0.1 * draw.normal(size=60), 2),
        "several labels": (features[:, :2] > 0).astype(np.float32),
    }[kind]
    np.savez(tmp_path / "mine.npz", features=features, labels=labels)
    name = f"features:{tmp_path / 'mine.npz'}"
    record = evaluate(name, name, orders=1, max_examples=50, cache_dir=str(tmp_path / "cache"))
    _proved(lit, record.save(tmp_path / "record"))


def test_with_labels_bits_and_predictions_deleted_the_file_alone_gives_the_labels(lit: Lit, record: Path) -> None:
    assert lit("verify", str(record), "--format", "quiet")[0] == 0
    before = (record / "labels.bin").read_bytes()
    (record / "arrays.npz").unlink()
    code, out, err = lit("verify", str(record))
    assert code == 0
    assert "read from" in out
    assert "gave back every label" in err
    assert (record / "labels.bin").read_bytes() == before


def test_a_damaged_file_is_reported_with_its_increment(lit: Lit, record: Path) -> None:
    assert lit("verify", str(record), "--format", "quiet")[0] == 0
    data = bytearray((record / "labels.bin").read_bytes())
    data[-8] ^= 0xFF
    (record / "labels.bin").write_bytes(bytes(data))
    code, out, err = lit("verify", str(record))
    assert (code, out) == (1, "")
    assert "fails at increment" in err
    assert "Delete it" in err


def _edit(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    data = json.loads(file.read_text())
    change(data)
    file.write_text(json.dumps(data))


def _shorter(data: dict[str, Any]) -> None:
    """State 5 bits fewer in every place where the total stands."""
    data["codelength"]["bits_per_order"] = [bits - 5 for bits in data["codelength"]["bits_per_order"]]
    code, transfer, labels = data["codelength"], data["transfer"], data["dataset"]["examples"]
    code["bits"] -= 5
    code["bits_per_label"] = code["bits"] / labels
    transfer["bits"] += 5
    transfer["bits_per_label"] = transfer["bits"] / labels
    transfer["interval"] = [end + 5 for end in transfer["interval"]]


def test_a_changed_record_is_reported(lit: Lit, record: Path) -> None:
    changes: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
        ("its id is not that of", lambda data: data["model"].update(revision="other")),
        ("codelength.bits_per_label is", lambda data: data["codelength"].update(bits=1.0)),
        ("codelength.bits_per_order is", _shorter),
        ("settings.yaml is not that", lambda data: data["settings"]["resolved"].update(cache_dir="elsewhere")),
        ("coder.bank is 0000000000000000", lambda data: data["coder"].update(bank="0" * 16)),
    ]
    original = (record / "record.json").read_text()
    for words, change in changes:
        (record / "record.json").write_text(original)
        _edit(record / "record.json", change)
        code, out, err = lit("verify", str(record))
        assert (code, out) == (1, "")
        assert words in err


def test_a_shorter_statement_without_arrays_does_not_pass(lit: Lit, record: Path) -> None:
    (record / "arrays.npz").unlink()
    _edit(record / "record.json", _shorter)
    code, _, err = lit("verify", str(record))
    assert code == 1
    assert "its labels take" in err


def test_changed_labels_are_reported(lit: Lit, record: Path) -> None:
    arrays = dict(np.load(record / "arrays.npz"))
    arrays["labels"] = arrays["labels"][::-1]
    np.savez(record / "arrays.npz", **arrays)
    code, _, err = lit("verify", str(record))
    assert code == 1
    assert "labels in arrays.npz" in err


def test_what_is_no_record_is_refused(lit: Lit, tmp_path: Path) -> None:
    code, _, err = lit("verify", str(tmp_path))
    assert code == 1
    assert "is not a record" in err
