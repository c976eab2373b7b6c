"""What the store gives back is what was put into it, or nothing."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lit_hf.errors import LitWarning
from lit_hf.features.store import FeatureStore, Stored

KEY, ADDRESS = {"encoder": "a"}, "0" * 32
ROWS = np.arange(24, dtype=np.float32).reshape(6, 4)


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    found = FeatureStore(tmp_path / "features")
    found.write(KEY, ADDRESS, Stored(ROWS, 2, 1))
    return found


def files(store: FeatureStore) -> tuple[Path, Path]:
    folder = store.folder(KEY)
    return folder / f"{ADDRESS}.npy", folder / f"{ADDRESS}.json"


def test_what_is_kept_comes_back(store: FeatureStore) -> None:
    found = store.read(KEY, ADDRESS)
    assert found is not None
    assert np.array_equal(found.rows, ROWS)
    assert (found.truncated, found.halved, found.rows.dtype) == (2, 1, np.float32)


def test_one_byte_anywhere_in_the_rows_is_noticed(store: FeatureStore) -> None:
    rows, note = files(store)
    content, beside = rows.read_bytes(), note.read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        rows.write_bytes(bytes(changed))
        note.write_bytes(beside)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = store.read(KEY, ADDRESS)
        if found is None:
            assert "embedded again" in str(said[0].message)
        else:  # a blank of the header's padding may change without a change of what it says
            assert (place < 128, said) == (True, [])
            assert np.array_equal(found.rows, ROWS)


DAMAGE: dict[str, Callable[[Path, Path], object]] = {
    "zeroed": lambda rows, note: rows.write_bytes(bytes(len(rows.read_bytes()))),
    "cut": lambda rows, note: rows.write_bytes(rows.read_bytes()[:-5]),
    "float64": lambda rows, note: np.save(rows, ROWS.astype(np.float64)),
    "other shape": lambda rows, note: np.save(rows, ROWS.reshape(4, 6)),
    "pickled": lambda rows, note: np.save(rows, np.array([{}], dtype=object), allow_pickle=True),
    "huge header": lambda rows, note: rows.write_bytes(rows.read_bytes().replace(b"(6, 4)", b"(9000000000000, 9)")),
    "note empty": lambda rows, note: note.write_text(""),
    "note list": lambda rows, note: note.write_text("[]"),
    "note mapping": lambda rows, note: note.write_text("{}"),
    "note nulls": lambda rows, note: note.write_text('{"shape": null, "digest": null, "truncated": null}'),
    "note binary": lambda rows, note: note.write_bytes(b"\xff\xfe"),
    "note of others": lambda rows, note: note.write_text(json.dumps({"shape": [6, 4], "digest": "0", "truncated": 0})),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_of_any_kind_is_dropped_with_a_word_and_written_anew(store: FeatureStore, kind: str) -> None:
    rows, note = files(store)
    DAMAGE[kind](rows, note)
    with pytest.warns(LitWarning, match="damaged"):
        assert store.read(KEY, ADDRESS) is None
    assert not rows.exists()
    assert not note.exists()
    store.write(KEY, ADDRESS, Stored(ROWS, 2, 1))
    found = store.read(KEY, ADDRESS)
    assert found is not None
    assert np.array_equal(found.rows, ROWS)


def test_a_shard_of_a_version_without_digests_is_passed_over_without_a_word(
    store: FeatureStore, recwarn: pytest.WarningsRecorder
) -> None:
    rows, note = files(store)
    note.write_text(json.dumps({"shape": [6, 4], "truncated": 0}))
    assert store.read(KEY, ADDRESS) is None
    assert rows.exists()
    assert not recwarn.list
