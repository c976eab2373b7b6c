"""Launcher variables that are not complete, and a meeting to which somebody does not come."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lit_hf.errors import BadSetting, LauncherIncomplete, LitWarning
from lit_hf.runtime.heartbeat import patience
from lit_hf.runtime.launcher import check_launcher, is_main_process, launched, without_leftovers

ROOT = Path(__file__).parents[2]
NAMES = (
    "WORLD_SIZE", "RANK", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "OMPI_COMM_WORLD_SIZE",
    "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "PMI_SIZE", "PMI_RANK", "MV2_COMM_WORLD_SIZE",
)  # fmt: skip
PLACE = "from lit_hf.runtime.devices import find_place; print(find_place('cpu'))"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these launcher variables and no others."""
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    environment = {**kept, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **variables}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"WORLD_SIZE": "2"}, "RANK and MASTER_ADDR and MASTER_PORT"),
        ({"WORLD_SIZE": "2", "RANK": "0"}, "MASTER_ADDR and MASTER_PORT"),
        ({"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "127.0.0.1"}, "MASTER_PORT is not set"),
        ({"WORLD_SIZE": "2", "RANK": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}, "RANK is 2"),
        ({"WORLD_SIZE": "two"}, "WORLD_SIZE is 'two'"),
        ({"WORLD_SIZE": "-2"}, "WORLD_SIZE is '-2'"),
        ({"RANK": "x"}, "RANK is 'x'"),
        ({"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "h", "MASTER_PORT": "http"}, "MASTER_PORT is 'http'"),
        ({"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"}, "OMPI_COMM_WORLD_SIZE is 2, but MASTER_ADDR"),
        ({"PMI_SIZE": "4", "PMI_RANK": "1"}, "PMI_SIZE is 4, but MASTER_ADDR"),
        ({"MV2_COMM_WORLD_SIZE": "3"}, "MV2_COMM_WORLD_SIZE is 3, but MASTER_ADDR"),
    ],
)
def test_what_is_not_complete_is_named(given: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(LauncherIncomplete, match=named):
        check_launcher()


@pytest.mark.parametrize(
    "given",
    [
        {"WORLD_SIZE": "1"}, {"WORLD_SIZE": "1", "RANK": "0"}, {"WORLD_SIZE": "1", "LOCAL_RANK": "0"}, {"RANK": "0"},
        {"WORLD_SIZE": ""}, {"WORLD_SIZE": "1", "RANK": "0", "LOCAL_RANK": "0", "MASTER_ADDR": "127.0.0.1"},
        {"OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_LOCAL_RANK": "0"},
        {"LOCAL_RANK": "0"}, {"PMI_SIZE": "1", "PMI_RANK": "0"}, {"MASTER_ADDR": "nowhere", "MASTER_PORT": "1"},
    ],
)  # fmt: skip
def test_what_a_job_system_left_behind_is_harmless(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone, speaking, and the variables are as they were afterwards."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    check_launcher()
    assert (launched(), is_main_process()) == (1, True)
    with without_leftovers():
        assert not set(given) & set(os.environ) - {"MASTER_ADDR", "MASTER_PORT"}
    assert {name: os.environ[name] for name in given} == given


@pytest.mark.parametrize(
    "given",
    [
        {"WORLD_SIZE": "1", "LOCAL_RANK": "0", "RANK": "0"},
        {"OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_LOCAL_RANK": "0"},
    ],
)
def test_accelerate_is_not_misled_by_what_was_left_behind(given: dict[str, str]) -> None:
    done = run(PLACE, **given)
    assert done.returncode == 0, done.stderr
    assert "rank=0, world=1" in done.stdout


def test_a_rank_alone_is_said_and_not_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    with pytest.warns(LitWarning, match="RANK is 1"):
        check_launcher()
    assert is_main_process()


def test_a_rank_alone_and_a_terminal_of_no_width_still_print() -> None:
    code = "import sys; from lit_hf.cli.app import run; sys.exit(run(['--help']))"
    shown = run(code, RANK="1", COLUMNS="0")
    assert shown.returncode == 0
    assert "How many bits" in shown.stdout
    say = "from lit_hf.cli.output import Sink; Sink().show('shown'); Sink().say('said')"
    code = f"from lit_hf.cli.app import run; run(['--version']); {say}"
    shown = run(code, RANK="1", COLUMNS="0")
    assert ("shown" in shown.stdout, "said" in shown.stderr) == (True, True)


def test_mpi_with_an_address_is_a_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_LOCAL_RANK": "1"}
    for name, value in {**given, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29511"}.items():
        monkeypatch.setenv(name, value)
    for name in ("WORLD_SIZE", "RANK", "LOCAL_RANK"):  # set by the call, so that the fixture takes them away again
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    check_launcher()
    assert (launched(), os.environ["RANK"], is_main_process()) == (2, "1", False)


@pytest.mark.parametrize("said", ["soon", "0", "-1", "nan", "inf"])
def test_a_timeout_that_is_none_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIT_HF_PROCESS_TIMEOUT", said)
    with pytest.raises(BadSetting, match="LIT_HF_PROCESS_TIMEOUT"):
        patience()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


JOIN = """
import sys
from lit_hf.runtime import meeting
meeting.SAY_EVERY = 0.5
from lit_hf.runtime.launch import end_on_sigterm
from lit_hf.runtime.devices import find_place
from lit_hf.errors import LitError
end_on_sigterm()
try:
    print("place", find_place("cpu"), flush=True)
    from lit_hf.runtime.processes import end
    end(0)
except LitError as error:
    print(type(error).__name__, error, flush=True)
    from lit_hf.runtime.processes import end
    end(error.exit_code)
"""


def start(rank: int, port: int, world: int = 2, timeout: str = "2") -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    variables = {"WORLD_SIZE": str(world), "RANK": str(rank), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    environment = {**kept, **variables, "PYTHONPATH": str(ROOT), "LIT_HF_PROCESS_TIMEOUT": timeout}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", JOIN], env=environment, **pipes)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("rank", [0, 1])
def test_a_peer_that_never_comes_is_waited_for_with_a_voice_and_a_bound(rank: int) -> None:
    waiting = start(rank, free_port())
    out, err = waiting.communicate(timeout=90)
    assert waiting.returncode == 1, err
    assert f"ProcessesMissing process {1 - rank} of 2 has not come within 2 seconds" in out
    assert f"process {rank} waits for {'process 1 of 2' if rank == 0 else 'the main process'}" in err


@pytest.mark.parametrize("rank", [0, 1])
def test_sigterm_ends_who_waits(rank: int) -> None:
    waiting = start(rank, free_port(), timeout="300")
    assert waiting.stderr is not None
    assert "waits for" in waiting.stderr.readline()
    waiting.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    out, _ = waiting.communicate(timeout=60)
    assert time.monotonic() - begun < 20
    assert waiting.returncode == 143
    assert out.startswith("Stopped")


def test_who_comes_late_is_met() -> None:
    """Each arrival counts the bound anew; all of them have the same view then."""
    port = free_port()
    first = start(0, port, timeout="60")
    assert first.stderr is not None
    assert "waits for" in first.stderr.readline()
    second = start(1, port, timeout="60")
    for rank, each in enumerate((first, second)):
        out, err = each.communicate(timeout=120)
        assert each.returncode == 0, err
        assert f"rank={rank}, world=2" in out


def test_a_port_that_another_program_has_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        first = start(0, int(taken.getsockname()[1]))
        out, err = first.communicate(timeout=90)
    assert first.returncode == 1, err
    assert "the main process cannot answer at" in out
