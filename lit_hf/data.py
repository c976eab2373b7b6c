"""Information in datasets, from Python: `lit_hf.data.check(texts, labels)`, `information_curve(features, labels)`."""

from lit_hf.checks import DataCheck, check
from lit_hf.studies.information import Information, information_curve
from lit_hf.studies.next_labels import NextLabels, Reached
from lit_hf.studies.shared import SharedInformation, SharedPair, shared_information

__all__ = [
    "DataCheck",
    "Information",
    "NextLabels",
    "Reached",
    "SharedInformation",
    "SharedPair",
    "check",
    "information_curve",
    "shared_information",
]
