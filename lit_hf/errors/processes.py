"""Several processes of one run."""

from __future__ import annotations

from collections.abc import Sequence

from lit_hf.errors.base import LitError, UsageError, listed

_GO_ON = "Run the same command again, with any number of processes: finished shards of features are kept."


class ProcessLost(LitError):
    """A process of the run has gone without a word: killed, out of memory, or its machine cannot be reached.

    Process 0 is the main one; `seconds`: how long nothing was heard of it, None where it is known to be gone.
    """

    def __init__(self, rank: int, world: int, seconds: float | None = None, how: str = "") -> None:
        silent = f"has not been heard of for {seconds:g} seconds" if seconds else f"has gone{how and f' ({how})'}"
        name = "the main process, or the launcher," if rank == 0 and not how else f"process {rank} of {world}"
        super().__init__(f"{name} {silent}.", _GO_ON)
        self.rank, self.world = rank, world


class ProcessesMissing(LitError):
    """Processes that the launcher counts have not come to the meeting; `seconds`: None where the main one left it."""

    def __init__(self, ranks: Sequence[int], world: int, seconds: float | None, address: str) -> None:
        what = f"not come within {seconds:g} seconds" if seconds else "left before all had met"
        super().__init__(
            f"process {listed(ranks)} of {world} has {what} (meeting at {address}).",
            f"Start all {world} processes with the same MASTER_ADDR and MASTER_PORT; LIT_HF_PROCESS_TIMEOUT=SECONDS "
            "is how long to wait.",
        )
        self.ranks, self.world, self.seconds = tuple(ranks), world, seconds


class LauncherIncomplete(UsageError):
    """The variables by which a launcher speaks to its processes are not complete."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the launcher's variables are not complete: {reason}.",
            "For one process run `unset WORLD_SIZE RANK LOCAL_RANK OMPI_COMM_WORLD_SIZE`; for several use "
            "`--num-processes N` or torchrun.",
        )
        self.reason = reason


class ProcessFailed(LitError):
    """Another process of the run has failed; message, next step and exit code are those of its error."""

    def __init__(self, rank: int, world: int, message: str, next_step: str | None, code: int) -> None:
        super().__init__(f"process {rank} of {world}: {message}" if rank else message, next_step or _GO_ON)
        self.rank, self.world, self.exit_code = rank, world, code


class Stopped(LitError):
    """This process was told to end (SIGTERM), as launchers do when another process of the run has ended."""

    exit_code = 143

    def __init__(self) -> None:
        super().__init__("stopped by SIGTERM: a launcher does this when another process of the run has ended.", _GO_ON)


class NotShared(LitError):
    """The processes of a run do not see the same cache."""

    def __init__(self, folder: object, blind: Sequence[int], hosts: Sequence[str]) -> None:
        super().__init__(
            f"process {listed(blind)} on {listed(hosts)} cannot see what the main process wrote in {folder}.",
            "Give all machines one folder with `--cache-dir` or LIT_HF_CACHE (for example on NFS), or use one machine.",
        )
        self.folder, self.blind = str(folder), tuple(blind)


class ProcessesDisagree(LitError):
    """The processes of a run read different things, so that their work cannot be put together."""

    def __init__(self, what: str, hosts: Sequence[str]) -> None:
        super().__init__(
            f"the processes read different things: the {what} on {listed(hosts)} is not that of the main process.",
            "Use the same versions of the libraries, the same type of machine, and names pinned with `@revision`.",
        )
        self.what = what


class NoBfloat16(LitError):
    """A process lacks the bfloat16 arithmetic that its run has settled on."""

    def __init__(self, device: str) -> None:
        super().__init__(
            f"{device} of this process does not multiply bfloat16, and the run that it works for has settled on it.",
            "Use machines that all do (a CPU with AVX512-BF16 or AMX, CUDA 8.0 or more), or add `--dtype float32`.",
        )
        self.device = device


class OneProcessOnly(UsageError):
    """Something that several processes cannot do together."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"{what} runs in one process, and the launcher started several.", instead)
        self.what = what
