"""Images and sounds as tasks: what is read, what is one input, what lies in memory."""

from __future__ import annotations

import sys
import tracemalloc
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from datasets import Audio, Dataset, Image, load_dataset
from PIL import Image as Pictures

from lit_hf.config import Settings
from lit_hf.errors import AmbiguousColumns, FileUnreadable, MissingColumn, MissingExtra
from lit_hf.runtime.inputs import render
from lit_hf.tasks import load_task
from lit_hf.tasks.media import decode_image, decode_sound
from tests.support import media

SAMPLES = np.array([0, 1, -1, 100, -100, 127, -128])


def pcm(width: int, samples: np.ndarray, channels: int = 1, folder: Path | None = None) -> bytes:
    """A WAV file of integer samples of `width` bytes."""
    import io

    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(8_000)
        signed = [int(each).to_bytes(width, "little", signed=True) for each in samples]
        raw = bytes(int(each) + 128 for each in samples) if width == 1 else b"".join(signed)
        writer.writeframes(raw)
    return file.getvalue()


def noise(count: int, side: int = 12, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_samples_of_any_width_are_scaled_by_their_range(width: int) -> None:
    scale = 2 ** (8 * (width - 1))
    found = decode_sound({"bytes": pcm(width, SAMPLES * scale), "path": None})
    assert found.rate == 8_000
    assert found.samples.dtype == np.float32
    assert np.array_equal(found.samples * 128, SAMPLES)


def test_channels_are_averaged() -> None:
    found = decode_sound({"bytes": pcm(2, np.array([100, 300, -50, 50]), channels=2), "path": None})
    assert np.array_equal(found.samples * 2**15, [200, 0])


def test_other_formats_are_read_by_soundfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soundfile = pytest.importorskip("soundfile", reason="soundfile is not installed: pip install soundfile")
    samples = (media.tone(440) * 32_767).astype(np.int16)
    soundfile.write(tmp_path / "a.flac", samples, 8_000)
    stored = {"bytes": None, "path": str(tmp_path / "a.flac")}
    assert np.array_equal(decode_sound(stored).samples, samples.astype(np.float32) / 2**15)
    with pytest.raises(FileUnreadable, match="no sound"):
        decode_sound({"bytes": b"not a sound", "path": "x.mp3"})
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(MissingExtra) as raised:
        decode_sound(stored)
    assert "lit-hf[audio]" in str(raised.value.next_step)


def test_an_image_is_turned_and_scaled_to_eight_bits(tmp_path: Path) -> None:
    grey = np.arange(6, dtype=np.uint16).reshape(2, 3) * 10_000
    Pictures.fromarray(grey).save(tmp_path / "grey.png")
    found = decode_image({"bytes": None, "path": str(tmp_path / "grey.png")})
    assert np.array_equal(found[:, :, 0], grey >> 8)
    exif = Pictures.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    picture = noise(1)[0][:5]
    Pictures.fromarray(picture).save(tmp_path / "turned.png", exif=exif)
    turned = decode_image({"bytes": None, "path": str(tmp_path / "turned.png")})
    assert np.array_equal(turned, np.rot90(picture, -1))
    with pytest.raises(FileUnreadable, match="no image"):
        decode_image({"bytes": b"no image", "path": None})


def test_the_same_pixels_in_two_formats_are_one_input() -> None:
    pixels = noise(30)
    stored = [{"bytes": media.png(each, kind), "path": None} for kind in ("PNG", "BMP") for each in pixels]
    data = Dataset.from_dict({"image": stored, "label": [i % 2 for i in range(60)]}).cast_column("image", Image())
    task = load_task(Settings("model", "data"), data)
    assert (task.kind, task.medium, task.size, len(task.labels)) == ("image-classification", "image", 30, 60)
    assert task.dataset.duplicates == 30
    once = load_task(Settings("model", "data"), media.image_data(pixels, [0, 1] * 15))
    assert [render(value) for value in once.inputs] == [render(value) for value in task.inputs]
    assert all(np.any(np.all(value.load() == pixels, axis=(1, 2, 3))) for value in task.inputs)


def test_missing_images_and_labels_are_dropped_and_counted() -> None:
    stored = [None, *({"bytes": media.png(each), "path": None} for each in noise(30))]
    data = Dataset.from_dict({"picture": stored, "label": ["a", None, *["a", "b", "b"] * 9, "a", "b"]})
    task = load_task(Settings("model", "data"), data.cast_column("picture", Image()))
    assert (task.dataset.empty_inputs, task.dataset.missing_labels, task.size) == (1, 1, 29)


def test_an_imagefolder_is_read(tmp_path: Path) -> None:
    for split, count in (("train", 12), ("validation", 11)):
        for name, seed in (("cat", 1), ("dog", 2)):
            folder = tmp_path / split / name
            folder.mkdir(parents=True)
            for number, each in enumerate(noise(count, seed=seed + len(split))):
                (folder / f"{number}.png").write_bytes(media.png(each))
    task = load_task(Settings("model", str(tmp_path)))
    assert (task.kind, task.classes, task.size) == ("image-classification", ("cat", "dog"), 24)
    assert task.holdout is not None
    assert (task.holdout.source, len(task.holdout.inputs)) == ("validation split", 22)
    assert {Path(value.name).parent.name for value in task.inputs} == {"cat", "dog"}


@pytest.mark.parametrize("splits", [("",), ("train", "test", "val")])
def test_an_audiofolder_is_read_without_torchcodec(tmp_path: Path, splits: tuple[str, ...]) -> None:
    for split in splits:
        for hertz in (300, 500):
            for number in range(10):
                samples = media.tone(hertz + number, 0.05 + 0.01 * len(split))
                media.write_wav(tmp_path / split / str(hertz) / f"{number}.wav", samples)
    task = load_task(Settings("model", str(tmp_path)))
    assert (task.kind, task.medium, task.classes, task.size) == ("audio-classification", "sound", ("300", "500"), 20)
    assert (task.holdout is not None) == (len(splits) > 1)
    assert all(task.classes[label] == Path(task.inputs[group].name).parent.name
               for label, group in zip(task.labels, task.groups, strict=True))  # fmt: skip


def test_sounds_of_a_loaded_dataset_and_of_parquet_are_the_same(tmp_path: Path) -> None:
    paths = [str(media.write_wav(tmp_path / f"{i}.wav", media.tone(100 + 10 * i, 0.05))) for i in range(20)]
    data = Dataset.from_dict({"audio": paths, "label": [0, 1] * 10}).cast_column("audio", Audio())
    data.to_parquet(tmp_path / "all.parquet")
    stored = load_dataset("parquet", data_files=str(tmp_path / "all.parquet"), split="train")
    loaded, read = (load_task(Settings("model", "data"), each) for each in (data, stored))
    assert read.medium == "sound"
    assert read.dataset.fingerprint == loaded.dataset.fingerprint


def test_two_image_columns_need_a_name_and_text_can_be_asked_for() -> None:
    pixels = noise(20)
    data = media.image_data(pixels, [0, 1] * 10, 2).add_column("caption", [f"text {i}" for i in range(20)])
    both = data.add_column("mask", data.with_format("arrow")[:].column("image").to_pylist()).cast_column(
        "mask", Image()
    )
    assert load_task(Settings("model", "data", text_column="caption"), data).medium == "text"
    assert load_task(Settings("model", "data", task="text-classification"), data).medium == "text"
    with pytest.raises(AmbiguousColumns):
        load_task(Settings("model", "data"), both)
    assert load_task(Settings("model", "data", text_column="mask"), both).dataset.columns["text"] == "mask"
    with pytest.raises(MissingColumn, match="audio"):
        load_task(Settings("model", "data", task="audio-classification"), data)


def peak(work: Callable[[], object]) -> int:
    """Return the most bytes that were held at once while it ran; other threads of the tests may add to it."""
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def test_memory_does_not_grow_with_the_number_of_images(tmp_path: Path) -> None:
    side, peaks = 256, []
    for count in (30, 90):
        folder = tmp_path / str(count)
        for name in ("a", "b"):
            (folder / name).mkdir(parents=True)
        for number, each in enumerate(noise(count, side)):
            (folder / "ab"[number % 2] / f"{number}.png").write_bytes(media.png(each))
        settings = Settings("model", str(folder))
        load_task(settings)  # what is imported and cached at the first time does not count
        peaks.append(min(peak(partial(load_task, settings)) for _ in range(3)))
    assert peaks[1] - peaks[0] < 10 * side * side * 3  # sixty more images are decoded, one after the other
