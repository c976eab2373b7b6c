"""What this machine can do: the yardstick next to every time that a benchmark prints."""

from __future__ import annotations

import threading
import time
from pathlib import Path


def matmul_gflops(threads: int, seconds: float = 1.0) -> float:
    """Return the measured peak of float32 matrix products [4096, 768] x [768, 768], in 10^9 operations a second."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    left, right = torch.randn(4096, 768), torch.randn(768, 768)
    best = 0.0
    for _ in range(5):
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds / 5:
            left @ right
            count += 1
        best = max(best, 2 * 4096 * 768 * 768 * count / (time.perf_counter() - began) / 1e9)
    torch.set_num_threads(before)
    return best


class PrivateMemory:
    """Watches this process's anonymous memory (what no file backs), in bytes: `before` and `peak`."""

    def __enter__(self) -> PrivateMemory:
        self.before = self.peak = self._now()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.peak = max(self.peak, self._now())

    @staticmethod
    def _now() -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line.split()[1] for line in lines if line.startswith("RssAnon")))
