"""The page as text: what is on it comes from the records, and only what may be compared stands together."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from lit_hf.records.record import Record
from lit_hf.reports import phrases
from lit_hf.reports.page.charts import FRAMES, ribbon, steps
from lit_hf.reports.page.hardest import Excerpt, hardest, sentence, shortened
from lit_hf.reports.page.kinds import curve_chart, layer_chart, switching_chart
from lit_hf.reports.page.render import page
from lit_hf.reports.series import series
from tests.support.command_line import Lit
from tests.support.pages import full
from tests.support.records import noisy, ranked_id, ranked_record


def test_the_same_records_give_the_same_page() -> None:
    records = [full("org/a"), full("org/b", quality=0.3)]
    assert page(records) == page(records)


def test_different_data_banks_and_samples_have_boards_of_their_own() -> None:
    records = [
        full("org/a"),
        full("org/b", bank="other"),
        full("org/c", fingerprint="0" * 16),
        full("org/d", examples=200),
    ]
    html = page(records)
    assert len(re.findall('<section class="board"', html)) == 4
    assert html.count("One checkpoint, nothing to rank it against.") == 4


def test_the_numbers_are_those_of_the_record() -> None:
    record = full()
    html = page([record])
    for value in (record["codelength"]["bits"], record["transfer"]["bits"], record["baselines"]["uniform"]["bits"]):
        assert f"{value:,.2f} bits" in html
    assert phrases.interval(record["transfer"]["interval"]) in html
    assert "lit-hf eval" in html
    assert record["dataset"]["fingerprint"] in html


def test_a_record_without_bits_per_example_is_shown_unranked() -> None:
    html = page([full("org/a"), Record(full("org/bare", quality=0.3).data)])
    assert len(re.findall('<section class="board"', html)) == 1
    assert "Not ranked" in html
    assert html.count('<tr role="row" class="tied"') == 1
    assert "no bits per example" in html


def test_what_was_not_measured_is_said() -> None:
    record = full()
    empty = {"bits": None, "interval": None, "bits_reason": "there is no twin"}
    record.data["transfer"] |= {**empty, "bits_per_label": None, "baseline": None, "interval_parts": None}
    record.data["baselines"] |= {
        "random_twin": {**empty, "initialisations": 0},
        "raw_input": {"bits": None, "kind": None},
    }
    record.data["curve"] |= {"baseline_bits_per_label": None, "raw_input_bits_per_label": None}
    record.data["holdout"] = None
    record.data.pop("layers")
    record.data["coder"]["experts"] = []
    html = page([record])
    assert "not measured" in html
    assert "There is no twin." in html
    assert "-switching" not in html
    assert "-layers" not in html


def test_no_word_turns_the_direction_of_others() -> None:
    html = page([full(f"evil{turn}gpj.exe", quality=0.2) for turn in "\u202e\u2067\x00\ud800"])
    assert html.count("evil\ufffdgpj.exe") >= 4
    assert not set("\u202e\u2067\x00\ud800") & set(html)
    assert html.encode("utf-8")


def test_charts_stay_in_their_frames() -> None:
    record = full()
    charts = [curve_chart(series(record), "t"), switching_chart(record), layer_chart(record)]
    for chart in charts:
        assert chart is not None
        for view in chart.views:
            paths = [path for each in view.drawn for path in (each.line, each.band, each.area) if path]
            points = np.array([float(x) for path in paths for x in re.findall(r"[-\d.]+", path)]).reshape(-1, 2)
            frame = view.frame
            assert points[:, 0].min() >= frame.left
            assert points[:, 0].max() <= frame.width - frame.right
            assert points[:, 1].min() >= frame.top
            assert points[:, 1].max() <= frame.height - frame.bottom
            assert len(view.xs) == len(chart.rows)
    assert [view.frame for view in charts[0].views] == list(FRAMES)  # type: ignore[union-attr]


def test_paths_close_and_step() -> None:
    assert ribbon([0, 1], [5, 6], [2, 3]) == "M0 2L1 3L1 6L0 5Z"
    assert steps([0, 2, 5], [7, 8]) == ([0, 2, 2, 5], [7, 7, 8, 8])


def test_the_hardest_examples_are_the_dearest_over_all_orders() -> None:
    record = full()
    bits = record.arrays["bits_encoder"].mean(axis=0)
    found = hardest(record, 5, lambda index: Excerpt((f"text {index}",)))
    assert [each.index for each in found] == np.argsort(-bits, kind="stable")[:5].tolist()
    assert found[0].bits == pytest.approx(bits.max())
    assert found[0].label == ["neg", "pos"][record.arrays["labels"][found[0].index]]
    assert found[0].excerpt == Excerpt((f"text {found[0].index}",))
    assert hardest(Record(record.data), 5) == []


def test_a_word_stands_in_its_sentence() -> None:
    words_ = [f"w{i}" for i in range(40)]
    assert sentence(words_, 20, around=2) == Excerpt(("… w18 w19 ", "w20", " w21 w22 …"), 1)
    assert sentence(["a", "b"], 0) == Excerpt(("", "a", " b"), 1)
    assert len(shortened("x" * 999, 50)) == 50


def test_the_command_writes_one_file(lit: Lit, tmp_path: Path) -> None:
    folders = [full(model, quality=q).save(tmp_path / model) for model, q in (("a", 0.2), ("b", 0.5))]
    code, out, err = lit("report", *map(str, folders), "-o", str(tmp_path / "site"))
    assert code == 0
    assert out.strip() == str(tmp_path / "site" / "index.html")
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["index.html"]
    assert "--data" in err


def test_texts_come_from_the_dataset_while_it_is_the_one_that_was_measured(lit: Lit, tmp_path: Path) -> None:
    from lit_hf.config import Settings
    from lit_hf.tasks import load_task

    csv = tmp_path / "data.csv"
    csv.write_text("text,label\n" + "".join(f"text number {i},{'ab'[i % 2]}\n" for i in range(60)))
    settings = Settings("m", str(csv))
    task = load_task(settings)
    record = full("m", dataset=str(csv), examples=60, fingerprint=task.dataset.fingerprint)
    record.data["dataset"]["revision"] = None
    record.data["settings"] = {"given": settings.given(), "resolved": settings.resolved()}
    record.arrays["labels"] = task.labels
    folder = record.save(tmp_path / "record")
    site = tmp_path / "site"
    _, _, err = lit("report", str(folder), "-o", str(site))
    assert "quotes inputs" in err
    dearest = hardest(record, 1)[0].index
    assert str(task.inputs[task.groups[dearest]]) in (site / "index.html").read_text("utf-8")
    lit("report", str(folder), "-o", str(site), "--no-texts")
    assert "text number" not in (site / "index.html").read_text("utf-8")
    moved = csv.rename(tmp_path / "moved.csv")
    _, _, err = lit("report", str(folder), "-o", str(site), "--data", str(moved))
    assert "text number" in (site / "index.html").read_text("utf-8")
    moved.write_text(moved.read_text() + "one more,a\n")
    _, _, err = lit("report", str(folder), "-o", str(site), "--data", str(moved))
    assert "text number" not in (site / "index.html").read_text("utf-8")


def test_entries_of_a_ranking_have_a_board_and_say_what_they_lack() -> None:
    entries = [
        ranked_record(name, noisy(gap, seed=number)) for number, (name, gap) in enumerate({"a": 0.0, "b": 0.3}.items())
    ]
    lost = ranked_record("c", noisy(0.4, labels=200, seed=5, orders=1), lost_to=ranked_id("a"), total=600)
    html = page([*entries, lost])
    assert len(re.findall('<section class="board"', html)) == 1
    assert html.count('<tr role="row" class=') == 2
    assert "Not ranked" in html
    assert "rankings skip the random twin" in html.lower()
    assert "not measured" in html


def test_labels_that_are_numbers() -> None:
    record = full()
    record.data["dataset"] |= {"classes": None, "class_names": None, "kind": "text-regression"}
    record.data["baselines"]["uniform"]["bits"] = None
    record.data["curve"]["uniform_bits_per_label"] = None
    record.data["codelength"] |= {"bits": -40.0, "interval": [-60.0, -20.0], "bits_per_label": -0.1}
    record.arrays["labels"] = np.linspace(0.25, 5, 400)
    html = page([record])
    assert "-40.00 bits" in html
    assert f"<bdi>{record.arrays['labels'][hardest(record, 1)[0].index]:g}</bdi>" in html
    assert "NaN" not in html


def test_no_folder_of_the_machine_is_told() -> None:
    record = full("/home/somebody/secret/models/mine", dataset="/home/somebody/data.csv", revision=None)
    record.data["settings"]["resolved"] |= {"model": "/home/somebody/m", "dataset": "/home/somebody/data.csv"}
    assert "somebody" not in page([record])
