"""Files of features that are damaged, odd or lossy: each is read exactly, or refused in words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lit_hf.errors import BadSetting, LitError
from lit_hf.runtime.arrays import feature_rows
from lit_hf.runtime.precomputed import read_precomputed

N = 60
RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(N, 4)).astype(np.float32)
LABELS = np.arange(N) % 2


def save(path: Path, **arrays: Any) -> None:
    np.savez(path, **{"features": ROWS, "labels": LABELS, **arrays})


def cut(path: Path, keep: float) -> None:
    save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])


def flipped(path: Path) -> None:
    """One byte of the stored numbers is another: the archive's checksum does not fit."""
    save(path)
    content = bytearray(path.read_bytes())
    content[300] ^= 255
    path.write_bytes(bytes(content))


def huge_header(path: Path) -> None:
    """A header that speaks of 80 TB."""
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        out, {"descr": "<f8", "fortran_order": False, "shape": (10_000_000, 1_000_000)}
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("features.npy", out.getvalue())
        archive.writestr("labels.npy", out.getvalue())


BROKEN: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut at the start": lambda path: cut(path, 0.1),
    "cut in the middle": lambda path: cut(path, 0.5),
    "cut at the end": lambda path: cut(path, 0.98),
    "a checksum that does not fit": flipped,
    "a header of 80 TB": huge_header,
    "text": lambda path: path.write_text("features,labels\n"),
    "one array": lambda path: np.save(path.open("wb"), ROWS),
    "pickled": lambda path: save(path, labels=np.array([{}] * N, dtype=object)),
    "0-d labels": lambda path: save(path, labels=np.int64(3)),
    "(N, 1) labels": lambda path: save(path, labels=LABELS[:, None]),
    "complex labels": lambda path: save(path, labels=LABELS.astype(complex)),
    "complex features": lambda path: save(path, features=ROWS.astype(complex)),
    "words as features": lambda path: save(path, features=ROWS.astype(str)),
    "no columns": lambda path: save(path, features=ROWS[:, :0]),
    "3-d features": lambda path: save(path, features=ROWS[:, :, None]),
    "too few rows": lambda path: save(path, features=ROWS[:-1]),
    "beyond float32": lambda path: save(path, features=ROWS.astype(np.float64) * 1e300),
    "rows that merge": lambda path: save(path, features=1e9 + np.arange(N * 4, dtype=np.float64).reshape(N, 4) / 1e6),
    "whole numbers that merge": lambda path: save(path, features=2**60 + np.arange(N * 4).reshape(N, 4)),
    "an array that nothing reads": lambda path: save(path, group=LABELS),
    "groups of NaN": lambda path: save(path, groups=np.full(N, np.nan)),
    "groups of another length": lambda path: save(path, groups=LABELS[:-1]),
    "other names": lambda path: np.savez(path, X=ROWS, y=LABELS),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_cannot_be_read_is_refused_by_name(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "f.npz"
    BROKEN[kind](path)
    with pytest.raises(LitError) as caught:
        read_precomputed(f"features:{path}")
    assert "f.npz" in caught.value.message
    assert caught.value.next_step


def test_other_names_are_told_beside_the_ones_that_are_needed(tmp_path: Path) -> None:
    np.savez(tmp_path / "f.npz", X=ROWS, y=LABELS)
    with pytest.raises(LitError) as caught:
        read_precomputed(f"features:{tmp_path / 'f.npz'}")
    assert "it has X, y" in caught.value.message
    assert "features=X, labels=y" in str(caught.value.next_step)


def test_float64_that_float32_tells_apart_is_read(tmp_path: Path) -> None:
    save(tmp_path / "f.npz", features=ROWS.astype(np.float64) + 1e-12)
    found = read_precomputed(f"features:{tmp_path / 'f.npz'}")
    assert found.features.dtype == np.float32
    assert np.allclose(found.features, ROWS)


def test_groups_are_read_whatever_names_them(tmp_path: Path) -> None:
    for groups in (LABELS * 7 - 3, np.array(["a", "b"])[LABELS], LABELS.astype(float)):
        save(tmp_path / "f.npz", groups=groups)
        found = read_precomputed(f"features:{tmp_path / 'f.npz'}")
        assert found.groups is not None
        assert found.groups.tolist() == LABELS.tolist()


@pytest.mark.parametrize(
    "given",
    [
        ROWS.tolist(),
        [list(row) for row in ROWS.tolist()],
        ROWS.astype(np.float16),
        np.asfortranarray(ROWS),
        (ROWS > 0),
        np.round(ROWS * 100).astype(np.int64),
    ],
    ids=["lists", "rows", "float16", "columns first", "truths", "whole numbers"],
)
def test_plain_numbers_of_any_form_are_rows(given: Any) -> None:
    found = feature_rows(given, "features")
    assert found.dtype == np.float32
    assert np.array_equal(found, np.asarray(given, dtype=np.float32))


def test_tensors_and_frames_are_rows() -> None:
    import pandas
    import torch

    tensor = torch.tensor(ROWS, requires_grad=True)
    assert np.array_equal(feature_rows(tensor, "features"), ROWS)
    assert feature_rows(tensor.bfloat16(), "features").shape == (N, 4)
    assert np.array_equal(feature_rows(pandas.DataFrame(ROWS), "features"), ROWS)


@pytest.mark.parametrize(
    "given",
    [
        np.ma.masked_array(ROWS, mask=ROWS > 2),
        [[1.0, 2.0], [1.0]],
        np.array([[None, 1]] * 3),
        [["a", "b"]],
        ROWS[:, 0],
        3.0,
    ],
    ids=["masked", "ragged", "objects", "words", "one column", "a number"],
)
def test_what_is_no_matrix_of_numbers_is_refused(given: Any) -> None:
    with pytest.raises(BadSetting):
        feature_rows(given, "features")


def test_a_sparse_matrix_is_refused_with_the_call_that_mends_it() -> None:
    from scipy.sparse import csr_matrix

    with pytest.raises(BadSetting, match=r"\.toarray\(\)"):
        feature_rows(csr_matrix(ROWS), "features")


def test_zero_and_minus_zero_are_one_number() -> None:
    rows = np.array([[0.0, 1.0], [-0.0, 1.0]])
    assert feature_rows(rows, "features").tolist() == [[0.0, 1.0], [0.0, 1.0]]
