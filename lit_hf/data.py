"""Information in datasets, from Python: `lit_hf.data.check(texts, labels)`, `label_errors(features, labels)`,
`dissect(…)`, `information_curve(features, labels)`, `shared_information(a, b)` and `different_labels(a, b)`.
"""

from lit_hf.checks import DataCheck, check
from lit_hf.studies.different import DifferentLabels, DifferentPair, different_labels
from lit_hf.studies.dissect import Dissection, dissect
from lit_hf.studies.information import Information, information_curve
from lit_hf.studies.label_errors import LabelErrors, label_errors
from lit_hf.studies.next_labels import NextLabels, Reached
from lit_hf.studies.shared import SharedInformation, SharedPair, shared_information

__all__ = [
    "DataCheck",
    "DifferentLabels",
    "DifferentPair",
    "Dissection",
    "Information",
    "LabelErrors",
    "NextLabels",
    "Reached",
    "SharedInformation",
    "SharedPair",
    "check",
    "different_labels",
    "dissect",
    "information_curve",
    "label_errors",
    "shared_information",
]
