"""Memory that does not suffice: batches in halves, and models spread over the devices of a machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.runtime.cache import cache_root

if TYPE_CHECKING:
    from torch import nn


class BatchSplitter:
    """Does work batch by batch, in halves where memory does not suffice; what fitted is remembered.

    No process needs another one for it. A half is padded as wide as the whole batch: on a CPU with one thread its
    floats were those of the whole, bit for bit (tests/encoders/test_memory.py); elsewhere products of other shapes may
    differ in the last bits, so `halved` counts the batches and the record tells it.
    """

    def __init__(self) -> None:
        self._fits: int | None = None
        self._halved, self._lock = 0, Lock()

    def take_halved(self) -> int:
        """Return how many batches were done in parts since this was last asked."""
        with self._lock:
            found, self._halved = self._halved, 0
        return found

    def run(self, work: Callable[[np.ndarray], None], batch: np.ndarray, width: int) -> None:
        """Do `work` on the inputs `batch`, each `width` tokens with padding; raise when one alone is too large."""
        if self._in_parts(work, batch, width):
            with self._lock:
                self._halved += 1

    def _in_parts(self, work: Callable[[np.ndarray], None], batch: np.ndarray, width: int) -> bool:
        if len(batch) == 1 or self._fits is None or len(batch) * width <= self._fits:
            if self._done(work, batch):
                return False
            self._fits = max(width, len(batch) * width // 2)
        middle = (len(batch) + 1) // 2
        for part in (batch[:middle], batch[middle:]):
            self._in_parts(work, part, width)
        return True

    def _done(self, work: Callable[[np.ndarray], None], batch: np.ndarray) -> bool:
        """Tell whether memory sufficed; what a failed attempt held is free again on return."""
        try:
            work(batch)
            return True
        except (RuntimeError, MemoryError) as error:
            if len(batch) == 1 or not out_of_memory(error):
                raise
        from accelerate.utils.memory import clear_device_cache

        clear_device_cache(garbage_collection=True)
        return False


def out_of_memory(error: BaseException) -> bool:
    """Tell whether `error` says that memory did not suffice, on any device."""
    from accelerate.utils.memory import should_reduce_batch_size

    return isinstance(error, MemoryError) or should_reduce_batch_size(error)


def offload_folder() -> Path:
    """Return where weights lie for which no memory is left."""
    return cache_root() / "offload"


def spread(model: nn.Module, offload: Path, room: dict[Any, Any] | None = None) -> nn.Module:
    """Distribute a model's modules over all devices of this machine, then its memory, then files in `offload`.

    room: bytes for each device ("40MB"); by default what is free. One that is spread already stays as it is.
    """
    from accelerate import dispatch_model, infer_auto_device_map

    if getattr(model, "hf_device_map", None) is not None:
        return model
    whole = tuple(getattr(model, "_no_split_modules", None) or ())
    places = infer_auto_device_map(model, max_memory=room, no_split_module_classes=list(whole))
    if set(places.values()) == {"cpu"}:
        return model
    offload.mkdir(parents=True, exist_ok=True)
    spread_out: nn.Module = dispatch_model(model, device_map=places, offload_dir=str(offload))
    return spread_out
