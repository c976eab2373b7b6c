"""S1 and S5: a folder that somebody sent reads what is in it, in bounded time, depth and size."""

from __future__ import annotations

import io
import json
import struct
import time
import wave
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lit_hf.config import Settings, outside
from lit_hf.encoders.trained_on import declared_datasets
from lit_hf.errors import FileUnreadable, NotARecord
from lit_hf.hub.errors import InvalidCard
from lit_hf.hub.frontmatter import parse
from lit_hf.records.record import Record
from lit_hf.tasks.contained import leads_outside, require_contained
from lit_hf.tasks.loading import open_source
from lit_hf.tasks.media import decode_image, decode_sound

ROWS = "text,label\na,0\nb,1\n"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of this machine that no folder of data may show."""
    file = tmp_path / "secret.csv"
    file.write_text("text,label\nthe secret,0\nanother,1\n")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    return made


def refused(folder: Path, said: str) -> None:
    """The folder is refused with these words, and the words do not quote what lies outside."""
    with pytest.raises(FileUnreadable, match=said) as raised:
        open_source(str(folder))
    assert "the secret" not in str(raised.value)


def test_a_link_that_leads_outside_is_refused(folder: Path, secret: Path) -> None:
    (folder / "train.csv").symlink_to(secret)
    refused(folder, "train.csv is a link that leads out of the folder")


def test_a_folder_that_is_a_link_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "train.csv").write_text(ROWS)
    (tmp_path / "elsewhere").mkdir()
    (folder / "more").symlink_to(tmp_path / "elsewhere")
    refused(folder, "more is a link")


def test_a_link_within_the_folder_is_not(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "real" / "rows.csv").write_text(ROWS)
    (folder / "train.csv").symlink_to(folder / "real" / "rows.csv")
    require_contained(folder)


@pytest.mark.parametrize("files", ["../secret.csv", "train/../../secret.csv", "/etc/passwd", "file:///etc/passwd"])
@pytest.mark.parametrize("form", ["{}", "[{}]", "[{{split: train, path: {}}}]", "{{train: [{}]}}"])
def test_a_cards_patterns_that_lead_outside_are_refused(folder: Path, secret: Path, files: str, form: str) -> None:
    written = form.format(json.dumps(files))
    (folder / "README.md").write_text(f"---\nconfigs:\n- config_name: default\n  data_files: {written}\n---\n")
    refused(folder, "which lie outside")


def test_a_cards_folder_that_leads_outside_is_refused(folder: Path, secret: Path) -> None:
    (folder / "README.md").write_text("---\nconfigs:\n- config_name: a\n  data_dir: ..\n---\n")
    refused(folder, "which lie outside")


def test_a_saved_dataset_that_names_files_outside_is_refused(folder: Path) -> None:
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": "../other/data.arrow"}]}))
    refused(folder, "names files that lie outside")
    (folder / "state.json").write_text("[1")
    refused(folder, "not the state of a saved dataset")


def test_pictures_outside_of_their_folder_are_refused(folder: Path, tmp_path: Path) -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / "private.png")
    Image.fromarray(picture).save(folder / "own.png")
    (folder / "metadata.csv").write_text("file_name,label\nown.png,0\n../private.png,1\n")
    with pytest.raises(FileUnreadable):
        open_source(str(folder))


def test_a_table_that_names_a_picture_of_this_machine_is_refused(folder: Path, tmp_path: Path) -> None:
    from datasets import Dataset, Features, Value
    from datasets import Image as Picture

    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "private.png")
    features = Features({"image": Picture(decode=False), "label": Value("int64")})
    rows = {"image": [{"bytes": None, "path": str(tmp_path / "private.png")}], "label": [0]}
    Dataset.from_dict(rows, features=features).to_parquet(folder / "train.parquet")
    refused(folder, "is a file outside of it")
    content = (tmp_path / "private.png").read_bytes()
    rows["image"] = [{"bytes": content, "path": "/anywhere/its.png"}]
    Dataset.from_dict(rows, features=features).to_parquet(folder / "train.parquet")
    assert len(open_source(str(folder)).splits["train"]) == 1


@pytest.mark.parametrize(
    ("path", "outside_it"),
    [
        ("a/b.csv", False), ("a..b.csv", False), ("*.csv", False), ("../a", True), ("a/../../b", True), ("~/a", True),
        ("/a", True), ("a\\..\\..\\b", True), ("hf://datasets/x", True), ("https://x", True), ("C:/x", True),
    ],
)  # fmt: skip
def test_what_leads_outside(path: str, outside_it: bool) -> None:
    assert leads_outside(path) is outside_it


BOMBS = {
    "aliases": "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{here}: &{here} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, here in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "merges": "a: &a {k0: 1}\n" + "".join(
        f"{here}: &{here} {{<<: [{', '.join([f'*{before}'] * 9)}]}}\n"
        for before, here in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "depth": "[" * 5000,
    "depth closed": "[" * 5000 + "]" * 5000,
    "block depth": "".join(" " * depth + "a:\n" for depth in range(400)),
    "itself": "a: &a [*a]",
    "digits": "a: " + "9" * 10_000,
    "date": "a: 2024-99-99",
    "size": "a: " + "x" * (outside.MOST_YAML + 1),
    "tag": "!!python/object/apply:os.system ['true']",
    "key": "? {a: b}\n: c",
    "twice": "a: 1\nb: 2\na: 3\n",
    "null": "a: \x00",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_yaml_that_explodes_is_refused_at_once(name: str, folder: Path) -> None:
    """In settings, in the card of a model, of a dataset and of a push."""
    text, start = BOMBS[name], time.monotonic()
    with pytest.raises(ValueError, match=r"^.{3,300}$"):
        outside.parse_yaml(text)
    (folder / "settings.yaml").write_text(text)
    with pytest.raises(FileUnreadable):
        Settings.from_yaml(folder / "settings.yaml")
    (folder / "README.md").write_text(f"---\n{text}\n---\n")
    with pytest.raises(FileUnreadable):
        require_contained(folder)
    with pytest.raises(InvalidCard):
        parse(text)
    assert declared_datasets(str(folder), None) is None
    assert time.monotonic() - start < 20


def test_a_key_given_twice_is_refused_with_its_line(folder: Path) -> None:
    file = folder / "s.yaml"
    file.write_text("model: m\ndataset: d\nseed: 1\nseed: 2\n")
    with pytest.raises(FileUnreadable, match=r"the key 'seed' is given twice \(line 4\)"):
        Settings.from_yaml(file)


def test_aliases_and_merges_of_a_usual_size_are_read() -> None:
    found = outside.parse_yaml("base: &base {a: 1, b: 2}\nmine: {<<: *base, b: 3}\nlist: [*base, *base]\n")
    assert found["mine"] == {"a": 1, "b": 3}
    assert found["list"] == [{"a": 1, "b": 2}] * 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"), ("  \n", "it is empty"), ("[" * 100_000, "nested too deeply|not JSON"),
        ('{"a":' * 50_000, "nested too deeply|not JSON"), ("[1", r"not JSON \(line 1\)"), ("[]", "no JSON object"),
        ("null", "no JSON object"), ('{"a": ' + "9" * 10_000 + "}", "."),
    ],
)  # fmt: skip
def test_a_record_that_is_empty_or_deep_is_named(folder: Path, text: str, said: str) -> None:
    (folder / "record.json").write_text(text)
    with pytest.raises(NotARecord, match=said):
        Record.load(folder)


def test_a_json_file_without_end_is_not_read_to_its_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "MOST_BYTES", 1000)
    monkeypatch.setattr(outside.read_text, "__defaults__", (1000,))
    (folder / "record.json").write_text(json.dumps({"a": "x" * 2000}))
    with pytest.raises(NotARecord, match="at most 1,000 are read"):
        Record.load(folder)


def png(width: int, height: int) -> bytes:
    """A PNG of one colour: a few kilobytes that announce any number of pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(FileUnreadable, match="too large"):
        decode_image({"bytes": png(100_000, 100_000), "path": "bomb.png"})


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", png(8, 8)[:40], b"II*\x00" + b"\xff" * 40])
def test_broken_pictures_are_named(content: bytes) -> None:
    with pytest.raises(FileUnreadable, match="it is no image"):
        decode_image({"bytes": content, "path": "a.png"})


def tiff(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(values).save(file, "TIFF")
    return file.getvalue()


def test_a_picture_of_floats_from_0_to_1_is_not_black() -> None:
    values = np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4)
    found = decode_image({"bytes": tiff(values), "path": "a.tif"})
    assert (found[:, :, 0] == np.rint(values * 255)).all()
    same = decode_image({"bytes": tiff(values * 200), "path": "a.tif"})
    assert abs(same[:, :, 0].astype(float) - values * 200).max() <= 1
    for wrong in (values * 1000, -values, values * np.float32("nan")):
        with pytest.raises(FileUnreadable, match=r"neither in 0..1 nor in 0..255"):
            decode_image({"bytes": tiff(wrong), "path": "a.tif"})


def wav(samples: int = 1000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(np.arange(samples, dtype="<i2").tobytes())
    return file.getvalue()


def test_a_cut_sound_is_not_a_shorter_sound() -> None:
    assert len(decode_sound({"bytes": wav(), "path": "a.wav"}).samples) == 1000
    for kept in (44, 45, 500, -1, -2):
        with pytest.raises(FileUnreadable, match=r"cut|broken"):
            decode_sound({"bytes": wav()[:kept], "path": "a.wav"})


@pytest.mark.parametrize("kept", [4, 12, 20, 30, 40])
def test_a_broken_wav_asks_for_no_other_library(kept: int) -> None:
    with pytest.raises(FileUnreadable, match=r"a\.wav"):
        decode_sound({"bytes": wav()[:kept], "path": "a.wav"})


def test_a_stream_that_announces_no_length_is_read() -> None:
    """Recorders that were not stopped, and ffmpeg into a pipe, announce the largest number there is."""
    content = bytearray(wav())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    assert len(decode_sound({"bytes": bytes(content), "path": "a.wav"}).samples) == 1000
