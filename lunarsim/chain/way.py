"""The way through a mission whose links may fork."""

from __future__ import annotations

from collections.abc import Mapping


def way_to(name: str, follows: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the links that lead to one, with it.

    Parameters
    ----------
    name : str
        Of that link.
    follows : mapping of str to str
        By the name of each link, in their order, the one that it follows on; "" for the one before.
    """
    names = list(follows)
    way = [name]
    while (k := names.index(way[0])) > 0:
        way.insert(0, follows[way[0]] or names[k - 1])
    return tuple(way)
