"""Rankings of version 1 are read: `old_ranking.json` is one, as `lit-hf rank --audit --format json` wrote it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import jsonschema

from lit_hf.records.ranking import schema, upgraded
from lit_hf.reports.ranking_figure import codelength_figure
from lit_hf.reports.ranking_files import flat_rows
from lit_hf.reports.ranking_phrases import statements
from tests.support.command_line import Lit

OLD = Path(__file__).parent / "old_ranking.json"


def test_it_fits_the_schema_that_it_names() -> None:
    found = json.loads(OLD.read_text())
    jsonschema.Draft202012Validator(schema(1)).validate(found)
    assert found["schema"] == schema(1)["properties"]["schema"]["const"] == "lit-hf/ranking/1"


def test_what_it_says_is_said_in_its_own_words() -> None:
    found = upgraded(json.loads(OLD.read_text()))
    said = "\n".join(statements(found))
    lost = (
        "models/blank: stopped after 500 labels, 344 bits behind the leader; to catch up it would have to be 0.573 bits"
    )
    assert f"{lost} better on each of the last 600." in said
    assert "A stopped checkpoint might still have caught up with more labels; it was assumed that" in said
    assert "Audit: models/blank was let finish; it did not overtake (+844 bits)." in said
    assert "On the first" not in said
    assert [row["left_at"] for row in flat_rows(found)] == [None, None, 500, None]
    assert len(codelength_figure(found).axes[0].get_yticks()) == 2  # those that were coded to the end
    assert upgraded({"rankings": [json.loads(OLD.read_text())]})["rankings"] == [found]
    assert upgraded(found) != json.loads(OLD.read_text())


def test_one_of_this_version_is_left_as_it_is() -> None:
    found = {"schema": "lit-hf/ranking/2", "ranking": [], "race": None}
    assert upgraded(found) == found


def test_show_shows_it(tmp_path: Path, lit: Lit) -> None:
    shutil.copy(OLD, tmp_path / "ranking.json")
    code, out, err = lit("show", str(tmp_path))
    assert code == 0, err
    assert "stopped early:" in out
    assert re.search(r"models/blank +[\d,.]+ bits at 500", out)  # in no column of totals
    assert json.loads(lit("show", str(tmp_path), "--format", "json")[1]) == json.loads(OLD.read_text())
