"""Features that the user brings, as an encoder: an input is the number of a row, and nothing is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from lit_hf.encoders.contract import Encoded, Encoder, EncoderInfo, Input, WithInfo
from lit_hf.errors import BadSetting
from lit_hf.runtime.precomputed import BASELINE, FEATURES, read_precomputed

NO_BASELINE = f"the file has no {BASELINE}, and brought features have no random twin"


class BroughtFeatures(WithInfo):
    """Rows `features`, float32 [N, d]; `baseline`, float32 [N, e] or None, is what they are compared with."""

    stored: ClassVar[bool] = False
    baseline_name: ClassVar[str] = BASELINE
    no_baseline: ClassVar[str] = NO_BASELINE

    def __init__(self, info: EncoderInfo, features: np.ndarray, baseline: np.ndarray | None) -> None:
        self._info, self._features, self._baseline = info, features, baseline

    @property
    def key(self) -> Mapping[str, Any]:
        raise BadSetting("model", self._info.id, "a model whose features are stored; these lie in a file already")

    def encode(self, inputs: Sequence[Input]) -> Encoded:
        """Return the rows of these numbers."""
        return Encoded(self._features[np.asarray(inputs, dtype=np.int64)], 0)

    def baselines(self, count: int, seed: int) -> list[Encoder]:
        """Return the features that came along as a baseline, if any; `count` and `seed` draw nothing."""
        if self._baseline is None:
            return []
        info = replace(self._info, kind="baseline features", dim=self._baseline.shape[1])
        return [BroughtFeatures(info, self._baseline, None)]

    def twin(self, seed: int) -> Encoder:
        """Raise: nothing is known of the network."""
        raise BadSetting("model", self._info.id, "a model with weights; brought features have no random twin")


def load_brought_features(model: str) -> BroughtFeatures:
    """Return the features of `features:FILE`; raise what `read_brought` raises."""
    found = read_precomputed(model)
    info = EncoderInfo(
        id=f"features:{found.path.name}", revision=None, kind="brought features", architecture="brought features",
        parameters=0, dim=found.features.shape[1], layer=None, pooling=None, prompt="", max_tokens=None,
        padding_side=None, dtype="float32", sources={"features": f"{FEATURES} of {found.path.name}"},
    )  # fmt: skip
    return BroughtFeatures(info, found.features, found.baseline)
