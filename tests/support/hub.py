"""The stand-in Hub as tests know it: clients that speak to it, its faults, its log."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import HfApi

ROOT = Path(__file__).parents[2]
COUNTER = itertools.count()


@dataclass(frozen=True)
class Server:
    """A running stand-in Hub."""

    url: str

    def api(self, token: str | None = "hf_owner") -> HfApi:
        """A real client; `None` is one without a token, whatever is stored on this machine."""
        return HfApi(endpoint=self.url, token=token or False)

    def fault(self, match: str, **fault: Any) -> None:
        """Arm a fault for the next request that matches."""
        httpx2.post(f"{self.url}/_control/faults", json={"match": match, **fault}).raise_for_status()

    def log(self) -> list[str]:
        """Requests since the last reset."""
        return httpx2.get(f"{self.url}/_control/log").json()

    def reset(self) -> None:
        """Forget faults and log."""
        httpx2.post(f"{self.url}/_control/reset").raise_for_status()

    def new(self, kind: str = "model", namespace: str = "owner", **files: str | bytes) -> str:
        """A new repository with files; keys are paths with `__` for a dot."""
        api, name = self.api(), f"{namespace}/{kind}-{next(COUNTER)}"
        api.create_repo(name, repo_type=kind)
        for path, content in files.items():
            raw = content if isinstance(content, bytes) else content.encode()
            api.upload_file(path_or_fileobj=raw, path_in_repo=path.replace("__", "."), repo_id=name, repo_type=kind)
        return name

    def settings(self, kind: str, name: str, **settings: Any) -> None:
        """Change a repository's settings as its owner."""
        headers = {"Authorization": "Bearer hf_owner"}
        httpx2.put(f"{self.url}/api/{kind}s/{name}/settings", json=settings, headers=headers).raise_for_status()

    def environment(self, home: Path, token: str = "hf_owner") -> dict[str, str]:
        """What another process needs to speak to this Hub and to no other."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING", "LIT_HF"))}
        hub = {"HF_ENDPOINT": self.url, "HF_HOME": str(home), "HF_TOKEN": token}
        quiet = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
        return {**kept, **hub, **quiet, "OMP_NUM_THREADS": "1", "COLUMNS": "120", "PYTHONPATH": str(ROOT)}
