"""One flown link of a mission."""

from __future__ import annotations

from dataclasses import dataclass

from lunarsim.chain.handover import Handover
from lunarsim.chain.rows import Row
from lunarsim.equality import by_value
from lunarsim.flight import Flight


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Leg:
    """The flight of a link, and what is told of it.

    Attributes
    ----------
    flight : Flight
        What was flown.
    handover : Handover
        What it took on from the link before.
    rows : tuple of Row
        What was given, free, met and compared, and what came out.
    """

    flight: Flight
    handover: Handover
    rows: tuple[Row, ...] = ()
