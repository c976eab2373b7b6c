"""Between batches: rows that leave a device without a wait, and inputs that are made ready one shard ahead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

Ready = TypeVar("Ready")


def send(array: np.ndarray, device: str) -> Tensor:
    """Return `array` on `device`. To an accelerator it goes by way of pinned memory, and nobody waits for it."""
    import torch

    tensor = torch.from_numpy(array)
    if not device.startswith("cuda"):
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


class Gathered:
    """Rows [n, dim] of one shard, float32, filled batch by batch; `rows()` waits for what is still on its way."""

    def __init__(self, n: int, dim: int) -> None:
        self._rows = np.zeros((n, dim), dtype=np.float32)
        self._coming: list[tuple[np.ndarray, Tensor]] = []

    def put(self, where: np.ndarray, found: Tensor) -> None:
        """Fill the rows `where` [b] with `found` [b, dim]; a copy from an accelerator runs beside the next batch."""
        import torch

        if found.device.type != "cuda":
            self._rows[where] = found.float().cpu().numpy()
            return
        host = torch.empty(found.shape, dtype=torch.float32, pin_memory=True)
        self._coming.append((where, host.copy_(found.float(), non_blocking=True)))

    def rows(self) -> np.ndarray:
        """Return all rows."""
        import torch

        if self._coming:
            torch.cuda.synchronize()
        for where, host in self._coming:
            self._rows[where] = host.numpy()
        self._coming.clear()
        return self._rows


class Ahead(Generic[Ready]):
    """Makes the next inputs ready in a thread of its own, while the present ones are computed.

    One preparation at a time: tokenisers do not like two callers.
    """

    def __init__(self, prepare: Callable[[Sequence[Any]], Ready]) -> None:
        self._prepare = prepare
        self._begun: list[tuple[Sequence[Any], Future[Ready]]] = []

    @cached_property
    def _thread(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, thread_name_prefix="ahead")

    def start(self, inputs: Sequence[Any]) -> None:
        """Begin with `inputs`, the very object that `take` will be given."""
        self._begun.append((inputs, self._thread.submit(self._prepare, inputs)))

    def take(self, inputs: Sequence[Any]) -> Ready:
        """Return what `inputs` became, prepared ahead or now; what was begun before them is dropped."""
        for place, (begun, future) in enumerate(self._begun):
            if begun is inputs:
                del self._begun[: place + 1]
                return future.result()
        return self._thread.submit(self._prepare, inputs).result()
