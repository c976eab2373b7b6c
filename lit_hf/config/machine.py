"""Settings of the machine: where it runs, and where features are kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from lit_hf.config.fields import Enters, Part, require, require_counts, setting

_setting = partial(setting, group="Machine")


@dataclass(frozen=True, kw_only=True)
class MachineSettings(Part):
    """What a run uses of the machine. Batches and devices change the last bits of floats, so they enter."""

    device: str = _setting("auto", meaning="auto, cpu, cuda, cuda:1 or mps.")
    device_map: str | None = _setting(
        None, meaning="auto: spread a model larger than one device over all of them.", as_before=None
    )
    code_device: str = _setting(
        "cpu", meaning="Where labels are coded: cpu, or encoder for the encoder's device.", as_before="cpu"
    )
    batch_tokens: int | None = _setting(
        None, meaning="Tokens in one forward pass, padding included.", unset="by device"
    )
    threads: int | None = _setting(None, meaning="CPU threads of one batch; batches run side by side.", unset="1")
    cache_dir: str | None = _setting(
        None,
        meaning="Where features and results are kept.",
        unset="$LIT_HF_CACHE, or $HF_HOME/lit-hf",
        as_before=Enters.NEVER,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        require_counts(self, "batch_tokens", "threads")
        require(self.code_device in ("cpu", "encoder"), "code_device", self.code_device, "`cpu` or `encoder`")
        require(self.device_map in (None, "auto"), "device_map", self.device_map, "`auto`, or left out")

    def where_to_code(self, device: str) -> str:
        """Return the device that labels are coded on, beside an encoder on `device`.

        A stream is many small steps, each of which waits for the one before: the CPU does them, whatever the encoder
        has. Never a function of the number of labels: the first n bits must not depend on it.
        """
        return device if self.code_device == "encoder" else "cpu"
