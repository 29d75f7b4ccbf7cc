"""The directives ``provenance`` and ``sources``: where a scenario's numbers come from, read from its file.

``.. provenance:: luna25 orbit craft`` makes a table of the numbers under the keys ``orbit`` and ``craft``; without
keys, of all numbers. ``.. sources:: luna25`` lists what they cite.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from tables import table

import lunarsim
from lunarsim.mission import Provenance, Scenario, Source


def load(directive: Directive) -> Scenario:
    """Return the scenario that a directive names, and have its page built again when a scenario file changes."""
    folder = Path(lunarsim.__file__).parent / "scenarios"
    for path in folder.glob("*.toml"):
        directive.state.document.settings.record_dependencies.add(str(path))
    return lunarsim.load_scenario(directive.arguments[0])


class ProvenanceTable(Directive):
    """A table of the numbers of a scenario file."""

    required_arguments: ClassVar[int] = 1
    optional_arguments: ClassVar[int] = 20

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        scenario = load(self)
        wanted = self.arguments[1:]
        rows = [
            _row(key, certificate, scenario.sources)
            for key, certificate in scenario.provenance.items()
            if not wanted or key.split(".")[0] in wanted
        ]
        if not rows:
            raise self.error(f"scenario '{scenario.name}' has no numbers under {wanted}")
        return [table(("number", "value", "status", "sources", "how, and why"), rows, style="provenance")]


class SourceList(Directive):
    """A list of the publications that a scenario file cites."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        items = nodes.bullet_list()
        for name, source in load(self).sources.items():
            link = nodes.reference("", source.title, refuri=source.url)
            items += nodes.list_item("", nodes.paragraph("", "", nodes.literal("", name), nodes.Text(": "), link))
        return [items]


def _row(key: str, certificate: Provenance, sources: Mapping[str, Source]) -> list[list[nodes.Node]]:
    return [
        [nodes.literal("", key)],
        list(_value(certificate)),
        [nodes.Text(certificate.status.value)],
        list(_links(certificate.sources, sources)),
        list(_how(certificate)),
    ]


def _value(certificate: Provenance) -> Iterator[nodes.Node]:
    yield nodes.Text(certificate.rounded)
    if certificate.interval is not None:
        yield nodes.Text(f" (90 %: {certificate.interval_text}; flown with {certificate.value})")


def _links(names: tuple[str, ...], sources: Mapping[str, Source]) -> Iterator[nodes.Node]:
    for i, name in enumerate(names):
        if i:
            yield nodes.Text(", ")
        yield nodes.reference("", name, refuri=sources[name].url, reftitle=sources[name].title)


def _how(certificate: Provenance) -> Iterator[nodes.Node]:
    if certificate.script:
        yield nodes.literal("", certificate.script)
    if certificate.script and certificate.note:
        yield nodes.Text("; ")
    if certificate.note:
        yield nodes.Text(certificate.note)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("provenance", ProvenanceTable)
    app.add_directive("sources", SourceList)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
