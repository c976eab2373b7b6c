"""Work for other processes and machines: plain jobs, engines that run them, and retries of those whose worker died.

contract ─> gather (retries, one bar) ─> on_ray, on_slurm; needs: what a job asks for; settings: the fleet's file.
"""

from lit_hf.runtime.fleet.contract import Engine, Handle, Needs, Work, WorkerLost
from lit_hf.runtime.fleet.gather import Stopped, gather
from lit_hf.runtime.fleet.settings import ENGINES, FleetSettings, open_engine

__all__ = [
    "ENGINES", "Engine", "FleetSettings", "Handle", "Needs", "Stopped", "Work", "WorkerLost", "gather", "open_engine",
]  # fmt: skip
