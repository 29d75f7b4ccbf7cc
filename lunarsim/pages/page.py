"""One page for a flight, several flights or a campaign: to be mailed, or shown in a notebook."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from astropy import units as u
from astropy.time import Time

from lunarsim.arguments import checked
from lunarsim.campaign import CampaignFindings, CampaignResult
from lunarsim.data import user_path
from lunarsim.errors import InputError
from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.pages import campaign_page, flights_page
from lunarsim.pages.flights_page import Wanted
from lunarsim.pages.rendering import rendered

Told: TypeAlias = Flight | Mapping[str, Flight] | Sequence[Flight] | CampaignResult | CampaignFindings

_ENDINGS = (".html", ".htm")
_FRAME_PX = 820


@checked
@dataclass(frozen=True)
class Page:
    """A page as a notebook shows it: in a frame of its own, which can reach nothing outside.

    Attributes
    ----------
    html : str
        The whole page.
    """

    html: str

    def _repr_html_(self) -> str:
        return (
            f'<iframe title="lunarsim" sandbox="allow-scripts" style="width:100%;height:{_FRAME_PX}px;border:0" '
            f'srcdoc="{html.escape(self.html)}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<page of {len(self.html) / 1e3:.0f} kB; a notebook shows it>"


@checked
def report(
    told: Told,
    path: str | os.PathLike[str],
    *,
    scenario: str | os.PathLike[str] | None = None,
    command: str = "",
    burn_times: u.Quantity | None = None,
    date: Time | None = None,
) -> Path:
    """Write a flight, several flights or a campaign as one page of HTML that can be mailed.

    The page holds all that it shows and loads nothing. Of flights: what happened in a sentence, the outcome and its
    margins, panels against time with one cursor (true, estimated and commanded), the ground track, over shaded relief
    where a map was flown into, the orbit in space, the last kilometres, the timeline. Of a campaign: how often it ended
    how, where the runs came down, quantiles and sensitivities. Of both: where each number comes from, and what it takes
    to fly it again.

    Parameters
    ----------
    told : Flight, mapping of str to Flight, sequence of Flight, or CampaignResult
        One to seven flights, the plan first, the one that the page is about last; or the result of a campaign, or its
        :class:`~lunarsim.campaign.CampaignFindings`, which hold a cross-check as well.
    path : path-like
        The file; ends in ``.html``.
    scenario : path-like, optional
        The scenario file, to be copied from the page; default: that of the catalogue, if the scenario is of it.
    command : str
        The command that made it, to be printed on the page.
    burn_times : Quantity, shape (n,), optional
        Durations of the last burn that its timer ended, for the slider of what would have come of them; each is flown.
        Default: some fifty about the one that was flown, if there is such a burn; an empty array: none.
    date : Time, optional
        Printed at the foot; default: today, which is all that two pages of the same flight differ by.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If there is nothing to tell of, the path does not end in ``.html``, or burn times are asked for where no timer
        ended a burn.
    OutputError
        If the file cannot be written; what stood there before is then as it was.
    DataError
        If the scenario file cannot be read.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> scenario = ls.load_scenario("luna25")
    >>> flights = {"planned": ls.simulate(scenario.without_faults()), "flown": ls.simulate(scenario)}
    >>> page = ls.report(flights, "luna25.html", burn_times=[84, 100, 127] * u.s)
    >>> page.stat().st_size < 1_000_000
    True
    """
    target = user_path(path)
    if target.suffix.lower() not in _ENDINGS:
        raise InputError(f"path = {str(target)!r}: a report is a page of HTML: give a name that ends in .html")
    text = page_of(told, Wanted(scenario, command, burn_times), date)
    with written_whole(target) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return target


@checked
def explore(flight: Flight | Mapping[str, Flight] | Sequence[Flight]) -> Page:
    """Return the interactive page of one or more flights for a notebook; ``flight.explore()`` is the same.

    Examples
    --------
    >>> import lunarsim as ls
    >>> ls.explore(ls.simulate(ls.load_scenario("luna25"))).html.startswith("<!DOCTYPE html>")
    True
    """
    return Page(page_of(flight, Wanted(burn_times=[] * u.s), None))


def page_of(told: Told, wanted: Wanted, date: Time | None) -> str:
    """Return the text of a page."""
    day = datetime.now(UTC).strftime("%Y-%m-%d") if date is None else str(date.utc.strftime("%Y-%m-%d"))
    content: dict[str, Any]
    if isinstance(told, CampaignResult | CampaignFindings):
        if wanted.burn_times is not None and wanted.burn_times.size:
            raise InputError("burn_times are of a flight: a campaign's page has none; disperse the timer")
        findings = told if isinstance(told, CampaignFindings) else CampaignFindings.of(told, check=0)
        return rendered("campaign.html", campaign_page.content(findings, wanted), day)
    flights = [told] if isinstance(told, Flight) else told
    content = flights_page.content(flights, wanted)
    return rendered("flights.html", content, day)
