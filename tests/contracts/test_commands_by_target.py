"""Every command on every kind of target, with and without a baseline, with one layer and with all.

A command gives a result that its schema, or the format of its file, accepts; or it is refused by an error of lit-hf's
own with a next step, and then `REFUSED` says so. Records are made once, in this process, on tiny
data with few probes.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

import datasets
import jsonschema
import numpy as np
import pytest
from transformers import BertConfig, BertForSequenceClassification, PreTrainedModel, Trainer, TrainingArguments

from lit_hf.errors import LitError
from lit_hf.integrations.stream import FixedStream
from lit_hf.integrations.trainer import LITCallback
from lit_hf.probes.number_bank import number_bank
from lit_hf.records import ranking, trajectory
from lit_hf.records.record import Record
from tests.support import kinds, tiny
from tests.support.command_line import Ended, call
from tests.support.hub import COUNTER, Server
from tests.support.kinds import KINDS, Kind

SHORT = ("--orders", "1", "--twins", "1")
STREAMED = ("classes", "pairs")
FIGURES = ("curve", "ladder", "ranking", "switching", "layers")


@dataclass
class Bench:
    """The folder in which all commands run, and the records made there so far."""

    folder: Path
    server: Server
    done: dict[tuple[str, str], Ended] = field(default_factory=dict)

    def made(self, kind: Kind, variant: str) -> Ended:
        """Return the command that makes a record, once it has ended."""
        key = (kind.name, variant)
        if key not in self.done:
            self.done[key] = call(*MAKERS[variant](kind))
        return self.done[key]

    def record(self, kind: Kind, variant: str) -> str:
        """Return the folder of a record that was made; skip where making it is refused, which is a test of its own."""
        if reason := refusal(kind, f"make-{variant}"):
            pytest.skip(f"there is no such record: {reason}")
        self.made(kind, variant).require_fine()
        if variant == "ranked":
            row = json.loads(self.made(kind, variant).out)["ranking"][0]
            return f"cache/results/{row['entry']}"
        return place(kind, variant)


def place(kind: Kind, variant: str) -> str:
    return f"out/{kind.name}-{variant}"


def eval_of(kind: Kind, variant: str, *more: str, model: str = "") -> tuple[str, ...]:
    return ("eval", model or kind.first, *kind.given, *SHORT, *more, "-o", place(kind, variant), "-f", "json")


def named(kind: Kind) -> tuple[str, ...]:
    return ("--classes", {"classes": "low,middle,high", "pairs": "0,1"}[kind.name]) if kind.name in STREAMED else ()


def rank_of(kind: Kind, variant: str, *more: str) -> tuple[str, ...]:
    data = kind.given or (kind.first,)
    models = (kind.first, kind.second)
    return ("rank", data[0], *models, *data[1:], "--orders", "1", *more, "-o", place(kind, variant), "-f", "json")


def study_of(kind: Kind, orders: int = 1) -> tuple[str, ...]:
    """Return a dataset with its encoder, as the studies of `lit-hf data` take them; features are both."""
    data = (kind.data, "--model", kind.first, *kind.options) if kind.data else (kind.first,)
    return (*data, "--orders", str(orders))


MAKERS: dict[str, Callable[[Kind], tuple[str, ...]]] = {
    "whole": lambda kind: eval_of(kind, "whole"),
    "other": lambda kind: eval_of(kind, "other", model=kind.second),
    "layers": lambda kind: eval_of(kind, "layers", "--layer", "all"),
    "alone": lambda kind: eval_of(kind, "alone", model=kind.alone or "nowhere"),
    "ranked": lambda kind: rank_of(kind, "ranked"),
}
"""How a record comes to be: with a baseline, of another checkpoint, of all layers, and in two ways without baseline."""
VARIANTS = ("whole", "layers", "alone", "ranked")

RUNS: dict[str, Callable[[Kind], tuple[str, ...]]] = {
    "block": lambda kind: eval_of(kind, "block", "--code", "block"),
    "sensitivity": lambda kind: eval_of(kind, "sensitivity", "--sensitivity"),
    "streaming": lambda kind: eval_of(kind, "streaming", "--streaming", *named(kind)),
    "held-out": lambda kind: eval_of(kind, "held-out", "--max-examples", "30"),
    "no-race": lambda kind: rank_of(kind, "no-race", "--no-race", "--transfer", "--twins", "1", "--no-rivals"),
    "plan-eval": lambda kind: ("plan", "eval", kind.first, *kind.given, *SHORT, "-f", "json"),
    "plan-layers": lambda kind: ("plan", "eval", kind.first, *kind.given, *SHORT, "--layer", "all", "-f", "json"),
    "plan-rank": lambda kind: ("plan", *rank_of(kind, "plan", "--transfer")),
    "trace": lambda kind: (
        "trace",
        kind.data or kind.first,
        "--checkpoint",
        kind.first,
        "--checkpoint",
        kind.second,
        *kind.options,
        "--orders",
        "1",
        "--learned",
        f"{kind.data or kind.first}={kind.second}",
        "-f",
        "json",
    ),
    "check": lambda kind: ("data", "check", *(kind.given or (kind.first,)), "-f", "json"),
    "errors": lambda kind: ("data", "errors", *study_of(kind, 5), "-f", "json"),
    "dissect": lambda kind: ("data", "dissect", *study_of(kind), "--by", "label", "-f", "json"),
    "info": lambda kind: ("data", "info", *study_of(kind), "-f", "json"),
    "compare": lambda kind: ("data", "compare", *([kind.data or kind.first] * 2), *study_of(kind)[1:], "-f", "json"),
    "suite": lambda kind: ("eval", kind.first, f"{kind.name}.yaml", *SHORT, "-f", "json"),
}
"""What is done with a kind of data."""

USES: dict[str, Callable[[str, str, str], tuple[str, ...]]] = {
    "show": lambda record, _, __: ("show", record),
    "show-json": lambda record, _, __: ("show", record, "-f", "json"),
    "card": lambda record, _, __: ("card", record),
    "card-folder": lambda record, _, out: ("card", record, "--model-folder", out),
    "report": lambda record, other, out: ("report", record, other, "-o", out),
    "report-no-texts": lambda record, _, out: ("report", record, "--no-texts", "-o", out),
    "diff": lambda record, other, _: ("diff", record, other, "-f", "json"),
    "diff-shown": lambda record, other, _: ("diff", record, other, "--examples", "3"),
    "push-results": lambda record, other, _: (
        *("push", record, other, "--to", "owner/matrix", "--dry-run", "-f", "json"),
    ),
    "verify": lambda record, _, __: ("verify", record, "-f", "json"),
    "errors-record": lambda record, _, __: ("data", "errors", record, "-f", "json"),
    "dissect-record": lambda record, _, __: ("data", "dissect", record, "--by", "label", "-f", "json"),
    "reproduce": lambda record, _, __: ("reproduce", record, "-f", "json"),
    **{f"plot-{name}": lambda record, _, out, name=name: ("plot", record, "-k", name, "-o", out) for name in FIGURES},
}
"""What is done with a record of a kind of data, and perhaps with one of another checkpoint beside it."""

_FILE = "these lie in a file already"
_CLASSES = "a stream is of classes"
REFUSED: dict[tuple[str, str], str] = {
    ("make-ranked", "features"): _FILE,
    ("no-race", "features"): _FILE,
    ("trace", "features"): "`lit_hf.forgetting`",
    ("suite", "features"): "the labels are in features:",
    **{("info", each): "at least 666 are needed" for each in ("features", "encoders")},
    **{
        ("compare", name): "compare takes labels that are one of several classes"
        for name in ("lists", "flags", "numbers", "steps", "features-numbers", "features-lists")
    },
    ("errors", "tokens"): "9 groups of labels",  # sentences, too few for five folds
    ("streaming", "lists"): _CLASSES,
    ("streaming", "flags"): _CLASSES,
    ("streaming", "numbers"): "labels that are numbers are read without `--streaming`",  # a csv has no types yet
    ("streaming", "steps"): "left out for a stream, whose labels are classes",
    ("streaming", "tokens"): "a classification of texts or pairs",
    ("streaming", "images"): "a classification of texts or pairs",
    ("streaming", "features"): "in a file that is read whole",
    **{("block", name): "has no block code" for name in ("numbers", "steps", "features-numbers")},
    # A card states L_IT, a proof an evaluation; a ranking keeps no weights; only some records have a profile.
    **{(name, variant): "has no transfer" for name in ("card", "card-folder") for variant in ("alone", "ranked")},
    **{(name, "ranked"): "what a ranking coded" for name in ("verify", "reproduce")},
    ("plot-switching", "ranked"): "has no weights of its probes",
    **{("plot-layers", variant): "has no profile over layers" for variant in ("whole", "alone", "ranked")},
    ("plot-layers", "features"): "has no profile over layers",
    # The rows of a file are its dataset: two files are two datasets, and neither is a checkpoint on the Hub.
    **{(name, "features"): "dataset.fingerprint" for name in ("diff", "diff-shown")},
    ("push-results", "features"): "not a model on the Hub",
}
"""What is refused: (run or use, kind or variant; `features` and `encoders` are all of these), and what is said."""
ON_LAYERS = {"show", "show-json", "card", "report", "diff", "push-results", "verify", "plot-curve", "plot-layers"}
"""What is done with a profile over layers too; nothing else reads it."""


AGAIN = {"reproduce"}
"""What does the whole work once more."""


@pytest.fixture(scope="module")
def bench(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The material, and an environment in which nothing outside of the folder takes part."""
    folder = tmp_path_factory.mktemp("bench")
    kinds.make(folder)
    for kind in KINDS:
        names = [name.strip("-").replace("-", "_") for name in kind.options[::2]]
        entry = {"dataset": kind.data or "classes.csv", **dict(zip(names, map(plain, kind.options[1::2]), strict=True))}
        (folder / f"{kind.name}.yaml").write_text(json.dumps({"datasets": [entry]}))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("LIT_HF_CACHE", str(folder / "cache"))
        patch.setenv("COLUMNS", "120")
        patch.setattr("lit_hf.hub.connection.client", server.api)
        patch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder / "hub"))
        patch.setattr("lit_hf.proof.verify._run", decode_here)
        # Most of the time would go into the many probes of the default banks; what is tested is the same with few.
        patch.setattr("lit_hf.probes.bank.KINDS", ("discriminant", "prototypes"))
        patch.setitem(number_bank.__kwdefaults__, "kinds", ("bayes",))
        yield Bench(folder, server)


def plain(value: str) -> str | int:
    return int(value) if value.isdigit() else value


def decode_here(folder: Path, device: str) -> CompletedProcess[str]:
    """Decode in this process, unconfined: tests/proof/ has the other process, whose start would take minutes here."""
    from lit_hf.proof import decoder

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as said:
        patch.setattr(decoder, "confine", lambda folder: None)
        code = decoder.main(folder, device)
    return CompletedProcess([], code, said.getvalue(), "")


def refusal(kind: Kind, name: str, variant: str = "") -> str | None:
    """Return what is said where the command is refused for this kind, for this variant, or for both."""
    if not kind.data and (name, "features") in REFUSED:
        return REFUSED[name, "features"]
    keys = (kind.name, variant, f"{kind.name}-{variant}", "features" if not kind.data else "encoders")
    return next((REFUSED[name, key] for key in keys if (name, key) in REFUSED), None)


def settle(ended: Ended, reason: str | None) -> str | None:
    """Return stdout of a command that went well; None for one that was refused as it should be."""
    if reason is None:
        return ended.require_fine()
    assert re.search(reason, " ".join(ended.require_refused().split())), ended.err
    return None


def check_json(out: str) -> dict[str, object]:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    found = json.loads(out, parse_constant=refuse)
    assert isinstance(found, dict)
    assert found
    return found


def check_record(out: str, folder: Path) -> None:
    check_json(out)
    record = Record.load(folder)
    record.validate()
    labels = record.arrays["bits_encoder"].shape[1]
    assert record.arrays["bits_encoder"].sum(1) == pytest.approx(record["codelength"]["bits_per_order"])
    assert len(record.arrays["labels"]) == labels == record["dataset"]["examples"]
    assert (folder / "settings.yaml").is_file()


def check_ranking(out: str, folder: Path) -> None:
    found = check_json(out)
    jsonschema.validate(found, ranking.schema())
    assert [row["error"] for row in found["ranking"]] == [None, None]
    assert all(np.isfinite(row["codelength"]["bits"]) for row in found["ranking"])
    assert {file.suffix for file in folder.iterdir()} >= {".json", ".csv", ".parquet"}


@pytest.mark.parametrize("variant", [*MAKERS])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_records_are_made(kind: Kind, variant: str, bench: Bench) -> None:
    if variant == "alone" and not kind.alone:
        pytest.skip("a checkpoint always has a baseline")
    reason = refusal(kind, f"make-{variant}")
    out = settle(bench.made(kind, variant), reason)
    if out is not None:
        (check_ranking if variant == "ranked" else check_record)(out, bench.folder / place(kind, variant))
        assert (variant in {"alone", "ranked"}) == (Record.load(bench.record(kind, variant)).transfer is None)


@pytest.mark.parametrize("name", [*RUNS])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_done_with_data(kind: Kind, name: str, bench: Bench) -> None:
    out = settle(call(*RUNS[name](kind)), refusal(kind, name))
    if out is None:
        return None
    if name in {"block", "sensitivity", "streaming", "held-out"}:
        return check_record(out, bench.folder / place(kind, name))
    if name == "no-race":
        return check_ranking(out, bench.folder / place(kind, name))
    found = check_json(out)
    if name == "trace":
        jsonschema.validate(found, trajectory.schema())
        assert [row["error"] for row in found["datasets"][0]["rows"]] == [None, None]
        assert found["forgetting"]["rows"][0]["forgotten"]["bits"] == 0.0
    if name == "suite":
        assert [row["error"] for row in found["rows"]] == [None]
    if name.startswith("plan"):
        assert [model["error"] for model in found["models"]] == [None] * len(found["models"])
    return None


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in AGAIN else name for name in USES]
)
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_done_with_a_record(kind: Kind, variant: str, name: str, bench: Bench) -> None:
    if variant == "alone" and not kind.alone:
        pytest.skip("a checkpoint always has a baseline")
    if variant == "layers" and name not in ON_LAYERS:
        pytest.skip("it does not read a profile over layers")
    record, other = bench.record(kind, variant), bench.record(kind, "other")
    out = bench.folder / "uses" / f"{kind.name}-{variant}-{name}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    ended = call(*USES[name](record, other, str(out)))
    said = settle(ended, refusal(kind, name, variant))
    if said is None:
        return
    if name in {"show-json", "diff", "push-results", "verify", "reproduce", "dissect-record", "errors-record"}:
        check_json(said)
    elif name == "card-folder":
        assert (out / "README.md").read_text().startswith("---\n")
    elif name.startswith("report"):
        assert "</html>" in (out / "index.html").read_text()
    elif name.startswith("plot"):
        assert {file.suffix for file in out.iterdir()} == {".png", ".svg"}
        assert all(file.stat().st_size for file in out.iterdir())
    else:
        assert said.strip()
        assert not re.search(r"\b(nan|NaN)\b", said)


@pytest.mark.parametrize(
    ("model", "data", "said"),
    [
        ("vit-a", "classes.csv", "reads images, and the task's inputs are texts"),
        ("vit-a", "tokens.jsonl", "reads images, and the task's inputs are texts"),
        ("bert-a", "images", "reads texts, and the task's inputs are images"),
    ],
)
def test_an_encoder_of_another_medium_is_refused_as_that(model: str, data: str, said: str, bench: Bench) -> None:
    assert settle(call("eval", model, data, *SHORT), said) is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.data], ids=lambda kind: kind.name)
def test_cards_are_pushed_and_results_come_back_as_a_leaderboard(kind: Kind, bench: Bench) -> None:
    """A record of a repository goes into its card; two records into a results dataset, and back."""
    own = bench.server.new("model", readme__md="---\nlicense: mit\n---\n# Mine\n")
    moved = Record.load(bench.record(kind, "whole"))
    moved.data["model"] |= {"id": own, "revision": "0" * 40}
    folder = str(moved.save(bench.folder / "uses" / f"{kind.name}-moved"))
    found = check_json(call("push", folder, "--to", "model", "--dry-run", "-f", "json").require_fine())
    assert [each["files"] for each in found["pushed"]] == [["README.md"]]
    results = f"owner/matrix-{next(COUNTER)}"
    call("push", folder, bench.record(kind, "other"), "--to", results).require_fine()
    boards = check_json(call("leaderboard", results, "-f", "json").require_fine())
    assert [len(board["ranking"]) for board in boards["boards"]] == [2]
    assert call("leaderboard", results).require_fine().strip()


def test_what_speaks_of_all_records_knows_every_kind(bench: Bench) -> None:
    records = [bench.record(kind, "whole") for kind in KINDS]
    call("report", *records, "-o", "out/report").require_fine()
    listed = check_json(call("ls", "-f", "json").require_fine())
    assert len(listed["results"]) >= len(records)
    assert call("ls").require_fine().strip()
    call("space", "out/space", "--results", "owner/matrix").require_fine()
    assert (bench.folder / "out" / "space" / "app.py").is_file()


def in_training(body: PreTrainedModel) -> Trainer:
    """Return a Trainer of one step of a classifier whose body is `body`."""
    model = BertForSequenceClassification(BertConfig.from_dict(body.config.to_dict()))
    model.bert.load_state_dict(body.state_dict(), strict=False)
    texts = tiny.texts(8)
    data = datasets.Dataset.from_dict({**tiny.tokenizer()(texts, padding=True), "labels": [0, 1] * 4})
    arguments = TrainingArguments(
        output_dir="training", max_steps=1, per_device_train_batch_size=4, report_to="none", use_cpu=True,
        disable_tqdm=True, save_strategy="no",
    )  # fmt: skip
    return Trainer(model=model, args=arguments, train_dataset=data, processing_class=tiny.tokenizer())


@pytest.mark.parametrize("name", ["classes", "pairs", "lists", "numbers", "steps", "tokens"])
def test_a_model_in_training_is_measured_on_every_kind(name: str, bench: Bench) -> None:
    """The callback in a training of one step: what it says before it is what `eval` says of the same weights."""
    [kind] = [each for each in KINDS if each.name == name]
    options = dict(zip(kind.options[::2], kind.options[1::2], strict=True))
    trainer = in_training(tiny.bert(0))
    callback = LITCallback(
        trainer, kind.data, every=1, task=options.get("--task"), max_examples=int(options.get("--max-examples", 1000))
    )
    trainer.add_callback(callback)
    trainer.train()
    (before, first), (after, last) = callback.history
    assert (before, after) == (0, 1)
    assert all(np.isfinite(each) for found in (first, last) for each in found.logs().values())
    assert first.codelength == pytest.approx(Record.load(bench.record(kind, "whole"))["codelength"]["bits"])
    assert last.codelength != first.codelength
    logged = [each for each in trainer.state.log_history if "lit_codelength_bits" in each]
    assert [each["lit_codelength_bits"] for each in logged] == [first.codelength, last.codelength]


@pytest.mark.parametrize("data", ["images", "features:features-classes.npz"])
def test_a_model_in_training_is_refused_what_it_does_not_read(data: str, bench: Bench) -> None:
    with pytest.raises(LitError) as found:
        FixedStream(data).measure(tiny.bert(0), tiny.tokenizer())
    assert found.value.next_step
