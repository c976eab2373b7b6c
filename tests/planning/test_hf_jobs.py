"""The printed command runs the same job on the Hub's machines."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from lit_hf.planning.hf_jobs import FLAVORS, flavor_for, hf_jobs_command


def test_the_smallest_machine_that_holds_the_encoder() -> None:
    small = flavor_for(22_000_000, 384, "float32", 10_000)
    assert small == "t4-small"
    names = [name for name, _ in FLAVORS]
    sizes = [flavor_for(size, 4096, "bfloat16", 10_000) for size in (10**8, 7 * 10**9, 30 * 10**9, 10**12)]
    assert [names.index(name) for name in sizes] == sorted(names.index(name) for name in sizes)
    assert sizes[-1] == names[-1]


def test_local_paths_are_mounted_and_the_rest_stays(tmp_path: Path) -> None:
    data = tmp_path / "my reviews.csv"
    data.write_text("text,label\n")
    arguments = ["rank", str(data), "org/a", "org/b", "--max-examples", "500"]
    words = shlex.split(hf_jobs_command(arguments, "t4-small", 7200, "me/cache"))
    assert words[:3] == ["hf", "jobs", "run"]
    assert words[words.index("--timeout") + 1] == "6h"
    volumes = [words[place + 1] for place, word in enumerate(words) if word == "--volume"]
    assert f"{tmp_path}:/inputs/0" in volumes
    assert volumes[-1] == "hf://buckets/me/cache:/cache"
    inside = words[-1].split("&& ")[1]
    assert shlex.split(inside) == ["lit-hf", "rank", "/inputs/0/my reviews.csv", *arguments[2:]]


def test_what_is_meant_for_this_machine_stays_here(tmp_path: Path) -> None:
    arguments = ["rank", "a/b", "--cache-dir", str(tmp_path), "--engine=ray", "c/d", "-o", str(tmp_path)]
    words = shlex.split(hf_jobs_command(arguments, "t4-small", None, "me/cache"))
    assert words[-1].endswith("&& lit-hf rank a/b c/d --output /cache/output")
    assert str(tmp_path) not in " ".join(words)


def test_the_options_are_those_of_the_hub_s_own_command() -> None:
    run = "import sys; sys.argv = ['hf', 'jobs', 'run', '--help']; from huggingface_hub.cli.hf import main; main()"
    told = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=False).stdout
    words = shlex.split(hf_jobs_command(["rank", "a/b", "c/d"], "t4-small", None, "me/cache"))
    asked = {word for word in words[: words.index("bash")] if word.startswith("--")}
    assert asked >= {"--flavor", "--volume"}
    assert [option for option in asked if option not in told] == []
    assert [name for name, _ in FLAVORS if name not in told.replace(" ", "")] == []
