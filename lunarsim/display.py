"""What a notebook shows of an object: a small table of HTML, in which every text is text and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def as_table(title: str, rows: Iterable[tuple[str, object]]) -> str:
    """Return a table of two columns with a caption; texts of the user are escaped.

    Parameters
    ----------
    title : str
        The caption.
    rows : iterable of (str, object)
        Name and value of each line; the value by its ``str``, in lines where it has some.
    """
    lines = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{"<br>".join(escape(line) for line in str(value).splitlines())}</td></tr>'
        for name, value in rows
    )
    return f'<table><caption style="text-align:left">{escape(title)}</caption><tbody>{lines}</tbody></table>'
