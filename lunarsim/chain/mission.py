"""The mission: a chain of links, before it is flown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lunarsim.chain.link import Link
from lunarsim.display import as_table
from lunarsim.equality import by_value
from lunarsim.errors import InputError, nearest
from lunarsim.mission import Provenance, Source


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Mission:
    """A chain of scenarios, each of which starts where the last ended.

    Parameters
    ----------
    name : str
        Short name.
    links : tuple of Link
        In the order in which they are flown; each follows on the one before it, or on the one that its ``after`` names.
    title : str
        One line for people.
    remark : str
        What they must know to read the result.
    provenance : mapping of str to Provenance
        Birth certificates of numbers, by their key in the mission's file.
    sources : mapping of str to Source
        What the certificates cite.

    Raises
    ------
    InputError
        If there are no links, two of one name, or one that follows on none before it.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> first = ls.load_scenario("luna25").without_faults()
    >>> hour = replace(first, name="an hour more", plan=(ls.Coast(duration=1 * u.hour),))
    >>> mission = ls.Mission(name="two", links=(ls.Link(scenario=first), ls.Link(scenario=hour)))
    >>> print(ls.fly_mission(mission).flights[1].duration)
    3600.0 s
    """

    name: str
    links: tuple[Link, ...]
    title: str = ""
    remark: str = ""
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.links:
            raise InputError("links is empty: expected at least one Link(scenario=...)")
        names = [link.name for link in self.links]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"links has two of the name '{twice}': give each scenario a name of its own")
        for k, link in enumerate(self.links):
            if link.after and link.after not in names[:k]:
                raise InputError(_follows_on_none(link, names[:k], names[k:]))

    def without_faults(self) -> Mission:
        """Return the same mission with a sound craft in each link.

        What was fitted to a link with a fault, or published of it, is of another flight then, and is left out.
        """
        return replace(self, links=tuple(map(_sound, self.links)))

    def _repr_html_(self) -> str:
        rows = [
            (f"{k}: {link.name}", "\n".join(phase.name for phase in link.scenario.plan))
            for k, link in enumerate(self.links, start=1)
        ]
        return as_table(self.title or self.name, rows)


def _sound(link: Link) -> Link:
    if not link.scenario.faults:
        return link
    return replace(link, scenario=link.scenario.without_faults(), fitted=(), compare=())


def _follows_on_none(link: Link, earlier: list[str], others: list[str]) -> str:
    start = f"link '{link.name}': after = {link.after!r}: "
    if not earlier:
        return f"{start}the first link follows on none; leave it out"
    if link.after in others:
        return f"{start}that link is not flown before; put it first"
    return f"{start}there is no such link; {nearest(link.after, earlier)}"
