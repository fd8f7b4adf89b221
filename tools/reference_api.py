"""`python tools/reference_api.py`: write docs/reference/api.json and api.md from the interface itself."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")

_REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
DOCUMENT, PAGE = _REFERENCE / "api.json", _REFERENCE / "api.md"
HEAD = """# The interface for national systems

Written by `tools/reference_api.py` from the interface itself; do not edit. How to begin:
[act from a national system](../how-to/act-from-a-national-system.md). For programs: [api.json](api.json), the same as
`/api/v1/openapi.json` on each node (OpenAPI 3.1). Errors are problems (RFC 9457); their kinds stand at the end.
"""


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    import django  # noqa: PLC0415 - the settings are named above
    from django.apps import apps  # noqa: PLC0415 - as above

    if not apps.ready:
        django.setup()
    from comity.desks.cases.api.interface import document as made  # noqa: PLC0415 - needs loaded apps

    return made()


def text() -> str:
    """Return the document as a file."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def page() -> str:
    """Return the page for people."""
    found = document()
    parts = [HEAD]
    for place, operations in found["paths"].items():
        for method, operation in operations.items():
            parts += _operation(place, method, operation)
    parts += _messages(found["components"]["schemas"])
    parts += _problems()
    return "\n".join(parts)


def _operation(place: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"## `{method.upper()} {place}`\n\n{operation.get('description', '').strip()}\n"
    rows = [f"| `{one['name']}` | {one['in']} | {one.get('description', '')} |" for one in operation["parameters"]]
    if rows:
        yield "\n".join(["| parameter | in | meaning |", "|---|---|---|", *rows]) + "\n"
    if body := operation.get("requestBody"):
        ((kind, shape),) = body["content"].items()
        yield f"Body: {_name(shape['schema']) or f'a file, as `{kind}`'}.\n"
    answers = [f"{status} {_name(_schema(one))}" for status, one in operation["responses"].items()]
    yield f"Answers: {', '.join(answers)}.\n"


def _schema(response: dict[str, Any]) -> dict[str, Any]:
    return next(iter(response.get("content", {}).values()), {}).get("schema", {})


def _name(schema: dict[str, Any]) -> str:
    return f"`{schema['$ref'].rpartition('/')[2]}`" if "$ref" in schema else ""


def _messages(schemas: dict[str, Any]) -> Iterator[str]:
    yield "## Kinds of message\n\nA star marks a field that must be there; the shapes of subjects stand in api.json.\n"
    for kind, place in sorted(schemas["MessageBody"]["discriminator"]["mapping"].items()):
        shape = schemas[place.rpartition("/")[2]]
        beside = [name for name in ("about", "case", "subjects") if name in shape["properties"]]
        fields = schemas[shape["properties"]["fields"]["$ref"].rpartition("/")[2]]
        needed = set(fields.get("required", ()))
        rows = [
            f"| `{name}`{'*' if name in needed else ''} | {one.get('description', '')} |"
            for name, one in fields["properties"].items()
        ]
        yield f"### `{kind}`\n\nBeside `fields`: {', '.join(f'`{one}`' for one in beside) or 'nothing'}.\n"
        yield "\n".join(["| field | meaning |", "|---|---|", *rows]) + "\n"


def _problems() -> Iterator[str]:
    from django.utils import translation  # noqa: PLC0415 - needs settings

    from comity.desks.cases.api.problems import KINDS  # noqa: PLC0415 - as above

    with translation.override("en"):
        rows = [f"| `{code}` | {kind.status} | {kind.title} | {kind.remedy} |" for code, kind in KINDS.items()]
    yield "\n".join(["## Problems\n", "| code | status | title | remedy |", "|---|---|---|---|", *rows]) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
