"""Proof of a record: its labels written to a file of as many bits as it states, and read back by another process.

Features of order 0 of the encoder come from the store, or are computed again from the record's own settings.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lit_hf.coding.order import Code, Order
from lit_hf.config import Settings, from_mapping, from_record
from lit_hf.errors import BadBitstream, IncomparableRecords, LacksPart, LitError, RecordChanged
from lit_hf.evaluation.job import Job
from lit_hf.records.made_of import same_settings
from lit_hf.records.record import Record, record_id
from lit_hf.runtime.cache import atomic_file
from lit_hf.runtime.progress import NullProgress, Progress

if TYPE_CHECKING:
    from lit_hf.features import Features

FILE = "labels.bin"
SHARE = 0.001  # of what is stated: another machine's arithmetic
CODER_BITS = 64  # what the range coder may add: it ends on a whole word
_CHUNK = 65_536  # rows


@dataclass(frozen=True)
class Verification:
    """All in bits. `written`: the file was made now; otherwise the one that was there has been read.

    decoded_bits: the information in the labels under the integers that the decoder read them with.
    """

    labels: int
    stated_bits: float
    decoded_bits: float
    payload_bits: int
    header_bits: int
    uniform_bits: float | None
    """None for numbers, which have no uniform code."""
    file: str
    written: bool

    @property
    def ratio(self) -> float:
        """Payload over what is stated."""
        return self.payload_bits / self.stated_bits


def verify(folder: str | Path, progress: Progress | None = None) -> Verification:
    """Write the labels of the record in `folder` to its `labels.bin`, unless it is there; read them in another process.

    Raises `RecordChanged` where the record does not fit its parts or the data, `BadBitstream` where the file is bad.
    """
    folder, progress = Path(folder), progress or NullProgress()
    record = Record.load(folder)
    job = Job.prepare(settings_of(record, folder), progress)
    _same_data(record, job, folder)
    task, file = job.task, folder / FILE
    features = job.features(job.encoder, task.inputs, task.size, "embed with the encoder")
    written = not file.exists()
    if written:
        with progress.task("write the labels", 1), atomic_file(file) as out:
            out.write(_encode(job, features))
    data = file.read_bytes()
    with progress.task("read them in another process", 1):
        found, bits = decode_elsewhere(features, task.groups, data, job.code_device, task.feature_rows)
    if not np.array_equal(found, task.labels):
        raise RecordChanged(folder, f"{FILE} holds other labels than the dataset")
    return _measured(record, folder, data, bits, written)


def _encode(job: Job, features: Features) -> bytes:
    from lit_hf.proof.file import encode_order

    task, settings = job.task, job.settings
    return encode_order(
        features, task.examples, task.target.written, Order(0, settings.seed),
        Code(settings.code, device=job.code_device),
    )  # fmt: skip


def _measured(record: Record, folder: Path, data: bytes, bits: float, written: bool) -> Verification:
    """Return the lengths; raise when they are not what the record states."""
    from lit_hf.proof.header import unpack

    header, payload = unpack(data)
    stated, length = float(record["codelength"]["bits_per_order"][0]), 8 * len(payload)
    if abs(bits - stated) > SHARE * stated + 1 or abs(length - stated) > SHARE * stated + CODER_BITS:
        raise RecordChanged(folder, f"it states {stated:,.1f} bits, and its labels take {bits:,.1f}")
    return Verification(
        header.labels, stated, bits, length, header.bits, header.uniform_bits, str(folder / FILE), written
    )


def settings_of(record: Record, folder: Path) -> Settings:
    """Return the settings that made `record`; raise `RecordChanged` when its parts do not belong together."""
    resolved = from_record(record["settings"]["resolved"], str(folder))
    if "transfer" not in record.data:
        evaluate = "Evaluate the checkpoint: `lit-hf eval MODEL DATASET --output DIR`."
        raise LacksPart(record["id"], "evaluation: it is what a ranking coded", evaluate)
    if record_id(record["model"], record["dataset"], resolved.fingerprint()) != record["id"]:
        raise RecordChanged(folder, "its id is not that of its model, dataset and settings")
    settings = Settings.from_yaml(folder / "settings.yaml")
    if not same_settings(settings, from_mapping(record.rerun_settings(), str(folder))):
        raise RecordChanged(folder, "settings.yaml is not that of record.json")
    if settings.dataset == "in memory":
        raise LitError(
            "the record's dataset was given in memory, and cannot be read again.", "Evaluate a file, or a Hub id."
        )
    if not record.complete:
        raise LitError("the record was stopped on the way: there is no codelength of all labels to prove.")
    stated = record["codelength"]["bits_per_order"]
    if abs(sum(stated) / len(stated) - record["codelength"]["bits"]) > 1e-6 * abs(record["codelength"]["bits"]):
        raise RecordChanged(folder, "its codelength is not the mean over its orders")
    paid = record.arrays.get("bits_encoder")
    if paid is not None and not np.allclose(paid.sum(1), stated, rtol=1e-9):
        raise RecordChanged(folder, "the bits in arrays.npz are not those of record.json")
    return settings


def _same_data(record: Record, job: Job, folder: Path) -> None:
    """Raise unless the data and the coder are the record's."""
    from lit_hf.probes.bank import VERSION

    task, dataset = job.task, record["dataset"]
    if (task.dataset.fingerprint, len(task.labels)) != (dataset["fingerprint"], dataset["examples"]):
        raise RecordChanged(folder, "its dataset has other contents now")
    labels = record.arrays.get("labels")
    if labels is not None and not np.array_equal(labels, task.labels):
        raise RecordChanged(folder, "the labels in arrays.npz are not those of the dataset")
    bank = task.target.bank(Code(job.settings.code, device=job.code_device))
    if record["coder"]["bank"] != bank:
        if (version := record["coder"]["version"]) != VERSION:
            raise IncomparableRecords(f"coder.version is {version} in the record and {VERSION} here: other probes")
        raise IncomparableRecords(f"coder.bank is {record['coder']['bank']} in the record and {bank} here")


def decode_elsewhere(
    features: Features | np.ndarray, groups: np.ndarray, data: bytes, device: str, rows: np.ndarray | None = None
) -> tuple[np.ndarray, float]:
    """Return the labels int64 [N] (or [N, L]) that a fresh process (lit_hf/proof/decoder.py) reads, and their bits.

    It is given features [R, d], groups [N], the row of each label [N] (None: its group) and the file `data` in a folder
    of their own, and may open nothing else.
    """
    with tempfile.TemporaryDirectory(prefix="lit-hf-verify-") as name:
        folder = Path(name)
        np.save(folder / "groups.npy", groups)
        np.save(folder / "rows.npy", groups if rows is None else rows)
        (folder / FILE).write_bytes(data)
        copy = np.lib.format.open_memmap(folder / "features.npy", "w+", np.float32, features.shape)
        for start in range(0, len(copy), _CHUNK):
            copy[start : start + _CHUNK] = features[start : start + _CHUNK]
        copy.flush()
        done = _run(folder, device)
        if done.returncode == 0:
            return np.load(folder / "decoded.npy"), json.loads(done.stdout)["bits"]
    raise _failure(done)


def _run(folder: Path, device: str) -> subprocess.CompletedProcess[str]:
    here = str(Path(__file__).parents[2])  # where the package lies, whatever is installed
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-m", "lit_hf.proof.decoder", str(folder), device],
        capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip


def _failure(done: subprocess.CompletedProcess[str]) -> LitError:
    try:
        found = json.loads(done.stdout)
        return BadBitstream(found["reason"], found["increment"], tuple(found["span"]))
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return LitError(f"the decoder's process failed: {last}")
