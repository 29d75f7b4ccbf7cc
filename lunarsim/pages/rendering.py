"""Pages from their content: one file, in which a text of the user is text and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup


def rendered(template: str, content: Mapping[str, Any], date: str) -> str:
    """Return a page of a template, such as ``"flights.html"``."""
    script = _asset("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    page = _environment().get_template(template)
    return page.render(
        **content,
        date=date,
        css=Markup(_asset("page.css")),
        js=Markup(script),
        script_hash=f"sha256-{digest}",
    )


def as_json(value: Any) -> str:
    """Return a value as JSON writes it."""
    return json.dumps(value, allow_nan=False)


def within_script(value: Any) -> Markup:
    """Return JSON that may stand within a script element: no text of it can end that."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def with_minus_signs(text: str) -> str:
    """Return a text with a minus sign before each negative number, as tables have them; dates keep their hyphens."""
    return re.sub(r"(?<![\w.])-(?=\d)", "\N{MINUS SIGN}", text)


@cache
def _asset(name: str) -> str:
    return (resources.files("lunarsim.pages") / "assets" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["script"] = within_script
    made.filters["json"] = as_json
    made.filters["minus"] = with_minus_signs
    return made
