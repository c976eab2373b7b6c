"""What a checkpoint's card says it was trained on: the only evidence of contamination that a checkpoint carries."""

from __future__ import annotations

from pathlib import Path

from lit_hf.config import outside
from lit_hf.runtime.hubrepo import optional_file

END = "---"


def declared_datasets(model: str, revision: str | None) -> list[str] | None:
    """Return the `datasets:` of the card's front matter; None when there is no card or it names none."""
    text = _card(model, revision)
    if text is None or not text.startswith(END):
        return None
    try:
        front = outside.parse_yaml(text.split(f"\n{END}", 1)[0].removeprefix(END))
    except ValueError:
        return None
    names = front.get("datasets") if isinstance(front, dict) else None
    if not names:
        return None
    return [str(name) for name in (names if isinstance(names, list) else [names])]


def _card(model: str, revision: str | None) -> str | None:
    """Return README.md of a folder or, as it was fetched or can be, of a repository."""
    if Path(model).is_dir():
        file = Path(model) / "README.md"
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None
    found = optional_file(model, revision, "README.md", "model")
    return None if found is None else found.read_text(encoding="utf-8", errors="replace")
