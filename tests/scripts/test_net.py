"""The net's own parts: what it hides, what it tells of a difference, and that no failure passes in silence."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))  # its modules import each other as scripts do
import net  # noqa: E402
import net_parts  # noqa: E402
import net_runs  # noqa: E402
from net_compare import compare  # noqa: E402

HERE = Path("/somewhere/else")


def result(file: Path, **items: object) -> Path:
    net.write(dict(items), file)
    return file


def test_times_versions_and_paths_are_hidden_and_their_keys_are_not() -> None:
    record = {"bits": 0.1, "created": "2026-01-01", "environment": {"torch": "2.1", "threads": 4}, "at": f"{HERE}/a"}
    found = net_parts.scrub(record, HERE)
    assert found["bits"] == 0.1
    assert found["at"] == "<folder>/a"
    assert "2026" not in json.dumps(found)
    assert set(found["environment"].values()) == {net_parts.HIDDEN}
    assert net_parts.keys(found) == ["at", "bits", "created", "environment", "environment.threads", "environment.torch"]


def test_the_last_bit_of_a_float_changes_the_hash() -> None:
    assert net_parts.digest([0.1 + 0.2]) != net_parts.digest([0.3])


def test_a_speed_and_its_width_leave_a_table_of_checkpoints() -> None:
    lines = ["rank  model    texts/s", "───────────────────────", "1 =   bert-a     {}", "", "2 of 1,000"]
    slow, fast = ("\n".join(lines).format(speed) for speed in ("999", "12,345"))
    assert net_parts.text(slow, HERE) == net_parts.text(fast.replace("───", "─────"), HERE)
    assert net_parts.text(slow, HERE)[-1] == "2 of 1,000"


def test_a_list_by_the_second_has_an_order_of_its_own() -> None:
    assert net_parts.unordered({"results": [{"id": 2}, {"id": 1}]}) == net_parts.unordered(
        {"results": [{"id": 1}, {"id": 2}]}
    )
    assert net_parts.unordered(["b", "a"]) != net_parts.unordered(["b", "c"])


def test_a_difference_is_told_by_its_key(tmp_path: Path) -> None:
    old = result(tmp_path / "old.json", a={"transfer": {"bits": 1.5}, "same": 1}, b=[0.0, 1.0, 2.0], gone=1)
    new = result(tmp_path / "new.json", a={"transfer": {"bits": 1.25}, "same": 1}, b=[0.5, 1.0, 2.125], new=1)
    lines, same = compare(old, new)
    told = "\n".join(lines)
    assert not same
    assert "transfer.bits: 1.5 -> 1.25" in told
    assert "2 of 3 numbers differ, first at 0, by at most 0.5" in told
    assert "gone     gone" in told
    assert "added    new" in told
    assert "same" not in told
    assert compare(old, old)[1]


def test_a_command_that_should_not_fail_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runs = [net_runs.Run("good", "ls"), net_runs.Run("refused", "no", True), net_runs.Run("bad", "no")]
    monkeypatch.setattr(net, "prepare", lambda folder: net.net_hub.Hub())
    monkeypatch.setattr(net.net_data, "make", lambda folder: None)
    monkeypatch.setattr(net, "runs", lambda folder: runs)
    monkeypatch.setattr(net, "perform", lambda run, folder: (int(run.line == "no"), {"exit": 0, "said": ["why"]}))
    items, broken = net.cast(tmp_path, "")
    assert set(items) == {f"{run.name}: {part}" for run in runs for part in ("exit", "said")}
    assert len(broken) == 1
    assert broken[0].startswith("bad: exit code 1")


def test_every_name_is_used_once(tmp_path: Path) -> None:
    names = [run.name for run in net_runs.runs(tmp_path)]
    assert len(set(names)) == len(names)
