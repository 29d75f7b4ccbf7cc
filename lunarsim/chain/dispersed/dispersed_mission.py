"""A mission some of whose values scatter: what scatters in which link, and what flies a run of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from lunarsim.campaign.dispersed_scenario import DispersedScenario, versions
from lunarsim.campaign.inputs.distributions import Dispersions
from lunarsim.campaign.inputs.paths import Path
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.campaign.inputs.sampling import LatinHypercube, MonteCarlo, Sampling
from lunarsim.campaign.store.manifest import Manifest
from lunarsim.chain.dispersed.columns import described
from lunarsim.chain.dispersed.flying import MissionFlying
from lunarsim.chain.dispersed.nominal import NominalLink, nominal_links
from lunarsim.chain.dispersed.retargeting import Retargeting
from lunarsim.chain.dispersed.run import Failure
from lunarsim.chain.flying import fly_mission
from lunarsim.chain.link import Link
from lunarsim.chain.mission import Mission
from lunarsim.chain.mission_flight import MissionFlight
from lunarsim.chain.way import way_to
from lunarsim.errors import InputError, TargetingError, nearest

CHUNK_SIZE = 8  # runs of seconds: what is lost with a killed process is little


@dataclass(frozen=True, eq=False)
class DispersedMission:
    """A mission and what scatters in it; a :class:`MissionCampaign` flies it many times. See there for parameters."""

    mission: Mission
    dispersions: Mapping[str, Dispersions]
    retargetings: Mapping[str, Retargeting] = field(default_factory=dict)
    until: str | None = None
    sampling: Sampling = field(default_factory=MonteCarlo)
    integrator: str = "collocation"

    def __post_init__(self) -> None:
        names = [link.name for link in self.mission.links]
        asked = {"dispersions": self.dispersions, "retargetings": self.retargetings}
        for what, of in (*asked.items(), ("until", [self.until] if self.until is not None else [])):
            for name in of:
                if name not in names:
                    raise InputError(f"{what}: the mission has no link '{name}'; {nearest(name, names)}")
        if not any(self.dispersions.get(link.name) for link in self._way):
            raise InputError(
                "dispersions is empty: expected at least one link with a mapping of paths to distributions"
            )
        _ = self._dispersed  # what is wrong with one is refused here

    @cached_property
    def _way(self) -> tuple[Link, ...]:
        """The links that lead to the last one that is asked for, each of which follows on the one before."""
        links = {link.name: link for link in self.mission.links}
        last = self.until if self.until is not None else self.mission.links[-1].name
        way = way_to(last, {name: link.after for name, link in links.items()})
        return tuple(replace(links[name], after="") for name in way)

    @property
    def links(self) -> tuple[Link, ...]:
        """The links that are flown: to the one that is asked for, or else to where the nominal mission ends."""
        return self._way if self.until is not None else self._way[: len(self.nominal.legs)]

    @cached_property
    def _dispersed(self) -> tuple[DispersedScenario | None, ...]:
        """Of each link of the way, what scatters in it."""
        return tuple(self._of_link(link) for link in self._way)

    def _of_link(self, link: Link) -> DispersedScenario | None:
        dispersions = self.dispersions.get(link.name)
        if not dispersions:
            return None
        retargeting = self.retargetings.get(link.name)
        free = link.vary if retargeting is None else retargeting.vary
        try:
            made = DispersedScenario(link.scenario, dispersions, sampling=self.sampling)
        except InputError as error:
            raise InputError(f"link '{link.name}': {error}") from error
        both = next((name for name in made.inputs if name in free), None)
        if both is not None:
            raise InputError(
                f"link '{link.name}': {both} is dispersed, and it is solved for in each run: expected one of the two; "
                "an error of execution is an engine's thrust_error, misalignment_pitch or misalignment_yaw"
            )
        return made

    @property
    def inputs(self) -> dict[str, Path]:
        """The dispersed values by column, in the order in which they are drawn."""
        return {
            f"links.{k}.{name}": path
            for k, each in enumerate(self._dispersed)
            for name, path in ({} if each is None else each.inputs).items()
        }

    @cached_property
    def nominal(self) -> MissionFlight:
        """The mission without errors, as far as runs fly it.

        Raises
        ------
        InputError, TargetingError
            As :func:`lunarsim.fly_mission`.
        """
        return fly_mission(replace(self.mission, links=self._way), integrator=self.integrator)

    @cached_property
    def _nominal_links(self) -> tuple[NominalLink, ...]:
        names = [link.name for link in self._way]
        aside = next((name for name in (*self.dispersions, *self.retargetings) if name not in names), None)
        if self.until is None and aside is not None:
            raise InputError(
                f"link '{aside}' is not on the way to '{names[-1]}', which the campaign flies: leave out what scatters "
                "there and what it solves for, or ask for another way by its last link, as until"
            )
        flown = self.nominal
        idle = next((k for k, each in enumerate(self._dispersed) if each is not None and k >= len(flown.legs)), None)
        if len(self.links) > len(flown.legs) or idle is not None:
            asked = self.until if idle is None else self._way[idle].name
            raise InputError(
                f"the nominal mission does not come to link '{asked}': it ends in "
                f"'{flown.legs[-1].flight.scenario.name}', {flown.outcome}"
            )
        return nominal_links(self.links, flown, self.retargetings, self.integrator)

    def work(self, n: int, seed: int) -> MissionFlying:
        """Return what flies the runs, ``work(first, count)``; it can be sent to other processes.

        Raises
        ------
        InputError, TargetingError
            If the nominal mission cannot be flown, or the number or the seed is none.
        """
        dispersed = self._dispersed[: len(self.links)]
        drawing = tuple(None if each is None else each.work(n, seed) for each in dispersed)
        inputs = [{} if each is None else each.inputs for each in dispersed]
        return MissionFlying(
            links=self._nominal_links,
            drawing=drawing,
            columns=described(self.links, inputs, self._nominal_links),
            sampling=self.sampling,
            seed=seed,
            runs=n,
            integrator=self.integrator,
        )

    def manifest(self, n: int, seed: int, chunk_size: int = CHUNK_SIZE) -> Manifest:
        """Return what a store of this campaign holds."""
        work = self.work(n, seed)
        dispersions = [
            [link.name, list(names), distribution.to_document()]
            for link, each in zip(self.links, self._dispersed, strict=False)
            for names, distribution in (() if each is None else each.groups)
        ]
        return Manifest(
            name=self.mission.name,
            hashes={
                "mission": _digest([self.integrator, *(_identity(each) for each in work.links)]),
                "dispersions": _digest(dispersions),
            },
            seed=seed,
            runs=n,
            sampling=json.dumps(self.sampling.to_document(), sort_keys=True),
            extendable=not isinstance(self.sampling, LatinHypercube),
            chunk_size=chunk_size,
            columns=work.columns,
            versions=versions(),
            notes={"dispersions": dispersions, "title": self.mission.title},
        )

    def rerun(self, i: int, *, seed: int, n: int | None = None) -> MissionFlight:
        """Fly run i again, and return all of it.

        Parameters
        ----------
        i, seed : int
            Which run.
        n : int, optional
            How many runs the campaign has; only a Latin hypercube needs it.

        Raises
        ------
        TargetingError
            If it is a run that does not reach its goals; the text says by how much, and in which link.
        InputError
            If it could not be flown.
        """
        if n is None and isinstance(self.sampling, LatinHypercube):
            raise InputError("n is missing: in a Latin hypercube a run depends on how many there are")
        work = self.work(n or i + 1, seed)
        [values] = work.values(i, 1)
        run = work.run_of(values)
        if run.failure is Failure.UNREACHED:
            raise TargetingError(run.words)
        if run.failure is not Failure.NONE:
            raise InputError(run.words)
        return MissionFlight(name=self.mission.name, title=self.mission.title, legs=run.legs, planned=len(self.links))


def _identity(nominal: NominalLink) -> list[str]:
    """Return what decides the runs of a link: all that is flown, and all that is solved for."""
    link = nominal.link
    return [
        Rows.of(link.scenario, ()).digest(),
        repr((link.anew, link.leaves, link.centre, link.least)),
        repr([(name, [str(bound) for bound in bounds]) for name, bounds in nominal.vary.items()]),
        repr([(str(goal), goal.tolerance_si) for goal in nominal.goals]),
        repr(nominal.beyond),
        nominal.slopes.tobytes().hex(),
    ]


def _digest(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
