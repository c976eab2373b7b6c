"""What the Hub checks in a README.md before it accepts it."""

from __future__ import annotations

import re
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse

from tests.hub_server.state import Blob

# The Hub's own expression, published in huggingface_hub/repocard.py ("exact same regex as in the Hub server").
FRONT_MATTER = re.compile(r"^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(\r\n|\n|$))")
LICENCES = {"apache-2.0", "mit", "bsd-3-clause", "cc-by-4.0", "cc0-1.0", "gpl-3.0", "other", "unknown"}


def front_matter(readme: Blob | None) -> dict[str, Any]:
    """The metadata of a card that was accepted; {} without one."""
    match = FRONT_MATTER.search(readme.content.decode("utf-8-sig")) if readme else None
    loaded = yaml.safe_load(match.group(2)) if match else None
    return loaded if isinstance(loaded, dict) else {}


async def validate_yaml(request: Request) -> JSONResponse:
    """`POST /api/validate-yaml`: 200 with warnings, or 400 with errors."""
    body = await request.json()
    errors, warnings = check(body["content"], body.get("repoType") or "model")
    wrap = [[{"message": message} for message in messages] for messages in (errors, warnings)]
    return JSONResponse({"errors": wrap[0], "warnings": wrap[1]}, status_code=400 if errors else 200)


def check(content: str, kind: str) -> tuple[list[str], list[str]]:
    """Errors and warnings of a card."""
    match = FRONT_MATTER.search(content)
    if match is None:
        return [], ["empty or missing yaml metadata in repo card"]
    try:
        data = yaml.safe_load(match.group(2))
    except yaml.YAMLError as error:
        return [f"YAML parse error: {error}"], []
    if data is None:
        return [], ["empty or missing yaml metadata in repo card"]
    if not isinstance(data, dict):
        return ["Metadata must be a mapping"], []
    errors = _field_errors(data)
    if kind == "model" and "model-index" in data:
        errors += _index_errors(data["model-index"])
    return errors, []


def _field_errors(data: dict[str, Any]) -> list[str]:
    errors = []
    licences = data.get("license", [])
    for licence in [licences] if isinstance(licences, str) else licences:
        if licence not in LICENCES:
            errors.append(f'"license" must be one of [{", ".join(sorted(LICENCES))}]')
    for key in ("tags", "datasets"):
        value = data.get(key, [])
        if not isinstance(value, str | list) or not all(isinstance(item, str) for item in value):
            errors.append(f'"{key}" must be a string or an array of strings')
    return errors


def _index_errors(index: Any) -> list[str]:
    if not isinstance(index, list):
        return ['"model-index" must be an array']
    errors = []
    for i, model in enumerate(index):
        at = f"model-index[{i}]"
        if not isinstance(model, dict) or not isinstance(model.get("name"), str):
            errors.append(f'"{at}.name" is required')
        elif not isinstance(model.get("results"), list):
            errors.append(f'"{at}.results" must be an array')
        else:
            for j, result in enumerate(model["results"]):
                errors += _result_errors(result, f"{at}.results[{j}]")
    return errors


def _result_errors(result: Any, at: str) -> list[str]:
    if not isinstance(result, dict):
        return [f'"{at}" must be an object']
    errors = [] if _text(result, "task", "type") else [f'"{at}.task.type" is required']
    errors += [f'"{at}.dataset.{key}" is required' for key in ("type", "name") if not _text(result, "dataset", key)]
    metrics = result.get("metrics")
    if not isinstance(metrics, list) or not metrics:
        return [*errors, f'"{at}.metrics" must contain at least 1 item']
    for k, metric in enumerate(metrics):
        if not isinstance(metric, dict) or not isinstance(metric.get("type"), str):
            errors.append(f'"{at}.metrics[{k}].type" is required')
        elif metric.get("value") is None:
            errors.append(f'"{at}.metrics[{k}].value" is required')
    source = result.get("source")
    if source is not None and not (isinstance(source, dict) and isinstance(source.get("url"), str)):
        errors.append(f'"{at}.source.url" is required')
    return errors


def _text(result: dict[str, Any], outer: str, inner: str) -> bool:
    value = result.get(outer)
    return isinstance(value, dict) and isinstance(value.get(inner), str)
