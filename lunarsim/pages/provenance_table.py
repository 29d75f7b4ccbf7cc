"""Where each number of a scenario comes from, as the rows of a table."""

from __future__ import annotations

import ast
import re
from typing import Any

from lunarsim.mission import Scenario

_WEB = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


def rows(scenario: Scenario, *, dispersions: bool = False) -> list[dict[str, Any]]:
    """Return the certificates of a scenario's numbers; those of dispersions only where they are used."""
    numbers = {name: k for k, name in enumerate(scenario.sources, start=1)}
    return [
        {
            "key": key,
            "value": short(certificate.rounded if certificate.interval else certificate.value),
            "interval": certificate.interval_text,
            "status": certificate.status.value,
            "sources": [numbers[name] for name in certificate.sources if name in numbers],
            "note": " ".join(filter(None, [certificate.script and f"script: {certificate.script}", certificate.note])),
        }
        for key, certificate in scenario.provenance.items()
        if dispersions or not key.startswith("dispersions.")
    ]


def sources(scenario: Scenario) -> list[dict[str, str]]:
    """Return the publications in order, each with its link where it is one of the web."""
    return [
        {"title": source.title, "url": source.url if _WEB.fullmatch(source.url) else ""}
        for source in scenario.sources.values()
    ]


def short(value: str) -> str:
    """Return a value, of a list how many numbers it has."""
    if not value.startswith("["):
        return value
    try:
        held = ast.literal_eval(value)
    except (ValueError, SyntaxError):  # a text that looks like one
        return value
    inner = f" x {len(held[0])}" if held and isinstance(held[0], list) else ""
    return f"{len(held)}{inner} values"
