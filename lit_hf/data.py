"""Information in datasets, from Python: `lit_hf.data.check(texts, labels)`, `information_curve(features, labels)`."""

from lit_hf.checks import DataCheck, check
from lit_hf.studies.information import Information, information_curve

__all__ = ["DataCheck", "Information", "check", "information_curve"]
