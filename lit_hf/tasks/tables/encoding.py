"""Which encoding a text file has: what its first bytes say, else UTF-8 on the whole file, else what a library finds."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

from lit_hf.errors import BadSetting, FileUnreadable
from lit_hf.tasks.tables.errors import WrongEncoding
from lit_hf.tasks.tables.files import open_bytes

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
"""Marks at the beginning of a file; that of UTF-32 begins as that of UTF-16."""
USUAL = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "mac_roman", "cp932", "euc_jp",
    "gb18030", "big5", "cp949",
)  # fmt: skip
"""What spreadsheets and editors write where it is not Unicode."""
OTHERS = {
    b"PAR1": "a parquet file", b"ARROW1": "an arrow file", b"PK\x03\x04": "a zip archive, as spreadsheets are",
    b"\x1f\x8b": "a file packed by gzip", b"BZh91AY&SY": "a file packed by bzip2",
    b"\xfd7zXZ\x00": "a file packed by xz", b"SQLite format 3\x00": "a database of SQLite",
    b"\x93NUMPY": "an array of numpy",
}  # fmt: skip
"""How files begin that are no text, whatever their names say."""
CHUNK = 1 << 20
SAMPLE = 1 << 16
"""Bytes of lines beyond ASCII from which the encoding is found."""


def find_encoding(path: Path, asked: str | None) -> str:
    """Return the name of a codec: the asked one, or the found.

    Raises `BadSetting` for none, `WrongEncoding`, and `FileUnreadable` for what begins as a file of another format.
    """
    with open_bytes(path) as file:
        head = file.read(4096)
    if (other := next((words for mark, words in OTHERS.items() if head.startswith(mark)), None)) is not None:
        raise FileUnreadable(path, f"its name says that it is text, and its first bytes are those of {other}")
    if asked is not None:
        return _known(asked)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    if marked or b"\0" in head:
        return marked or _wide(head) or "utf-8"
    beyond = _lines_beyond_utf8(path)
    return "utf-8" if beyond is None else _guess(path, beyond)


def _known(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise BadSetting("encoding", name, "the name of an encoding, such as utf-8, cp1252 or utf-16") from error


def _wide(head: bytes) -> str | None:
    """Return UTF-16 without a mark: text in it has every second byte zero, mostly."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) / 8:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _lines_beyond_utf8(path: Path) -> bytes | None:
    """Return lines that are not ASCII of a file that is no UTF-8; None where the whole file is UTF-8."""
    decoder, is_utf8, sample = codecs.getincrementaldecoder("utf-8")(), True, bytearray()
    with open_bytes(path) as file:
        while chunk := file.read(CHUNK):
            if is_utf8:
                is_utf8 = _decodes(decoder, chunk)
            if not chunk.isascii() and len(sample) < SAMPLE:
                sample += b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())[:SAMPLE]
        return None if is_utf8 and _decodes(decoder, b"", final=True) else bytes(sample)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _guess(path: Path, sample: bytes) -> str:
    """Return the likeliest encoding: cp1252, what spreadsheets write, wherever its reading of the sample is no mess."""
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=list(USUAL))
    names: Sequence[str] = [name for match in found for name in (match.encoding, *match.could_be_from_charset)]
    if not names:
        raise WrongEncoding(path, None)
    if "cp1252" in names:
        return "cp1252"
    return str(max(found, key=lambda match: match.coherence - match.chaos).encoding)
