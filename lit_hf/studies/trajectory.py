"""A model's life in bits: every state codes the same labels in the same orders, and the changes are paired.

    T[i, j] = L(state 0; D_j) - L(state i; D_j)      L_IT from state 0 to state i on data j, in bits

Differences of states need no random twin; `twin` embeds and codes one of state 0, for the whole ladder. States may be
of different architectures: what is compared is what the labels cost. A state that fails is a row that says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf.config import PRECOMPUTED, Settings, from_mapping
from lit_hf.errors import BadSetting, LitError, UsageError, reason
from lit_hf.measures.forgetting import change
from lit_hf.runtime.progress import NullProgress
from lit_hf.studies.learned import forgetting_section, read_learned, said

if TYPE_CHECKING:
    from lit_hf.coding.codelength import Codelength
    from lit_hf.evaluation.arms import Arm
    from lit_hf.evaluation.job import Job
    from lit_hf.runtime.progress import Progress
    from lit_hf.studies.states import State
    from lit_hf.tasks import Task

SCHEMA = "lit-hf/trajectory/1"
OF_THIS_MODEL = "of this model: paired over examples and orders, for these very weights"
FAILED = "the first state failed"


@dataclass(eq=False)
class Coded:
    """One dataset with what its labels cost with each state; None, and an error, where a state failed."""

    name: str
    task: Task
    codes: list[Codelength | None] = field(default_factory=list)
    errors: list[str | None] = field(default_factory=list)
    about: list[dict[str, Any] | None] = field(default_factory=list)
    twin: Codelength | None = None


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The JSON object `data` (schemas/trajectory-1.json), and its `arrays`.

    Of dataset j: `bits_j` [states, R, N] by example, NaN for a state that failed; `order_j` [R, N]; labels and groups.
    """

    data: dict[str, Any]
    arrays: dict[str, np.ndarray]


def trace(
    datasets: Sequence[str], states: Sequence[State], given: Mapping[str, Any], *,
    learned: Mapping[str, str] | None = None, twin: bool = False, progress: Progress | None = None,
) -> Trajectory:  # fmt: skip
    """Code every dataset with every state; return the trajectory.

    given: fields of `Settings`, for all. Raises `LitError` for a dataset that cannot be read, and where every state
    failed.
    """
    _require_usable(datasets, given)
    plans = [from_mapping({**given, "model": states[0].model, "dataset": name}, "trace") for name in datasets]
    taught = read_learned(learned or {}, datasets, states)
    coded = [_code_dataset(plan, states, twin, progress or NullProgress()) for plan in plans]
    _require_one_state(coded)
    codes = {each.name: each.codes for each in coded}
    resolved = {name: value for name, value in plans[0].resolved().items() if name not in _NOT_SAID}
    data = {
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "states": [_state(state, place, coded) for place, state in enumerate(states)],
        "datasets": [_dataset(each, states) for each in coded],
        **forgetting_section(taught, codes, states),
        "interval_kind": OF_THIS_MODEL,
        "notes": _notes(coded, states),
        "settings": {"given": {k: v for k, v in plans[0].given().items() if k in resolved}, "resolved": resolved},
    }  # fmt: skip
    return Trajectory(data, _arrays(coded))


_NOT_SAID = ("model", "dataset", "cache_dir", "twins", "sensitivity", "streaming", "classes", "shuffle_buffer")


def _require_usable(datasets: Sequence[str], given: Mapping[str, Any]) -> None:
    if not datasets:
        raise UsageError("trace needs labelled data.", "Try `lit-hf trace reviews.csv --checkpoint A --checkpoint B`.")
    twice = next((name for name in datasets if datasets.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{twice} is given twice among the datasets.", "Give each dataset once.")
    features = next((name for name in datasets if name.startswith(PRECOMPUTED)), None)
    if features is not None:
        raise BadSetting(
            "dataset", features, "a dataset of inputs; features of several states go to `lit_hf.forgetting`"
        )
    if given.get("layer") == "all":
        raise BadSetting("layer", "all", "one layer for a trace, which follows one number")
    if given.get("streaming"):
        raise BadSetting("streaming", True, "left out of a trace, which codes the same labels with every state")


def _require_one_state(coded: Sequence[Coded]) -> None:
    if all(code is None for each in coded for code in each.codes):
        raise LitError(
            f"no state could be coded: {coded[0].errors[0]}",
            "Measure one alone to see what it needs: `lit-hf eval CHECKPOINT DATASET`.",
        )


def _code_dataset(settings: Settings, states: Sequence[State], twin: bool, progress: Progress) -> Coded:
    from lit_hf.tasks import load_task

    found = Coded(settings.dataset, load_task(settings))
    for place, state in enumerate(states):
        try:
            code, about = _code_state(found, settings.replace(model=state.model), twin and place == 0, progress)
            failed = None
        except Exception as error:  # one state's failure is a row
            code, about, failed = None, None, reason(error)
        found.codes.append(code)
        found.about.append(about)
        found.errors.append(failed)
    return found


def _code_state(
    coded: Coded, settings: Settings, twin: bool, progress: Progress
) -> tuple[Codelength, dict[str, Any]]:  # fmt: skip
    """Return what the labels cost with one state, and what the state is; its twin's code is kept beside."""
    from lit_hf.evaluation.arms import TWIN, arms_of, encoder_arm
    from lit_hf.evaluation.job import Job
    from lit_hf.evaluation.sections import contamination, model_section

    job = Job.prepare(settings, progress, task=coded.task)
    try:
        code = code_arm(job, encoder_arm(job.task, job.encoder, job.settings))
        if twin:
            found = [arm for arm in arms_of(job.task, job.encoder, job.settings) if arm.name == TWIN]
            coded.twin = code_arm(job, found[0]) if found else None
        about = {"model": model_section(job), "contamination": contamination(job), "tokeniser": _tokeniser(job)}
        return code, about
    finally:
        job.encoder.release()


def code_arm(job: Job, arm: Arm) -> Codelength:
    """Return an arm coded in all its orders; features come from the store where it has them."""
    from lit_hf.coding.codelength import gather
    from lit_hf.coding.order import Code
    from lit_hf.evaluation.code_arms import ArmRows, order_unit
    from lit_hf.runtime.units import run_units

    rows = ArmRows(job.features(arm.encoder, arm.inputs, arm.size, f"embed: {job.settings.model}"))
    units = [order_unit(job.task, arm, rows, number, job.settings, job.device) for number in arm.orders]
    curves = run_units(units, job.progress, "code the labels")
    return gather(tuple(curves), arm.groups, job.task.target.bank(Code(job.settings.code, device=job.device)))


def _tokeniser(job: Job) -> str | None:
    encoder = job.encoder
    found = encoder.key.get("tokeniser") if encoder.stored else None
    return None if found is None else str(found)


def _state(state: State, place: int, coded: Sequence[Coded]) -> dict[str, Any]:
    """Return what a state is, as the first dataset that it could code has it."""
    known = next((each.about[place] for each in coded if each.about[place] is not None), None)
    model = known and known["model"]
    shown = ("id", "revision", "architecture", "parameters", "dim", "layer", "pooling")
    return {
        "name": state.name, "step": state.step,
        **{name: (model[name] if model else None) for name in shown},
        "error": None if known else next(each.errors[place] for each in coded),
    }  # fmt: skip


def _dataset(coded: Coded, states: Sequence[State]) -> dict[str, Any]:
    from lit_hf.evaluation.sections import labels_section

    task, info = coded.task, coded.task.dataset
    measured = next((code for code in coded.codes if code is not None), None)
    return {
        "name": coded.name, "id": info.id, "config": info.config, "split": info.split, "revision": info.revision,
        "fingerprint": info.fingerprint, "examples": len(task.labels), "groups": task.group_count, "kind": task.kind,
        "unit": task.unit, **labels_section(task), "bank": None if measured is None else measured.bank,
        "baselines": _baselines(coded),
        "rows": [_row(coded, place, states) for place in range(len(states))],
    }  # fmt: skip


def _baselines(coded: Coded) -> dict[str, Any]:
    task = coded.task
    per_label, prior = task.target.uniform_bits, float(task.target.null_bits(task.labels, task.groups).sum())
    return {
        "class_prior_bits": prior, "uniform_bits": None if per_label is None else per_label * len(task.labels),
        "random_twin_bits": None if coded.twin is None else coded.twin.bits,
        **({} if coded.twin else {"random_twin_reason": "differences of states need none: `--twin` codes one"}),
    }  # fmt: skip


def _row(coded: Coded, place: int, states: Sequence[State]) -> dict[str, Any]:
    code, about = coded.codes[place], coded.about[place]
    head: dict[str, Any] = {"state": states[place].name, "error": coded.errors[place]}
    head["contamination"] = about and about["contamination"]
    if code is None:
        return head | {"bits": None, "interval": None, "bits_per_order": None, "transfer": None, "change": None}
    before = next((each for each in range(place - 1, -1, -1) if coded.codes[each] is not None), None)
    return head | {
        "bits": code.bits, "interval": list(code.interval), "bits_per_order": code.bits_per_order.tolist(),
        **_since(coded.codes[0], code),
        "change": None if before is None else {"from": states[before].name, **_between(coded.codes[before], code)},
    }  # fmt: skip


def _since(first: Codelength | None, code: Codelength) -> dict[str, Any]:
    if first is None:
        return {"transfer": None, "transfer_reason": FAILED}
    return {"transfer": _between(first, code)}


def _between(before: Codelength | None, after: Codelength) -> dict[str, Any]:
    """Return bits(before) - bits(after): positive where the later state saves labels."""
    assert before is not None
    (left, order), (right, _) = before.by_group(), after.by_group()
    return said(change(left, right, order))


def _notes(coded: Sequence[Coded], states: Sequence[State]) -> list[str]:
    """Return what a reader must be told."""
    notes = []
    for key, words in (("architecture", "architectures"), ("tokeniser", "tokenisers")):
        found = {_trait(about, key) for each in coded for about in each.about if about is not None} - {None}
        if len(found) > 1:
            listed = f": {', '.join(sorted(map(str, found)))}" if key == "architecture" else ""
            notes.append(f"The states have different {words}{listed}; what is compared is what the labels cost.")
    for each in coded:
        marks = [about and about["contamination"] for about in each.about]
        named = [state.name for state, mark in zip(states, marks, strict=True) if mark == "declared"]
        if named:
            notes.append(
                f"The card of {', '.join(named)} names {each.name} among its training data: bits of examples that a "
                "model has learned are no transfer."
            )
    return notes


def _trait(about: Mapping[str, Any], key: str) -> str | None:
    found = about[key] if key in about else about["model"][key]
    return None if found is None else str(found)


def _arrays(coded: Sequence[Coded]) -> dict[str, np.ndarray]:
    arrays = dict[str, np.ndarray]()
    for place, each in enumerate(coded):
        known = next((code for code in each.codes if code is not None), None)
        if known is None:
            continue
        nothing = np.full_like(known.per_example, np.nan)
        arrays[f"bits_{place}"] = np.stack([nothing if code is None else code.per_example for code in each.codes])
        arrays[f"order_{place}"] = known.order
        arrays[f"labels_{place}"], arrays[f"groups_{place}"] = each.task.labels, each.task.groups
    return arrays
