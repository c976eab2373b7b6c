"""What decides the last bits of a float: two processes with the same answer compute alike."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version


def environment_hash(device: str, threads: int, *packages: str) -> bytes:
    """Return 8 bytes over the versions (those of further `packages` too), the processor's kind and capability, the
    device and the number of threads.
    """
    import torch

    place = torch.device(device)
    name = torch.cuda.get_device_name(place) if place.type == "cuda" else platform.machine()
    capability = torch.backends.cpu.get_cpu_capability()
    parts = [torch.__version__, version("numpy"), version("constriction"), place.type, name, capability, str(threads)]
    parts += [version(name) for name in packages]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).digest()
