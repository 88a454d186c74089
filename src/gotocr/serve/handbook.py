"""GET /docs: the description of the API (OpenAPI) as a page for people, made here: no script, and nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from ..formats.markup import escaped, head, part, policy

PATH = "/docs"
ERRORS = ("4XX", "5XX")  # said once for all
DEEPEST = 4  # objects within objects that are shown
_STYLE = """
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 2.5rem) 4rem; font-family: var(--sans); font-size: 1rem; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.02rem; margin: 0; display: flex; gap: .7em; flex-wrap: wrap; align-items: baseline; }
section { border-top: 1px solid var(--rule); padding: 1.1rem 0 1.2rem; }
section > p { margin: .3rem 0 .6rem; color: var(--soft); }
code, .path { font-family: var(--code); font-size: .9em; overflow-wrap: anywhere; }
.method { font: 650 .72rem/1.6 var(--sans); letter-spacing: .05em; padding: 0 .6em; border-radius: 4px; color: var(--paper); background: var(--link); }
.method.delete { background: var(--bad); } .method.post, .method.put { background: #2f7d4f; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; margin: .4rem 0; } caption { text-align: start; font-weight: 600; padding: .3rem 0; }
main th, main td { border: 0; background: none; text-align: start; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--faint); }
main table { border: 0; } th { font-weight: 500; color: var(--soft); } .must { color: var(--bad); font-size: .82em; } .kind { color: var(--soft); white-space: nowrap; }
ol.paths { list-style: none; padding: 0; columns: 2 22rem; font-size: .88rem; } a { color: var(--link); }
@media (min-width: 40rem) { td:first-child:has(+ .kind) { min-width: 11rem; } }
@media (max-width: 40rem) { tr { display: block; padding: .35rem 0; border-bottom: 1px solid var(--faint); } td { display: block; border: 0; padding: 0; }
  thead { display: none; } }
"""
STYLE = f"{part('reading.css')}{_STYLE}"


def add(app: FastAPI) -> None:
    @app.get(PATH, summary="This description, for people", response_class=HTMLResponse, include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()), headers={"content-security-policy": policy(STYLE, "") + "; frame-ancestors 'none'"})


def describe(app: FastAPI, **parts: Mapping[str, Any]) -> None:
    """Put more into the description of an application: schemas, and others of its components."""
    usual = app.openapi

    def openapi() -> dict[str, Any]:
        made = usual()
        for name, more in parts.items():
            made.setdefault("components", {}).setdefault(name, {}).update(more)
        return made

    app.openapi = openapi


def ask_for_key(app: FastAPI, free: Iterable[str]) -> None:
    """Say in the description that all paths but those that are `free` need a key."""
    describe(app, securitySchemes={"key": {"type": "http", "scheme": "bearer"}})
    usual = app.openapi

    def openapi() -> dict[str, Any]:
        made = usual() | {"security": [{"key": []}]}
        for path in free:
            for call in made["paths"].get(path, {}).values():
                call["security"] = []
        return made

    app.openapi = openapi


def page(made: Mapping[str, Any]) -> str:
    """An OpenAPI description as HTML."""
    calls = [(path, method, call) for path, methods in made["paths"].items() for method, call in methods.items()]
    listed = "".join(f'<li><a href="#{_anchor(path, method)}"><code>{method.upper()} {escaped(path)}</code></a></li>' for path, method, _ in calls)
    title = f"{made['info']['title']} {made['info']['version']}"
    body = "\n".join(_Call(path, method, call, made).html() for path, method, call in calls)
    return (
        f'{head(f"{title}: API", STYLE)}<body>\n<main>\n<h1>{escaped(title)}: API</h1>\n<p>All of this as data: <a href="/openapi.json">'
        f"openapi.json</a>. With a key, every call but those to look whether the server is alive has the header <code>Authorization: "
        f'Bearer KEY</code>. What goes wrong is answered with a status from 400 on and <code>{{"error": {{"message", "type", "param", "code"}}}}</code>.</p>\n<ol class="paths">{listed}</ol>\n{body}\n</main>\n</body>\n</html>\n'
    )


def _anchor(path: str, method: str) -> str:
    return method + "".join(letter if letter.isalnum() else "-" for letter in path)


class _Call:
    """One path and method."""

    def __init__(self, path: str, method: str, call: Mapping[str, Any], made: Mapping[str, Any]) -> None:
        self._path, self._method, self._call = path, method, call
        self._parts = made.get("components", {}).get("schemas", {})

    def html(self) -> str:
        call, parts = self._call, []
        if given := call.get("parameters"):
            rows = [(one["name"], one.get("required", False), {"description": one.get("description", ""), **one["schema"]}) for one in given]
            parts.append(_table("In the address", rows))
        for kind, body in call.get("requestBody", {}).get("content", {}).items():
            parts.append(_table(f"Body, {kind}", list(self._fields(body.get("schema", {})))))
        answers = [f"<tr><td><code>{escaped(status)}</code></td><td>{self._answer(one)}</td></tr>" for status, one in call["responses"].items() if status not in ERRORS]
        parts.append(f"<table><caption>Answers</caption><tbody>{''.join(answers)}</tbody></table>")
        name, about = escaped(call.get("summary", "")), escaped(call.get("description", ""))
        return (
            f'<section id="{_anchor(self._path, self._method)}"><h2><span class="method {self._method}">{self._method.upper()}</span>'
            f'<span class="path">{escaped(self._path)}</span></h2>\n<p>{name}{f". {about}" if about else ""}</p>\n{"".join(parts)}</section>'
        )

    def _answer(self, one: Mapping[str, Any]) -> str:
        kinds = ", ".join(f"<code>{escaped(kind)}</code>" for kind in one.get("content", {}))
        return escaped(one.get("description", "")) + (f" {kinds}" if kinds else "")

    def _fields(self, schema: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, bool, Mapping[str, Any]]]:
        """The fields of an object, those within objects with dots between them."""
        schema = self._resolved(schema)
        for name, one in schema.get("properties", {}).items():
            one = self._resolved(one)
            yield f"{before}{name}", name in schema.get("required", ()), one
            for mark, inner in self._inner(one) if depth < DEEPEST else ():
                yield from self._fields(inner, f"{before}{name}{mark}", depth + 1)

    def _inner(self, one: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The objects that a value can be, or that a list can hold."""
        for either in (one, *map(self._resolved, one.get("anyOf", ()))):
            if "properties" in either:
                yield ".", either
            elif isinstance(either.get("items"), dict):
                item = self._resolved(either["items"])
                yield from (("[].", each) for each in (item, *map(self._resolved, item.get("anyOf", ()))) if "properties" in each)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        name = schema.get("$ref", "").rpartition("/")[2]
        return {**self._parts.get(name, {}), **{key: value for key, value in schema.items() if key != "$ref"}}


def _table(caption: str, rows: list[tuple[str, bool, Mapping[str, Any]]]) -> str:
    if not rows:
        return ""
    body = "".join(
        f'<tr><td><code>{escaped(name)}</code>{" <span class=must>needed</span>" if must else ""}</td><td class="kind">{escaped(_kind(one))}</td>'
        f"<td>{_about(one)}</td></tr>"
        for name, must, one in rows
    )
    return f"<table><caption>{escaped(caption)}</caption><tbody>{body}</tbody></table>"


def _kind(one: Mapping[str, Any]) -> str:
    if "anyOf" in one:
        kinds = dict.fromkeys(_kind(part) for part in one["anyOf"])
        return " or ".join(kind for kind in kinds if kind != "null")
    if one.get("type") == "array":
        return f"list of {_kind(one.get('items', {})) or 'values'}"
    return "file" if one.get("format") == "binary" else str(one.get("type", "object" if "$ref" in one or "properties" in one else ""))


def _about(one: Mapping[str, Any]) -> str:
    items = one.get("items")
    choices = one.get("enum") or (items.get("enum") if isinstance(items, dict) else None)
    said = [escaped(one.get("description", ""))]
    if choices:
        said.append(", ".join(f"<code>{escaped(str(choice))}</code>" for choice in choices))
    if one.get("examples"):
        said.append(f"as in <code>{escaped(str(one['examples'][0]))}</code>")
    if one.get("default") is not None and one["default"] is not False:
        said.append(f"default <code>{escaped(json.dumps(one['default'])[:80])}</code>")
    return "; ".join(filter(None, said))
