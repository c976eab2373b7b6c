"""What 0.1.0 stored is found and read: `old_entry/` is a folder of its results store, as `lit-hf rank` wrote it."""

from __future__ import annotations

import shutil
from pathlib import Path

from lit_hf.records.record import Record, candidate_id
from lit_hf.records.store import ResultsStore

OLD = Path(__file__).parent / "old_entry"


def test_an_old_entry_is_a_record(tmp_path: Path) -> None:
    record = Record.load(OLD)
    assert record["schema"] == "lit-hf/record/1"
    assert record.transfer is None
    assert record.complete
    assert record.arrays["bits_encoder"].shape == (2, 80)
    assert Record.load(record.save(tmp_path)).data == record.data


def test_the_store_finds_old_entries_by_their_ids(tmp_path: Path) -> None:
    store, id = ResultsStore(tmp_path), "0d36440144cc1393"
    shutil.copytree(OLD, tmp_path / id)
    found = store.get(id)
    assert found is not None
    assert [record["id"] for record in store.all()] == [id]
    store.keep(found)
    assert store.find(id[:6]).data == found.data
    (tmp_path / id / "entry.json").write_text("{}")  # the new file is read, whatever lies beside it
    assert store.find(id).data == found.data


def test_ids_are_those_of_the_first_version() -> None:
    dataset = {
        "id": "d", "config": None, "split": "train", "fingerprint": "f", "kind": "text-classification", "examples": 9,
        "class_names": ("n", "p"),
    }  # fmt: skip
    found = candidate_id({"id": "m", "revision": "a"}, {"k": [1, "x"]}, dataset, [0, 3, "1", None], "b")
    assert found == "4372266f99a9b1bd"
