"""What would make a score on labelled data unfair: copies, conflicts, shortcuts, small things. No torch, no model."""

from lit_hf.checks.contract import Data
from lit_hf.checks.result import DataCheck
from lit_hf.checks.run import check, run_checks
from lit_hf.checks.verdict import Finding

__all__ = ["Data", "DataCheck", "Finding", "check", "run_checks"]
