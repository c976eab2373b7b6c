"""Images and sounds as a dataset stores them: read row by row, decoded when asked for, never all in memory."""

from __future__ import annotations

import hashlib
import io
import struct
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from lit_hf.errors import AmbiguousColumns, FileUnreadable, MissingExtra
from lit_hf.runtime.inputs import Waveform
from lit_hf.tasks.schema import Columns, Schema, label_column, named, of_type

if TYPE_CHECKING:
    import datasets

Decoded = TypeVar("Decoded")
_UNKNOWN_LENGTH = (1 << 31) - (1 << 16)
_SCALE = {1: 128.0, 2: 2.0**15, 3: 2.0**23, 4: 2.0**31}
"""What a sample of so many bytes is divided by."""


class StoredMedia(Sequence[Mapping[str, Any] | None]):
    """A column of images or sounds: item i is `{"bytes": ..., "path": ...}` as it lies in the dataset, or None."""

    def __init__(self, data: datasets.Dataset, name: str) -> None:
        raw = type(data.features[name])(decode=False)
        self._data = data.select_columns([name]).cast_column(name, raw).with_format("arrow")

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, row: Any) -> Any:
        return self._data[int(row)].column(0)[0].as_py()


def find_media(schema: Schema, kind: str, text: str | None, text_pair: str | None, label: str | None) -> Columns | None:
    """Return the column of type `kind` ("image" or "sound") and the label; None when the dataset has no such column.

    `text` names it where there are several; raises `AmbiguousColumns` when it does not, and `MissingColumn`.
    """
    found = of_type(schema, kind)
    if text_pair is not None or not found:
        return None
    if text is not None:
        return Columns(text, label_column(schema, label)) if named(schema, text) in found else None
    if len(found) > 1:
        raise AmbiguousColumns("text", found)
    return Columns(found[0], label_column(schema, label))


def each_decoded(
    column: Sequence[Any], decode: Callable[[Mapping[str, Any]], Decoded]
) -> Iterator[tuple[Decoded, Callable[[], Decoded], str] | None]:
    """Yield for each row its decoded content, a function that reads it again, and its name; None for nothing."""
    for row, stored in enumerate(column):
        is_there = stored is not None and (stored["bytes"] or stored["path"])
        yield (decode(stored), partial(_load, column, row, decode), _name(stored, row)) if is_there else None


def digest(*parts: bytes) -> str:
    """Return 32 hex digits over parts of decoded content."""
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        found.update(len(part).to_bytes(8, "little"))
        found.update(part)
    return found.hexdigest()


def decode_image(stored: Mapping[str, Any]) -> np.ndarray:
    """Return uint8 [height, width, 3]: turned as the camera says, 16 bits of grey scaled to 8, transparency dropped.

    Raises `FileUnreadable`.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(_content(stored))) as image:
            if image.mode == "F" and (whole := _of_floats(np.asarray(image), _name(stored))) is not None:
                return whole
            if image.mode.startswith("I"):
                grey = (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
                return np.repeat(grey[:, :, None], 3, axis=2)
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except Image.DecompressionBombError as error:
        raise FileUnreadable(_name(stored), f"its image is too large: {error}".rstrip(".")) from error
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, struct.error) as error:
        raise FileUnreadable(_name(stored), f"it is no image: {error}") from error


def _of_floats(values: np.ndarray, name: str) -> np.ndarray | None:
    """Return grey pixels that were stored as floats from 0 to 1; None for those from 0 to 255, which Pillow reads."""
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 255:
        raise FileUnreadable(name, "its pixels are floats that lie neither in 0..1 nor in 0..255")
    if values.max() > 1:
        return None
    grey = np.rint(values.astype(np.float64) * 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def decode_sound(stored: Mapping[str, Any]) -> Waveform:
    """Return one channel, the mean of all. PCM WAV needs nothing; what else there is, the package soundfile reads.

    Raises `FileUnreadable`, and `MissingExtra` where soundfile is needed and absent.
    """
    content = _content(stored)
    try:
        with wave.open(io.BytesIO(content)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            frames, wanted = file.readframes(file.getnframes()), file.getnframes() * width * channels
    except (wave.Error, EOFError, struct.error) as error:
        if _is_pcm_wav(content):
            raise FileUnreadable(_name(stored), f"it is a broken .wav: {error or 'it ends too early'}") from error
        return _other_sound(content, _name(stored))
    _require_whole(len(frames), wanted, _name(stored))
    samples = _pcm(frames, width)
    return Waveform((samples.reshape(-1, channels) / _SCALE[width]).mean(1).astype(np.float32), rate)


def _require_whole(found: int, wanted: int, name: str) -> None:
    """Raise `FileUnreadable` for a sound that is cut; a recorder that was not stopped announces 2 GiB or more."""
    if found != wanted and wanted < _UNKNOWN_LENGTH:
        raise FileUnreadable(name, f"it is a cut .wav: {found:,} of {wanted:,} bytes of sound are there")


def _is_pcm_wav(content: bytes) -> bool:
    """Tell whether a file says that it is a WAV of plain samples (format 1), which needs no other library to read."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return False
    place = content.find(b"fmt ", 12, 4096)
    return place < 0 or content[place + 8 : place + 10] in (b"\x01\x00", b"\x01", b"")


def _pcm(frames: bytes, width: int) -> np.ndarray:
    """Return the signed integers of little-endian samples; one byte counts from 0 to 255."""
    if width == 1:
        return np.frombuffer(frames, np.uint8).astype(np.int64) - 128
    if width == 3:
        each = np.frombuffer(frames, np.uint8).reshape(-1, 3).astype(np.int64)
        whole: np.ndarray = each[:, 0] + (each[:, 1] << 8) + (each[:, 2] << 16)
        return whole - ((whole >= 1 << 23).astype(np.int64) << 24)
    return np.frombuffer(frames, f"<i{width}").astype(np.int64)


def _other_sound(content: bytes, name: str) -> Waveform:
    try:
        import soundfile
    except ImportError as error:
        raise MissingExtra("soundfile", "audio") from error
    try:
        samples, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, ValueError) as error:
        raise FileUnreadable(name, f"it is no sound: {error}".rstrip(".")) from error
    return Waveform(samples.mean(1).astype(np.float32), int(rate))


def _load(column: Sequence[Any], row: int, decode: Callable[[Mapping[str, Any]], Decoded]) -> Decoded:
    return decode(column[row])


def _content(stored: Mapping[str, Any]) -> bytes:
    found = stored.get("bytes")
    return found if found is not None else Path(stored["path"]).read_bytes()


def _name(stored: Mapping[str, Any], row: int | None = None) -> str:
    return str(stored["path"] or ("an entry of the dataset" if row is None else f"row {row}"))
