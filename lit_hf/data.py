"""Information in datasets, from Python: `lit_hf.data.check(texts, labels)`, `dissect(record, {"by": values})`."""

from lit_hf.checks import DataCheck, check
from lit_hf.studies.dissect import Dissection, dissect

__all__ = ["DataCheck", "Dissection", "check", "dissect"]
