"""The directive ``flown``: a scenario's first burn and its outcome, planned and flown, simulated for the page."""

from collections.abc import Iterator
from typing import ClassVar

from astropy import units as u
from docutils import nodes
from docutils.parsers.rst import Directive
from provenance import load
from sphinx.application import Sphinx
from tables import table

import lunarsim


class FlownTable(Directive):
    """A table of the planned flight beside the flown one."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        scenario = load(self)
        planned, flown = (lunarsim.simulate(case) for case in (scenario.without_faults(), scenario))
        rows = [
            [[nodes.Text(text)] for text in (name, left, right)]
            for (name, left), (_, right) in zip(_lines(planned), _lines(flown), strict=True)
        ]
        return [table(("", "planned", "flown"), rows, style="flown")]


def _lines(flight: lunarsim.Flight) -> Iterator[tuple[str, str]]:
    burn = flight.burns[0]
    low, high = (height.to_value(u.km) for height in (burn.after.perilune, burn.after.apolune))
    yield "duration of the burn", f"{burn.duration:.1f}"
    yield "ended by", burn.cutoff.value
    yield "true delta-v", f"{burn.delta_v.to_value(u.m / u.s):.2f} m/s"
    yield "sensed delta-v", f"{burn.delta_v_sensed.to_value(u.m / u.s):.2f} m/s"
    yield "orbit after the burn", f"{low:.1f} x {high:.1f} km"
    yield "outcome", str(flight.outcome)
    for site in flight.scenario.sites.values():
        if isinstance(flight.outcome, lunarsim.Impact):
            yield f"distance to the {site.title}", f"{flight.outcome.distance_to(site):.1f}"
        else:
            yield f"distance to the {site.title}", "no impact"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("flown", FlownTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
