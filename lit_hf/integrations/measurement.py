"""The `evaluate` library's one home: information transfer as a measurement that it can load."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np


def measurement_path() -> str:
    """Return the folder that `evaluate.load` takes to load the measurement `information_transfer`; no network is used.

    Returns:
        A path, for `evaluate.load(path).compute(features=..., baseline_features=..., references=...)`.

    Raises:
        Nothing: the folder is part of the package.

    Example:
        >>> import lit_hf, pathlib
        >>> pathlib.Path(lit_hf.measurement_path()).name
        'information_transfer'
    """
    return str(Path(__file__).parent / "evaluate_measurement" / "information_transfer")


@cache
def _measurement() -> Any:
    """Return the class of the measurement, made when it is first needed."""
    import datasets
    import evaluate

    rows = datasets.Sequence(datasets.Value("float32"))

    class InformationTransfer(evaluate.Measurement):
        """L_IT (frozen): bits that labels cost less with one encoder's features than with a baseline's."""

        def _info(self) -> evaluate.MeasurementInfo:
            return evaluate.MeasurementInfo(
                description=str(self.__doc__),
                citation="Zhang, Li, Dou, Wu (2020), Measuring Information Transfer in Neural Networks, 2009.07624",
                inputs_description=_INPUTS,
                features=datasets.Features(
                    {"features": rows, "baseline_features": rows, "references": datasets.Value("int64")}
                ),
            )

        def _compute(
            self, features: Iterable[Any], baseline_features: Iterable[Any], references: Iterable[int],
            num_classes: int | None = None, orders: int = 3, seed: int = 0, groups: list[int] | None = None,
            device: str = "cpu",
        ) -> dict[str, Any]:  # fmt: skip
            from lit_hf.coding.arrays import transfer

            mine, other = (np.asarray(list(rows), dtype=np.float32) for rows in (features, baseline_features))
            found = transfer(
                mine, other, np.asarray(list(references)), num_classes=num_classes, orders=orders, seed=seed,
                groups=groups, device=device,
            )  # fmt: skip
            return {"bits": found.bits, "interval": list(found.interval), "bits_per_label": found.bits_per_label}

    return InformationTransfer


_INPUTS = """features, baseline_features: floats [N, d] and [N, e], rows of the same N examples under two encoders;
references: N whole numbers, their labels. Also num_classes, orders (3), seed (0), groups and device ("cpu"), as in
`lit_hf.transfer`. Returns bits, the 95 % interval [low, high] in bits, and bits_per_label."""


def __getattr__(name: str) -> Any:
    """Give `InformationTransfer` to who imports it by name: the library looks for a class in the script it loads."""
    if name == "InformationTransfer":
        return _measurement()
    raise AttributeError(name)
