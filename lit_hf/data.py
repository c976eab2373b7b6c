"""Information in datasets, from Python: `lit_hf.data.check(texts, labels)`, `label_errors(features, labels)`."""

from lit_hf.checks import DataCheck, check
from lit_hf.studies.dissect import Dissection, dissect
from lit_hf.studies.label_errors import LabelErrors, label_errors

__all__ = ["DataCheck", "Dissection", "LabelErrors", "check", "dissect", "label_errors"]
