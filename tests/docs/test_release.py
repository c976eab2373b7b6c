"""What stands around the code: citation, site, workflows, variables; each is checked against what it speaks of."""

from __future__ import annotations

import ast
import os
import re
import tomllib
from pathlib import Path

import pytest
import yaml

import lit_hf
from lit_hf.cli.cite import METHOD
from scripts.lowest import lowest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
NAME = re.compile(r"[A-Z][A-Z0-9_]+")
OWN = re.compile(r"LIT_HF_[A-Z_]+")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def variables(folder: str) -> set[str]:
    """Return the names of environment variables that the code reads or sets: ours anywhere, others at `environ`."""
    found = set[str]()
    for file in sorted((ROOT / folder).rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        found |= set(OWN.findall(text))
        for node in ast.walk(ast.parse(text)):
            key = None
            if isinstance(node, ast.Subscript) and "environ" in ast.dump(node.value):
                key = node.slice
            elif isinstance(node, ast.Call) and node.args and "attr='environ'" in ast.dump(node.func):
                key = node.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and NAME.fullmatch(key.value):
                found.add(key.value)
    return found


def test_every_variable_of_the_code_is_on_the_page() -> None:
    page, found = read("docs/environment.md"), variables("lit_hf")
    assert {"LIT_HF_CACHE", "LIT_HF_PROCESS_TIMEOUT", "HF_ENDPOINT", "XDG_CACHE_HOME"} <= found
    assert sorted(name for name in found if f"`{name}`" not in page) == []


def test_every_variable_of_ours_on_the_page_is_in_the_code() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for room in ("lit_hf", "tests", "scripts")
        for path in (ROOT / room).rglob("*.py")
    )
    code += read(".ci/run")
    assert sorted(name for name in set(OWN.findall(read("docs/environment.md"))) if name not in code) == []


def test_the_citation_is_of_this_version_and_of_the_paper_that_cite_prints() -> None:
    found = yaml.safe_load(read("CITATION.cff"))
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert (found["version"], found["license"]) == (lit_hf.__version__, project["license"])
    paper = found["preferred-citation"]
    assert paper["title"] in METHOD
    assert paper["identifiers"][0]["value"].removeprefix("arXiv:") in METHOD
    for author in paper["authors"]:
        assert f"{author['given-names']} {author['family-names']}" in METHOD
    assert METHOD.count(" and ") + 1 == len(paper["authors"])


def nav(entries: list[object]) -> list[str]:
    """Return the pages of a navigation, in order."""
    pages: list[str] = []
    for entry in entries:
        assert isinstance(entry, dict)
        (value,) = entry.values()
        pages += [value] if isinstance(value, str) else nav(value)
    return pages


def test_the_site_has_every_page_once() -> None:
    assert sorted(nav(yaml.safe_load(read("mkdocs.yml"))["nav"])) == PAGES


@pytest.mark.parametrize("page", [*PAGES, "../README.md", "../CONTRIBUTING.md", "../SECURITY.md"])
def test_links_between_pages_lead_somewhere(page: str) -> None:
    file = (ROOT / "docs" / page).resolve()
    text = re.sub(r"```.*?```|`[^`]*`", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:|#", target):
            continue
        assert (file.parent / target.partition("#")[0]).exists(), f"{page}: {target}"


def test_links_of_the_site_stay_within_it() -> None:
    for page in PAGES:
        links = re.findall(r"\]\((\.\./[^)\s]+)\)", read(f"docs/{page}"))
        assert links == [], page


@pytest.mark.parametrize("name", sorted(str(path.relative_to(ROOT)) for path in (ROOT / ".github").rglob("*.yml")))
def test_workflows_and_forms_are_yaml_and_call_what_exists(name: str) -> None:
    found = yaml.safe_load(read(name))
    assert found
    for script in re.findall(r"run: (\.ci/\w+)", read(name)):
        assert os.access(ROOT / script, os.X_OK), script


def test_a_workflow_runs_every_check() -> None:
    assert "run: .ci/run" in read(".github/workflows/ci.yml")
    named = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["checks"]["strategy"]["matrix"]["python"]
    classifiers = tomllib.loads(read("pyproject.toml"))["project"]["classifiers"]
    assert named == [line.rsplit(" ", 1)[1] for line in classifiers if re.search(r":: 3\.\d+$", line)]


def test_the_lowest_versions_are_those_of_the_project() -> None:
    found = dict(line.split("==") for line in lowest())
    needed = tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    assert len(found) == len(needed)
    assert all(f"{name}>={version}" in needed for name, version in found.items())


def test_a_dependency_without_a_lower_bound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["numpy>=2.0", "scipy"]\n')
    with pytest.raises(ValueError, match="no lower bound: scipy"):
        lowest(tmp_path / "pyproject.toml")
