"""The script that `evaluate.load(lit_hf.measurement_path())` loads; `lit_hf.integrations.measurement` does the work."""

from lit_hf.integrations.measurement import InformationTransfer

__all__ = ["InformationTransfer"]
