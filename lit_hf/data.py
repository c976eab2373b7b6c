"""Information in datasets, from Python: `lit_hf.data.check(texts, labels)`."""

from lit_hf.checks import DataCheck, check

__all__ = ["DataCheck", "check"]
