"""The door to continual learning: tasks by name, a model and methods to the measured study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings, from_mapping
from lit_hf.continual.methods import make_method
from lit_hf.continual.scenario import PERCEPTRON, Scenario, Sizes, read_scenario
from lit_hf.errors import BadSetting, UsageError
from lit_hf.runtime.progress import NullProgress

if TYPE_CHECKING:
    from lit_hf.continual.networks import Learning
    from lit_hf.continual.sequence import Training
    from lit_hf.continual.study import Asked
    from lit_hf.runtime.progress import Progress


def continual(
    tasks: Sequence[str], model: str, kind: str, given: Mapping[str, Any], *, training: Training, asked: Asked,
    learned: int = 10_000, progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Learn `tasks` one after the other with each method and seed; return what every state knows of every task.

    given: fields of `Settings` that say how data and a text encoder are read. learned: labels of a task that are
    learned at most. Raises `LitError` before anything is learned.
    """
    from lit_hf.continual.sequence import Sequences
    from lit_hf.continual.study import Study

    _require_methods(asked.methods, model)
    scenario = read_scenario(tasks, kind, model, given, Sizes(learned, asked.coded))
    sequences = Sequences(scenario, _maker(scenario, model, given), training)
    found = Study(sequences, asked, progress or NullProgress()).run()
    return {**found, "model": model}


def _require_methods(methods: Sequence[str], model: str) -> None:
    if not methods:
        raise UsageError("continual needs a method.", "Try `--methods naive,replay`.")
    called = [make_method(each).called for each in methods]
    if len(set(called)) < len(called):
        raise UsageError(f"--methods {','.join(methods)} names one twice.", "Name each method once for a strength.")
    if model == PERCEPTRON and any(each.startswith("lora") for each in called):
        raise BadSetting("methods", "lora", "left out for a perceptron: adapters are for text encoders")


def _maker(scenario: Scenario, model: str, given: Mapping[str, Any]) -> Callable[[int], Learning]:
    """Return what makes state 0 of a seed."""
    from lit_hf.continual.networks import Perceptron, TextNetwork

    outputs = len(scenario.classes)
    if model == PERCEPTRON:
        dim = len(scenario.lessons[0].learned[0])
        other = next((each.name for each in scenario.lessons if len(each.learned[0]) != dim), None)
        if other is not None:
            raise BadSetting("task", other, f"rows of {dim} numbers, as {scenario.lessons[0].name} has")
        return lambda seed: Perceptron(dim, outputs, seed)
    from lit_hf.encoders.text import TextEncoder

    encoder = _encoder(from_mapping({**given, "model": model, "dataset": scenario.lessons[0].name}, "continual"))
    if not isinstance(encoder, TextEncoder):
        raise BadSetting("model", model, f"a text encoder with layers to learn, or `{PERCEPTRON}` for features")
    return lambda seed: TextNetwork(encoder, outputs, seed)


def _encoder(settings: Settings) -> Any:
    from lit_hf.encoders import Choices, Policy, load_encoder

    return load_encoder(
        settings.model, Choices.of(settings.replace(device="cpu")), Policy.of(settings), cache_dir=settings.cache_dir
    )
