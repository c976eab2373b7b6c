"""How results look in a notebook: which function draws which class, by name, loaded when something is shown.

Results know nothing of pages and figures, whose rooms stand above theirs; what shows them is found here by the name of
the class.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HOME = "lit_hf.reports.views"
_HTML = {
    "Record": "record", "Codelength": "codelength", "Transfer": "transfer", "Forgetting": "forgetting",
    "Information": "information",
}  # fmt: skip


def html_of(result: Any) -> str:
    """Return a result as HTML: what `_repr_html_` gives to a notebook."""
    return str(getattr(import_module(_HOME), _HTML[type(result).__name__])(result))


def figure_of(record: Any, kind: str) -> Figure:
    """Return the figure of a record (lit_hf.plots), which a notebook shows; raise `BadSetting` for an unknown kind."""
    found: Figure = import_module(_HOME).figure(record, kind)
    return found
