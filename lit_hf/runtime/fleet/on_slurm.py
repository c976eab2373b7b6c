"""The engine of a Slurm cluster, through submitit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from lit_hf.errors import BadSetting, LitError, MissingExtra
from lit_hf.runtime.cache import cache_root
from lit_hf.runtime.fleet.contract import Needs, Work, WorkerLost

DEFAULTS = {"timeout_min": 240}


@dataclass(frozen=True)
class SlurmHandle:
    """A submitit job."""

    job: Any

    def done(self) -> bool:
        return bool(self.job.done())

    def result(self) -> Any:
        from submitit.core.utils import FailedJobError, UncompletedJobError

        try:
            return self.job.result()
        except FailedJobError:  # the work raised: its traceback is in the message
            raise
        except UncompletedJobError as error:
            raise WorkerLost(f"Slurm says {self.job.state} of job {self.job.job_id}") from error

    def cancel(self) -> None:
        self.job.cancel(check=False)


@dataclass(frozen=True)
class SlurmEngine:
    """One Slurm job for each piece of work; `options` are submitit's parameters."""

    executor: str
    folder: Path
    options: Mapping[str, Any]

    @classmethod
    def start(cls, options: Mapping[str, Any]) -> SlurmEngine:
        """Check the options; `executor: local` runs jobs as processes of this machine, for trying things out."""
        try:
            import submitit
        except ImportError as error:
            raise MissingExtra("submitit", "slurm") from error
        rest = dict(options)
        executor = str(rest.pop("executor", "slurm"))
        folder = Path(rest.pop("folder", cache_root() / "slurm"))
        if executor not in ("slurm", "local"):
            raise BadSetting("executor", executor, "slurm or local")
        if executor == "slurm" and submitit.AutoExecutor.which() != "slurm":
            raise LitError("this machine has no Slurm: `srun` is not found.", "Run it on a login node of the cluster.")
        engine = cls(executor, folder, rest)
        engine._executor(Needs(), "check")
        return engine

    @property
    def has_gpus(self) -> bool:
        """Slurm is not asked: `--device cuda` says that jobs get GPUs."""
        return False

    def submit(self, work: Work) -> SlurmHandle:
        return SlurmHandle(self._executor(work.needs, work.label).submit(work.function, work.argument))

    def close(self) -> None:
        return None

    def _executor(self, needs: Needs, label: str) -> Any:
        import submitit

        executor = submitit.AutoExecutor(folder=self.folder, cluster=self.executor)
        asked = {"cpus_per_task": needs.cpus, "mem_gb": ceil(needs.memory / 1e9), "gpus_per_node": ceil(needs.gpus)}
        wanted = {**DEFAULTS, "name": f"lit-hf {label}".replace(" ", "-"), **asked, **self.options}
        try:
            executor.update_parameters(**wanted)
        except (NameError, TypeError, ValueError, AssertionError) as error:
            raise BadSetting("slurm", dict(self.options), f"parameters of submitit: {error}") from error
        return executor
