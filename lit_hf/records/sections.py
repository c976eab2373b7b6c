"""The sections of a record as types; a test holds them against the JSON Schema, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

Contamination = Literal["declared", "not declared", "unknown"]


class Model(TypedDict):
    """Which checkpoint was read, and how."""

    id: str
    revision: str | None
    architecture: str
    parameters: int
    dim: int
    layer: str | int | None
    pooling: str | None
    prompt: str | None
    max_tokens: int | None
    length_unit: NotRequired[str]
    padding_side: str | None
    dtype: str
    resolved_from: dict[str, str]
    content: NotRequired[str]


class Dropped(TypedDict):
    """Rows of the dataset that were left out."""

    missing_labels: int
    empty_inputs: int


class Columns(TypedDict):
    """The columns that were read."""

    text: NotRequired[str | None]
    text_pair: NotRequired[str | None]
    label: NotRequired[str | None]


class LabelScale(TypedDict):
    """Of labels that stand for numbers: origin + label * step."""

    step: float
    origin: float


class TrainingSet(TypedDict):
    """A dataset that the user says the checkpoint was trained on, and how many of the coded inputs occur in it."""

    id: str
    config: str | None
    split: str
    revision: str | None
    rows: int
    shared: int


class TrainedOn(TypedDict):
    """Coded `inputs`, how many of them are `shared` with any of the sets."""

    shared: int
    inputs: int
    sets: list[TrainingSet]


class Dataset(TypedDict):
    """What was coded; what its labels are is read by `lit_hf.records.said`."""

    id: str
    config: str | None
    split: str | None
    revision: str | None
    fingerprint: str
    examples: int
    groups: int
    duplicates: int
    dropped: Dropped
    classes: int | None
    classes_reason: NotRequired[str]
    class_names: list[str] | None
    labels_are: NotRequired[str]
    label_scale: NotRequired[LabelScale]
    null_name: NotRequired[str]
    hub_task: NotRequired[str]
    bin_width: NotRequired[float | None]
    bin_origin: NotRequired[float]
    reads: NotRequired[str]
    kind: str
    unit: Literal["example", "token", "label"]
    columns: Columns
    truncated: float | None
    read_as: NotRequired[str]
    grouping: NotRequired[str]
    near_copies: NotRequired[int]
    merged: NotRequired[int]
    trained_on: NotRequired[TrainedOn]


FRAMES = "frames of 20 ms"


def length_unit(model: Mapping[str, Any]) -> str:
    """Return what a model's length is counted in; records before the key tell it by where their limit came from."""
    said = FRAMES if FRAMES in (model.get("resolved_from") or {}).get("max_tokens", "") else "tokens"
    return str(model.get("length_unit") or said)


class IntervalParts(TypedDict):
    """Variances in bits²; null with a reason where there was one order, or one twin."""

    examples: float | None
    orders: float | None
    orders_reason: NotRequired[str]
    twins: float | None
    twins_reason: NotRequired[str]


class Transfer(TypedDict):
    """L_IT (frozen); `bits` is null, with its reason, where there is no baseline."""

    bits: float | None
    bits_reason: NotRequired[str]
    interval: list[float] | None
    interval_reason: NotRequired[str]
    level: float
    bits_per_label: float | None
    dataset_interval: NotRequired[list[float] | None]
    baseline: str | None
    frozen: bool
    interval_parts: IntervalParts | None
    degrees_of_freedom: NotRequired[float | None]
    estimand: str
    verdict: NotRequired[str]


class TransferFromBase(TypedDict):
    """Of an adapter: bits that the labels cost less than with its base."""

    base: str
    base_bits: float
    bits: float
    interval: list[float]
    bits_per_label: float
    level: float
    verdict: str


class Codelength(TypedDict):
    """What the labels cost given the encoder; `labels`: how many, where it is not all."""

    bits: float
    interval: list[float]
    bits_per_label: float
    bits_per_order: list[float]
    labels: NotRequired[int]


class Collapsed(TypedDict):
    """How little the features of a baseline differ between inputs."""

    relative_spread: float


class RandomTwin(TypedDict):
    """The baseline."""

    bits: float | None
    bits_reason: NotRequired[str]
    interval: list[float] | None
    interval_reason: NotRequired[str]
    initialisations: int
    collapsed: NotRequired[Collapsed]


class RawInput(TypedDict):
    """The same probes on the inputs."""

    bits: float | None
    bits_reason: NotRequired[str]
    kind: str | None


class ClassPrior(TypedDict):
    """The adaptive code that looks at no input: of classes their prior, of numbers their marginal."""

    bits: float


class Uniform(TypedDict):
    """The uniform code; numbers have none."""

    bits: float | None
    bits_reason: NotRequired[str]


class ShuffledLabels(TypedDict):
    """The control."""

    transfer_bits: float | None
    transfer_bits_reason: NotRequired[str]
    code_minus_class_prior_bits: float | None
    code_minus_class_prior_bits_reason: NotRequired[str]
    examples: NotRequired[int]


class Baselines(TypedDict):
    """What the same labels cost otherwise."""

    random_twin: RandomTwin
    raw_input: RawInput
    class_prior: ClassPrior
    uniform: Uniform
    shuffled_labels: ShuffledLabels


class Holdout(TypedDict):
    """The metric on examples that were not coded."""

    metric: str
    value: float
    standard_error: NotRequired[float]
    examples: int
    source: str
    r2: NotRequired[float]
    accuracy: NotRequired[float]


class Curve(TypedDict):
    """Bits per label against labels seen: of every arm, or of the encoder alone (`bits_per_label`)."""

    labels_seen: list[float]
    bits_per_label: NotRequired[list[float]]
    encoder_bits_per_label: NotRequired[list[float]]
    baseline_bits_per_label: NotRequired[list[float] | None]
    raw_input_bits_per_label: NotRequired[list[float] | None]
    class_prior_bits_per_label: NotRequired[list[float] | None]
    uniform_bits_per_label: NotRequired[float | None]


class Expert(TypedDict):
    """What one probe would have cost alone, and its weight by increment."""

    name: str
    bits: NotRequired[float]
    share: NotRequired[list[float]]


class Coder(TypedDict):
    """The code; only equal banks may be compared."""

    version: str
    bank: str
    code: NotRequired[str]
    experts: NotRequired[list[Expert]]
    mixing_bits: NotRequired[float | None]
    edges: NotRequired[list[int]]


class Stage(TypedDict):
    """How many groups were coded, of how many; `eliminated`: it left a race, against the record `leader`.

    What it lost by is in records of version 0.
    """

    n: int
    eliminated: bool
    of: NotRequired[int]
    behind_bits: NotRequired[float]
    needed_bits_per_label: NotRequired[float]
    gap_bits_per_label: NotRequired[float]
    gap_low: NotRequired[float]
    shrinkage: NotRequired[float]
    margin_bits: NotRequired[float]
    leader: NotRequired[str]


class Budget(TypedDict):
    """Bits and the held-out metric after so many labels; `accuracy` is null where labels are no classes."""

    labels: int
    bits: float
    accuracy: float | None
    standard_error: NotRequired[float]
    rmse: NotRequired[float | None]
    micro_f1: NotRequired[float | None]


class LayerRow(TypedDict):
    """What the labels cost with one hidden state."""

    layer: int
    bits: float
    interval: list[float]
    bits_per_label: float


class Layers(TypedDict):
    """A profile over layers."""

    rows: list[LayerRow]
    shortest: int
    mixture_bits: float


class Asked(TypedDict):
    """Settings as given, and with defaults."""

    given: dict[str, Any]
    resolved: dict[str, Any]


class Environment(TypedDict):
    """Where it ran."""

    lit_hf: str
    python: str
    torch: str
    transformers: str
    datasets: str
    platform: str
    device: str
    processes: int
    threads: int


class Sections(TypedDict):
    """A record. An evaluation has all of `transfer` ... `environment`; what a ranking coded has `budgets`, `speed`."""

    schema: str
    id: str
    created: str
    model: Model
    dataset: Dataset
    codelength: Codelength
    curve: Curve
    coder: Coder
    contamination: Contamination
    stage: Stage
    settings: Asked
    timings: dict[str, float]
    transfer: NotRequired[Transfer]
    transfer_from_base: NotRequired[TransferFromBase]
    baselines: NotRequired[Baselines]
    measures: NotRequired[dict[str, Any]]
    holdout: NotRequired[Holdout | None]
    holdout_reason: NotRequired[str]
    environment: NotRequired[Environment]
    layers: NotRequired[Layers]
    notes: NotRequired[list[str]]
    budgets: NotRequired[list[Budget]]
    speed: NotRequired[float | None]
