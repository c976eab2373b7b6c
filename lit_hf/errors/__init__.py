"""Exceptions that carry fields: what went wrong, and the next thing to do.

Every error that a user can cause is a `LitError`. Its text is one line; `next_step` is one more line, usually a command
to run. The command line prints both and exits with `exit_code`; a library user reads the fields.
"""

from __future__ import annotations

from lit_hf.errors.base import LitError, LitWarning, UsageError, nearest, reason, warn
from lit_hf.errors.data import (
    AmbiguousColumns,
    MissingColumn,
    NoCommonLabels,
    NoRows,
    NotFiniteFeatures,
    NoUsableInputs,
    TooFewClasses,
    TooFewExamples,
    UnknownLabel,
    UnusableColumn,
)
from lit_hf.errors.names import (
    GatedRepository,
    NoSafetensors,
    OfflineNotCached,
    UnknownConfig,
    UnknownDataset,
    UnknownModel,
    UnknownRevision,
    UnknownSplit,
    UnsafeRemoteCode,
    UnsupportedModel,
)
from lit_hf.errors.processes import (
    LauncherIncomplete,
    NoBfloat16,
    NotShared,
    OneProcessOnly,
    ProcessesDisagree,
    ProcessesMissing,
    ProcessFailed,
    ProcessLost,
    Stopped,
)
from lit_hf.errors.records import BadBitstream, IncomparableRecords, LacksPart, MadeOfOther, NotARecord, RecordChanged
from lit_hf.errors.settings import (
    BadSetting,
    BudgetTooSmall,
    FileUnreadable,
    MissingArray,
    MissingExtra,
    NoFeatureFile,
    NoProof,
    NotWritable,
    UnknownKey,
)

__all__ = [
    "AmbiguousColumns",
    "BadBitstream",
    "BadSetting",
    "BudgetTooSmall",
    "FileUnreadable",
    "GatedRepository",
    "IncomparableRecords",
    "LacksPart",
    "LauncherIncomplete",
    "LitError",
    "LitWarning",
    "MadeOfOther",
    "MissingArray",
    "MissingColumn",
    "MissingExtra",
    "NoBfloat16",
    "NoCommonLabels",
    "NoFeatureFile",
    "NoProof",
    "NoRows",
    "NoSafetensors",
    "NoUsableInputs",
    "NotARecord",
    "NotFiniteFeatures",
    "NotShared",
    "NotWritable",
    "OfflineNotCached",
    "OneProcessOnly",
    "ProcessFailed",
    "ProcessLost",
    "ProcessesDisagree",
    "ProcessesMissing",
    "RecordChanged",
    "Stopped",
    "TooFewClasses",
    "TooFewExamples",
    "UnknownConfig",
    "UnknownDataset",
    "UnknownKey",
    "UnknownLabel",
    "UnknownModel",
    "UnknownRevision",
    "UnknownSplit",
    "UnsafeRemoteCode",
    "UnsupportedModel",
    "UnusableColumn",
    "UsageError",
    "nearest",
    "reason",
    "warn",
]

for _name in __all__:  # one home for all, in tracebacks and pickles as in imports
    globals()[_name].__module__ = __name__
