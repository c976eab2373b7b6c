"""The engine of a Ray cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lit_hf.errors import BadSetting, LitError, MissingExtra
from lit_hf.runtime.fleet.contract import Needs, Work, WorkerLost


@dataclass(frozen=True)
class RayHandle:
    """A Ray task by the reference to its result."""

    reference: Any

    def done(self) -> bool:
        import ray

        return bool(ray.wait([self.reference], timeout=0)[0])

    def result(self) -> Any:
        import ray
        from ray import exceptions as lost

        try:
            return ray.get(self.reference)
        except (lost.WorkerCrashedError, lost.NodeDiedError, lost.OutOfMemoryError, lost.OwnerDiedError) as error:
            raise WorkerLost(str(error).strip().splitlines()[0]) from error

    def cancel(self) -> None:
        import ray

        ray.cancel(self.reference, force=True)


@dataclass(frozen=True)
class RayEngine:
    """Ray tasks; `owned`: the cluster was started here, and ends with the engine."""

    owned: bool

    @classmethod
    def start(cls, options: Mapping[str, Any]) -> RayEngine:
        """Join the cluster of `address` or $RAY_ADDRESS, or start one of this machine; `options` are for `ray.init`."""
        try:
            import ray
        except ImportError as error:
            raise MissingExtra("ray", "ray") from error
        joined = ray.is_initialized()
        if not joined:
            defaults = {"logging_level": "ERROR", "log_to_driver": False, "include_dashboard": False}
            try:
                ray.init(**{**defaults, **options})
            except (TypeError, ValueError, ConnectionError) as error:
                raise BadSetting("ray", dict(options), f"arguments of ray.init: {error}") from error
        return cls(not joined)

    @property
    def has_gpus(self) -> bool:
        import ray

        return ray.cluster_resources().get("GPU", 0) > 0

    def submit(self, work: Work) -> RayHandle:
        """Start a task that Ray itself never retries: `gather` counts the attempts of all engines alike."""
        import ray

        needs = work.needs
        _check_room(needs, [node["Resources"] for node in ray.nodes() if node["Alive"]])
        remote = ray.remote(_call).options(
            num_cpus=needs.cpus, num_gpus=needs.gpus, memory=needs.memory, max_retries=0, name=work.label
        )
        return RayHandle(remote.remote(work.function, work.argument))

    def close(self) -> None:
        import ray

        if self.owned:
            ray.shutdown()


def _call(function: Any, argument: Any) -> Any:
    return function(argument)


def _check_room(needs: Needs, nodes: list[Mapping[str, float]]) -> None:
    """Raise `LitError` when no node could ever hold the job: Ray would wait for such a node without a word."""
    asked = {"CPU": needs.cpus, "GPU": needs.gpus, "memory": needs.memory}
    for name, amount in asked.items():
        largest = max((node.get(name, 0.0) for node in nodes), default=0.0)
        if amount > largest:
            spoken = f"{amount / 1e9:.1f} GB of memory" if name == "memory" else f"{amount:g} {name}"
            has = f"{largest / 1e9:.1f} GB" if name == "memory" else f"{largest:g}"
            raise LitError(
                f"it needs {spoken}, and the largest Ray node has {has}.",
                "Lower --batch-tokens, set `memory_factor` in the file of --engine-config, or add a larger node.",
            )
