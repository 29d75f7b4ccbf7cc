"""Tables of docutils nodes, for the directives beside this file."""

from collections.abc import Iterable, Sequence

from docutils import nodes

Cell = Sequence[nodes.Node]


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, style: str) -> nodes.table:
    """Return a table with one line of headings; ``style`` is its class in the style sheet."""
    group = nodes.tgroup(cols=len(headings))
    group += [nodes.colspec(colwidth=1) for _ in headings]
    group += nodes.thead("", _row([nodes.Text(heading)] for heading in headings))
    group += nodes.tbody("", *(_row(row) for row in rows))
    return nodes.table("", group, classes=[style])


def _row(cells: Iterable[Cell]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))
