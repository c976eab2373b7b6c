"""What the studies that code labels after others say of the data and of the encoder, and how they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lit_hf.errors import BadSetting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lit_hf.config import Settings
    from lit_hf.evaluation.job import Job
    from lit_hf.tasks import Task


@dataclass(frozen=True, eq=False)
class Found:
    """The JSON object of a study, and what draws it."""

    data: dict[str, Any]
    draw: Callable[[Mapping[str, Any]], Figure]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return self.data

    def plot(self) -> Figure:
        """Return its figure."""
        return self.draw(self.data)


def dataset_section(task: Task) -> dict[str, Any]:
    """Return which data it was."""
    info = task.dataset
    return {
        "id": info.id, "config": info.config, "split": info.split, "revision": info.revision,
        "fingerprint": info.fingerprint, "examples": len(task.labels), "groups": task.group_count, "kind": task.kind,
        "labels_are": task.target.spoken,
    }  # fmt: skip


def model_section(job: Job) -> dict[str, Any]:
    """Return which encoder it was, and how many inputs went through it in this run; the others were stored."""
    from lit_hf.evaluation.sections import model_section as of_record

    named = of_record(job)
    return {name: named[name] for name in ("id", "revision", "architecture", "dim")} | {
        "embedded_now": job.computed, "from_the_store": job.reused,
    }  # fmt: skip


def require_online(settings: Settings, command: str) -> None:
    """Raise `BadSetting` for a code whose bits depend on how many labels will come: labels after others have none."""
    if settings.code != "online":
        raise BadSetting("code", settings.code, f"online for {command}, which codes labels after others")
