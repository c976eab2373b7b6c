"""The script that `evaluate.load(lit_hf.measurement_path())` loads; what it computes is in `lit_hf.metric`."""

from lit_hf.metric import InformationTransfer

__all__ = ["InformationTransfer"]
