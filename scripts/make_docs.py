"""Write docs/cli.md from the commands and docs/api.md from the public names: `python scripts/make_docs.py`.

Both are functions of the code alone, so that a test can compare them with what is committed.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # a checkout that is not installed will do
NOTE = "<!-- Written by `python scripts/make_docs.py`; do not edit. -->"


def main() -> None:
    """Write both files and say so."""
    for name, text in pages().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
        print(f"Wrote docs/{name}", file=sys.stderr)


def pages() -> dict[str, str]:
    """Return the generated pages by their names in docs/."""
    return {"cli.md": cli_page(), "api.md": api_page()}


# ---------------------------------------------------------------------------------------------------- the command line


def cli_page() -> str:
    """Return the reference of all commands."""
    root = root_command()
    intro = [
        "# The command line", NOTE, "Every command takes `--help`. Data go to stdout, speech to stderr. Exit codes: 0 "
        "fine, 1 a known error, 2 wrong usage, 130 interrupted; `HF_DEBUG=1` shows the traceback of an error.",
    ]  # fmt: skip
    found = list(commands(root))
    listed = [f"- [`lit-hf {path}`](#lit-hf-{path.replace(' ', '-')}): {_first(command)}" for path, command in found]
    return "\n\n".join([*intro, "\n".join(listed), *(_command(path, command) for path, command in found)]) + "\n"


def root_command() -> Any:
    """Return the application as its argument parser sees it."""
    import typer

    from lit_hf.cli.app import app

    return typer.main.get_command(app)


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (words after `lit-hf`, command) of every command that is not hidden, groups opened."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        path = f"{before}{name}"
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} ")
        else:
            yield path, command


def _command(path: str, command: Any) -> str:
    visible = [each for each in command.params if not getattr(each, "hidden", False)]
    arguments = [each for each in visible if each.param_type_name == "argument"]
    options = [each for each in visible if each.param_type_name == "option"]
    words = " ".join(["lit-hf", path, *(["[OPTIONS]"] if options else []), *map(_metavar, arguments)])
    parts = [f"## lit-hf {path}", inspect.cleandoc(command.help or ""), f"    {words}"]
    if arguments:
        parts.append(_table("argument", [(f"`{_metavar(each)}`", each.help) for each in arguments]))
    panels = dict.fromkeys(getattr(each, "rich_help_panel", None) or "Options" for each in options)
    for panel in panels:
        mine = [each for each in options if (getattr(each, "rich_help_panel", None) or "Options") == panel]
        parts.append(_table(panel, [(_spelled(each), _help(each)) for each in mine]))
    return "\n\n".join([*parts, *_examples(command)])


def _examples(command: Any) -> list[str]:
    """Return the examples that end a command's help page, as a block."""
    lines = [line.strip().replace("\\[", "[") for line in (command.epilog or "").splitlines()[1:] if line.strip()]
    return ["Examples:", "\n".join(f"    {line}" for line in lines)] if lines else []


def _metavar(argument: Any) -> str:
    text = str(argument.metavar or argument.name.upper()).strip("[]")
    return text if argument.required else f"[{text}]"


def _spelled(option: Any) -> str:
    """Return how an option is written, with the kind of its value."""
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    return f"{names} {option.metavar or _kind(option.type_descriptor.annotation)}"


def _kind(annotation: Any) -> str:
    """Return the kind of an option's value in the words of a help page: choices, or a type."""
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return "|".join(str(each.value) for each in annotation)
    spoken = {"str": "TEXT", "int": "NUMBER", "float": "NUMBER", "path": "PATH"}
    name = str(getattr(annotation, "__name__", annotation)).lower()
    return spoken.get(name, name.upper())


def _help(option: Any) -> str:
    """Return an option's help and, where it does not say so itself, its default."""
    text, default = _plain(option.help or ""), option.default
    default = getattr(default, "value", default)
    if default in (None, False, "", ()) or option.is_flag or "[default" in text:
        return text
    return f"{text} [default: {default}]"


def _table(title: str, rows: list[tuple[str, str | None]]) -> str:
    lines = [f"| {_cell(name)} | {_cell(_plain(text or ''))} |" for name, text in rows]
    return "\n".join([f"| {title} | |", "|---|---|", *lines])


def _plain(text: str) -> str:
    """Return help without rich's markup."""
    return " ".join(text.replace("[dim]", "").replace("[/dim]", "").replace("\\[", "[").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _first(command: Any) -> str:
    return inspect.cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ")


# ------------------------------------------------------------------------------------------------------------- Python


def api_page() -> str:
    """Return the reference of the public names of the package."""
    import lit_hf

    intro = ["# Python", NOTE, "The names that `lit_hf` promises. Everything else may change between versions."]
    public = {name: getattr(lit_hf, name) for name in lit_hf.__all__ if not name.startswith("__")}
    public |= {f"data.{name}": getattr(lit_hf.data, name) for name in lit_hf.data.__all__}
    listed = "\n".join(f"- [`lit_hf.{name}`](#lit_hf{name.lower().replace('.', '')})" for name in public)
    return "\n\n".join([*intro, listed, *(_entry(name, value) for name, value in public.items())]) + "\n"


def _entry(name: str, value: Any) -> str:
    if inspect.ismodule(value):
        members = [each for each in value.__all__ if inspect.isfunction(getattr(value, each))]
        told = [_code(f"{each}{_signature(getattr(value, each))}") for each in members]
        said = [inspect.getdoc(getattr(value, each)) or "" for each in members]
        return "\n\n".join(
            [
                f"## lit_hf.{name}",
                inspect.getdoc(value) or "",
                *(p for pair in zip(told, said, strict=True) for p in pair),
            ]
        )
    parts = [f"## lit_hf.{name}", _code(f"{name}{_signature(value)}"), inspect.getdoc(value) or ""]
    if inspect.isclass(value):
        parts += _fields(value)
        parts += [_member(value, each) for each in _members(value)]
    return "\n\n".join(parts)


def _fields(kind: type) -> list[str]:
    """Return the fields that say what they mean, as one table; what other fields are stands in the class's words."""
    if not dataclasses.is_dataclass(kind):
        return []
    told = [(each, str(each.metadata["help"])) for each in dataclasses.fields(kind) if "help" in each.metadata]
    lines = [f"| `{each.name}` | `{each.default!r}` | {_cell(_plain(text))} |" for each, text in told]
    return ["\n".join(["| field | default | meaning |", "|---|---|---|", *lines])] if lines else []


def _members(kind: type) -> list[str]:
    """Return the public methods and properties that the class itself defines, in its order."""
    fields = {field.name for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else set()
    return [name for name in vars(kind) if not name.startswith("_") and name not in fields and _documented(kind, name)]


def _documented(kind: type, name: str) -> bool:
    """Tell whether a member is one to describe: what a library calls back needs no words of its own."""
    value = inspect.getattr_static(kind, name)
    return callable(getattr(kind, name)) or isinstance(value, property) if value.__doc__ else False


def _member(kind: type, name: str) -> str:
    value = inspect.getattr_static(kind, name)
    if isinstance(value, property):
        return f"**`.{name}`** {inspect.getdoc(value)}"
    return f"**`.{name}{_signature(getattr(kind, name), limit=10_000)}`** {inspect.getdoc(value)}"


class _Written:
    """An annotation as it is written in the source."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _signature(value: Any, limit: int = 100) -> str:
    """Return a signature with annotations as they are written; beyond `limit` characters one line a parameter."""
    found = inspect.signature(value)
    kept = [each.replace(annotation=_written(each.annotation)) for each in found.parameters.values()]
    kept = kept[1:] if kept and kept[0].name == "self" else kept
    back = found.return_annotation
    text = str(inspect.Signature(kept, return_annotation=_written(back)))
    if len(text) <= limit:
        return text
    marks, lines = False, list[str]()
    for each in kept:
        if each.kind is each.KEYWORD_ONLY and not marks:
            marks = True
            lines.append("    *,")
        lines.append(f"    {each},")
    end = "" if back in (None, inspect.Signature.empty) else f" -> {_written(back)!r}"
    return "\n".join(["(", *lines, f"){end}"])


def _written(annotation: Any) -> Any:
    if annotation is inspect.Signature.empty or annotation is None:
        return inspect.Signature.empty
    return _Written(annotation if isinstance(annotation, str) else inspect.formatannotation(annotation))


def _code(text: str) -> str:
    return f"```python\n{text}\n```"


if __name__ == "__main__":
    main()
