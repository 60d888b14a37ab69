"""Write the reference at the end of docs/api.md: every operation and every document, from the OpenAPI description."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from app.web import api

PAGE = Path(__file__).resolve().parents[1] / "docs" / "api.md"
HEADING = "## Reference"

Schema = dict[str, Any]


def described() -> dict[str, Any]:
    """Return the description of the API alone; it takes no database."""
    app = FastAPI(title="Assembly Week")
    api.include_in(app)
    return api.complete(app.openapi(), "")


def reference(description: dict[str, Any]) -> str:
    """Return the reference in Markdown: a table of operations, then a table of fields for each document."""
    schemas: dict[str, Schema] = description["components"]["schemas"]
    documents = ["\n".join(_document(name, schema)) for name, schema in sorted(schemas.items())]
    return "\n\n".join([_intro(), "\n".join(_operations(description)), *documents]) + "\n"


def _intro() -> str:
    return (
        f"{HEADING}\n\nWritten by `make reference` from the description at `/openapi.json`; a test compares the two. "
        "Every operation may\nalso answer with a [Problem](#problem)."
    )


def _operations(description: dict[str, Any]) -> Iterator[str]:
    yield "| operation | request | answer |"
    yield "| --- | --- | --- |"
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            answers = "; ".join(_answers(operation["responses"]))
            yield f"| `{operation['operationId']}` | `{method.upper()} {path}` | {answers} |"


def _answers(responses: dict[str, Any]) -> Iterator[str]:
    """The answers that are no problems, by status."""
    for status, answer in sorted(responses.items()):
        content = answer.get("content", {})
        if "application/problem+json" in content:
            continue
        schema = content.get("application/json", {}).get("schema")
        yield f"{status} {_type(schema) if schema else answer['description']}"


def _document(name: str, schema: Schema) -> Iterator[str]:
    yield f"### {name}\n\n{schema['description']}\n"
    yield "| field | type | |"
    yield "| --- | --- | --- |"
    for field, value in schema["properties"].items():
        notes = [] if field in schema.get("required", []) else ["may be absent"]
        notes += [value["description"].rstrip(".")] if "description" in value else []
        notes += [f"such as `{each}`" for each in value.get("examples", [])[:1]]
        yield f"| `{field}` | {_type(value)} | {'; '.join(notes)} |"


def _type(schema: Schema) -> str:
    """A schema in a few words."""
    match schema:
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"anyOf": several}:
            return " or ".join(_type(each) for each in several)
        case {"enum": values} | {"const": [*values]}:
            return " or ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object of {_type(values)}"
        case _:
            return str(schema.get("format", schema.get("type", "anything")))


def written(page: str, description: dict[str, Any]) -> str:
    """Return the page with this description's reference at its end."""
    return page.partition(HEADING)[0].rstrip() + "\n\n" + reference(description)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), described()), encoding="utf-8")
