"""Labels as a file: as many bits as the code says, the same labels back, and no wrong label ever called right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lit_hf
from lit_hf.errors import BadBitstream, FileUnreadable
from lit_hf.proof.header import DIGEST, Header, unpack
from lit_hf.proof.quantised import PRECISION, WHOLE, Sequential, integers
from lit_hf.proof.verify import decode_elsewhere
from tests.support import assets
from tests.support.l6 import rotten_features
from tests.support.streams import code, gaussian

SLACK = 64  # bits: the range coder ends on a whole word of 32, and keeps up to one more in hand


def payload_bits(file: bytes) -> int:
    return 8 * len(unpack(file)[1])


@given(
    chances=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=60).filter(lambda values: sum(values) > 1e-3),
)
def test_integers_are_positive_whole_and_near(chances: list[float]) -> None:
    table = np.array([chances]) / sum(chances)
    found = integers(table)
    assert found.min() >= 1
    assert found.sum() == WHOLE
    # Each is off by its own rounding and the floor; the largest also takes what is left over.
    assert np.abs(found / WHOLE - table).max() <= (2 * len(chances) + 2) / WHOLE


def test_no_label_costs_more_than_the_precision() -> None:
    assert -np.log2(integers(np.array([[1.0, 0.0, 0.0]]))[0, 1] / WHOLE) == PRECISION


def test_the_last_step_agrees_with_the_closed_form() -> None:
    features, labels = gaussian(120, 6, 3)
    groups = np.arange(120) // 2
    curve = code(features, labels, 3, groups=groups, kinds=None)
    file = lit_hf.encode_labels(features, labels, num_classes=3, groups=groups, shuffle=False)
    assert abs(payload_bits(file) - curve.total) <= SLACK
    np.testing.assert_array_equal(lit_hf.decode_labels(features, file, groups=groups), labels)


def test_counts_move_when_a_group_ends() -> None:
    table = integers(np.array([[0.7, 0.3]]))
    last = Sequential(2, True)
    first = last.mix(table)
    last.learn(0, ends=False)
    within = last.mix(table)
    last.learn(1, ends=True)
    assert last.state() != Sequential(2, True).state()
    other = Sequential(2, True)
    other.mix(table)
    other.learn(0, ends=True)
    # The same label before, counted or not: the class prior differs only once the group has ended.
    assert first[0, 0] < within[0, 0] < other.mix(table)[0, 0]


@settings(max_examples=12, deadline=None)
@given(
    n=st.integers(20, 70), dim=st.integers(1, 12), classes=st.integers(2, 6), copies=st.integers(1, 4),
    seed=st.integers(0, 2**16), order=st.integers(0, 2), shuffle=st.booleans(),
    how=st.sampled_from(["online", "block", "block-raw", "block-geometric", "block-bank", "block-bank-geometric"]),
)  # fmt: skip
def test_every_labelling_comes_back(
    n: int, dim: int, classes: int, copies: int, seed: int, order: int, shuffle: bool, how: str
) -> None:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, dim)).astype(np.float32) * 10.0 ** rng.integers(-4, 5)
    labels, groups = rng.integers(classes, size=n), rng.integers(max(1, n // copies), size=n)
    file = lit_hf.encode_labels(
        features, labels, num_classes=classes, groups=groups, seed=seed, order=order, shuffle=shuffle, code=how
    )
    np.testing.assert_array_equal(lit_hf.decode_labels(features, file, groups=groups), labels)


@pytest.fixture(scope="module")
def small() -> tuple[np.ndarray, np.ndarray, bytes]:
    features, labels = gaussian(60, 5, 3, signal=2.0)
    return features, labels, lit_hf.encode_labels(features, labels, num_classes=3)


def test_a_flipped_bit_anywhere_is_reported(small: tuple[np.ndarray, np.ndarray, bytes]) -> None:
    features, _, file = small
    header, payload = unpack(file)
    start = len(file) - len(payload)
    for at in [*range(0, start, 7), *range(start, len(file), 2)]:
        broken = bytearray(file)
        broken[at] ^= 1 << (at % 8)
        with pytest.raises(BadBitstream) as caught:
            lit_hf.decode_labels(features, bytes(broken))
        assert caught.value.increment <= len(header.digests)
        assert (caught.value.increment == 0) == (at < start)
        assert "increment" in caught.value.message or "header" in caught.value.message


def test_damage_shows_at_the_increment_it_touches() -> None:
    features, labels = gaussian(400, 5, 2, signal=0.3)
    file = lit_hf.encode_labels(features, labels)
    header, payload = unpack(file)
    found = []
    for word in (0, header.words // 2, header.words - 3):
        broken = bytearray(file)
        broken[len(file) - len(payload) + 4 * word + 3] ^= 0x10
        with pytest.raises(BadBitstream, match="payload is damaged") as caught:
            lit_hf.decode_labels(features, bytes(broken))
        found.append(caught.value.span)
    # About one bit a label: word w holds labels 32 w to 32 w + 31, and their increment is the one before.
    assert found == sorted(found)
    assert found[0][0] < 64
    assert found[-1][0] >= 200


@pytest.mark.parametrize("kept", [0, 3, 8, 40, 90, 140, -40, -5, -4, -1])
def test_a_cut_file_is_reported(small: tuple[np.ndarray, np.ndarray, bytes], kept: int) -> None:
    features, _, file = small
    with pytest.raises(BadBitstream):
        lit_hf.decode_labels(features, file[:kept])


def test_bytes_after_the_end_are_reported(small: tuple[np.ndarray, np.ndarray, bytes]) -> None:
    features, _, file = small
    with pytest.raises(BadBitstream, match="damaged or cut"):
        lit_hf.decode_labels(features, file + b"\0\0\0\0")


def test_foreign_files_are_reported(small: tuple[np.ndarray, np.ndarray, bytes], tmp_path: Path) -> None:
    features, _, file = small
    with pytest.raises(BadBitstream, match="not a file of labels"):
        lit_hf.decode_labels(features, b"\x89PNG\r\n\x1a\n" + bytes(500))
    with pytest.raises(BadBitstream, match="60 labels, and there are inputs for 59"):
        lit_hf.decode_labels(features[:59], file)
    with pytest.raises(BadBitstream, match="grouped in another way"):
        lit_hf.decode_labels(features, file, groups=np.arange(60) // 2)
    with pytest.raises(BadBitstream, match="not the features") as caught:
        lit_hf.decode_labels(features[::-1].copy(), file)
    assert caught.value.increment == 2  # nothing is known of the features before the first labels
    with pytest.raises(FileUnreadable):
        lit_hf.decode_labels(features, tmp_path / "none.bin")


def test_other_arithmetic_is_named(
    small: tuple[np.ndarray, np.ndarray, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    features, labels, file = small
    monkeypatch.setattr("lit_hf.runtime.arithmetic.environment_hash", lambda device, threads: bytes(8))
    np.testing.assert_array_equal(lit_hf.decode_labels(features, file), labels)  # it does not differ where it matters
    with pytest.raises(BadBitstream, match="arithmetic differs"):
        lit_hf.decode_labels(features * np.float32(1 + 2e-3), file)


def test_another_coder_is_refused(small: tuple[np.ndarray, np.ndarray, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    features, _, file = small
    monkeypatch.setattr("lit_hf.probes.bank.VERSION", "of another day")
    with pytest.raises(BadBitstream, match="another version of the coder"):
        lit_hf.decode_labels(features, file)


def test_a_header_is_what_it_was(small: tuple[np.ndarray, np.ndarray, bytes]) -> None:
    header, payload = unpack(small[2])
    assert isinstance(header, Header)
    assert header.pack() + payload == small[2]
    assert header.bits == 8 * len(header.pack())
    assert {len(one) for one in header.digests} == {DIGEST}


# ------------------------------------------------------------------------------------------------------- real features


def holds(features: np.ndarray, labels: np.ndarray, classes: int) -> None:
    """Write, read in another process that may open nothing else, compare, and measure."""
    stated = code(features, labels, classes, kinds=None).total
    file = lit_hf.encode_labels(features, labels, num_classes=classes, shuffle=False)
    found, bits = decode_elsewhere(features, np.arange(len(labels)), file, "cpu")
    np.testing.assert_array_equal(found, labels)
    assert bits == pytest.approx(stated, abs=0.1)
    assert abs(payload_bits(file) - stated) <= 0.001 * stated + SLACK
    assert stated < len(labels) * np.log2(classes)


def test_two_classes_of_real_text() -> None:
    features, _, labels = rotten_features()
    holds(features, labels, 2)


def test_ten_classes_of_real_images() -> None:
    images, labels = assets.fashion_mnist("test")
    holds(images[:1000].reshape(1000, -1).astype(np.float32) / 255, labels[:1000], 10)


def test_the_decoder_sees_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "labels.txt").write_text("0 1 1 0")
    script = (
        "from pathlib import Path; from lit_hf.proof.decoder import confine; import sys\n"
        f"confine(Path({str(tmp_path / 'inside')!r}))\n"
        f"Path({str(tmp_path / 'inside' / 'a')!r}).write_text('mine')\n"
        f"open({str(tmp_path / 'labels.txt')!r})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "PermissionError: the decoder may not open" in done.stderr
    assert (tmp_path / "inside" / "a").read_text() == "mine"
