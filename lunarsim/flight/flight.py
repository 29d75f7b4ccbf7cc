"""The flight: what came out of a simulation."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from astropy import units as u
from astropy.coordinates import Latitude, Longitude
from astropy.table import QTable
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.display import as_table
from lunarsim.equality import by_value
from lunarsim.errors import InputError, SpanError
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.events.detectors import Detector
from lunarsim.flight.events.moment import Moment, moment
from lunarsim.flight.integrator_comparison import IntegratorComparison, compared_with_other
from lunarsim.flight.result import tables
from lunarsim.flight.result.attitude import planned_burns, thrust_directions
from lunarsim.flight.result.flight_file.archive import load_flight, save_flight
from lunarsim.flight.result.lanes import has_lanes, lanes
from lunarsim.flight.result.parting import Parting, partings
from lunarsim.flight.result.parts import FlightParts
from lunarsim.kernels.forces import motion
from lunarsim.mission import over_ground
from lunarsim.mission.clock import seconds_after, time_after
from lunarsim.mission.site import Site
from lunarsim.orbits import State

_EDGE_S = 1e-6  # rounding of a Time at the edges of the flown span


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Flight(FlightParts):
    """What came out of :func:`simulate` or :func:`propagate`.

    Histories (``times``, ``altitude``, ...) are sampled at several points a step of the integrator and
    hold both sides of each jump: an ignition or a cut-off stands twice, before and after. Two flights are equal where
    all that they hold is, to the last bit; they have no hash.

    Attributes
    ----------
    scenario : Scenario
        What was flown.
    timeline : tuple of Event
        What happened, in order.
    burns : tuple of BurnRecord
        How each burn went.
    outcome : Outcome
        How the flight ended.
    trajectory : Trajectory
        The integrated motion in SI floats.
    phases : tuple of PhaseRecord
        How each guided phase went.
    integrator : str
        What flew it: ``"DOP853"`` or ``"collocation"``.
    navigation : NavigationHistory, optional
        What was true, measured, estimated and commanded at each guidance cycle, where the craft keeps an estimate of
        its own.

    Examples
    --------
    >>> import lunarsim as ls
    >>> flight = ls.simulate(ls.load_scenario("luna25"))
    >>> print(flight.outcome)
    impact at 2023-08-19 11:57:29 UTC, 57.865 S 61.360 E, 1699 m/s at -1.30 deg
    >>> print(flight.burns[0].duration.round(1), flight.altitude.max().round(1))
    127.0 s 99694.8 m
    """

    @property
    def start(self) -> Time:
        """When the flight started."""
        return self.scenario.state.epoch

    @property
    def end(self) -> Time:
        """When the flight ended."""
        return self.outcome.time

    @property
    def duration(self) -> u.Quantity:
        """How long the flight lasted."""
        return self.trajectory.end_s * u.s

    def at(self, time: Time) -> State:
        """Return the state at one or many times of the flown span.

        Parameters
        ----------
        time : Time
            One time or an array of n.

        Returns
        -------
        State
            With positions of shape (3,) or (n, 3).

        Raises
        ------
        SpanError
            If a time lies outside the flown span: nothing is extrapolated.
        """
        t_s = self._inside(time)
        y, _ = self.trajectory.at(np.atleast_1d(t_s))
        y = y.reshape(*t_s.shape, motion.SIZE)
        return State(y[..., motion.POSITION] * u.m, y[..., motion.VELOCITY] * (u.m / u.s), time)

    def moment(self, time: Time) -> Moment:
        """Return what was true at one time of the flown span, beside what the navigation estimated.

        Raises
        ------
        SpanError
            If the time lies outside the flown span.
        """
        checks.instant("time", time)
        t_s = np.atleast_1d(self._inside(time))
        y, thrust = self.trajectory.at(t_s)
        error = self.trajectory.phase_at(float(t_s[0])).navigation_error
        return moment(self.scenario, time, y[0], float(thrust[0]), error)

    @property
    def times(self) -> Time:
        """Times of the histories, in the scale of the scenario's epoch."""
        return time_after(self.start, self._samples[0])

    @property
    def elapsed(self) -> u.Quantity:
        """Time since the start of the flight."""
        return self._samples[0] * u.s

    @property
    def altitude(self) -> u.Quantity:
        """Height above the 1737.4 km sphere."""
        return self.states.altitude

    @property
    def latitude(self) -> Latitude:
        """Selenographic (ME) latitude."""
        return self.states.latitude

    @property
    def longitude(self) -> Longitude:
        """Selenographic (ME) east longitude."""
        return self.states.longitude

    @property
    def speed(self) -> u.Quantity:
        """Moon-centred inertial speed."""
        return self.states.speed

    @property
    def flight_path_angle(self) -> u.Quantity:
        """Angle of the inertial velocity above the local horizontal."""
        return self.states.flight_path_angle

    @property
    def ground_speed(self) -> u.Quantity:
        """Speed over the turning Moon."""
        up, horizontal = self._ground_velocity
        return np.hypot(up, horizontal)

    @property
    def altitude_rate(self) -> u.Quantity:
        """Rate of the altitude above the 1737.4 km sphere, negative in a descent."""
        return self._ground_velocity[0]

    @property
    def horizontal_speed(self) -> u.Quantity:
        """Horizontal part of the velocity over the turning Moon."""
        return self._ground_velocity[1]

    @property
    def ground_flight_path_angle(self) -> u.Quantity:
        """Angle of the velocity over the turning Moon above the local horizontal."""
        return np.degrees(np.arctan2(*(part.value for part in self._ground_velocity))) * u.deg

    @property
    def thrust_direction(self) -> u.Quantity:
        """Unit vectors of the thrust, ICRF axes, shape (n, 3); NaN where the engine is off."""
        return self._thrust_direction * u.one

    @property
    def commanded_direction(self) -> u.Quantity:
        """Unit vectors along which the thrust was to go, ICRF axes, shape (n, 3).

        They are those of the thrust, but where the craft has an ``attitude_control``. NaN where the engine is off.
        """
        return self._commanded_direction * u.one

    @property
    def pointing_error(self) -> u.Quantity:
        """Angle between the thrust and where it was to go; NaN where the engine is off."""
        true, commanded = self._thrust_direction, self._commanded_direction
        across = np.linalg.norm(np.cross(true, commanded), axis=-1)
        return np.degrees(np.arctan2(across, np.sum(true * commanded, axis=-1))) * u.deg

    @property
    def pitch(self) -> u.Quantity:
        """Angle of the thrust above the local horizontal; NaN where the engine is off."""
        return np.degrees(over_ground.thrust_elevation(self._thrust_direction, self.states)) * u.deg

    @property
    def commanded_pitch(self) -> u.Quantity:
        """Angle above the local horizontal along which the thrust was to go; NaN where the engine is off."""
        return np.degrees(over_ground.thrust_elevation(self._commanded_direction, self.states)) * u.deg

    @property
    def powered_descent(self) -> tuple[Time, Time] | None:
        """First ignition and last cut-off of the last burns of the flight that lie less than 15 min apart.

        None where the engine never burned.
        """
        found = self.trajectory.powered_descent_s()
        return None if found is None else (time_after(self.start, found[0]), time_after(self.start, found[1]))

    def range_to_go(self, site: Site, *, since: Time | None = None) -> u.Quantity:
        """Return the distances to a site over the 1737.4 km sphere; negative beyond the site.

        Parameters
        ----------
        site : Site
            Where the range is zero.
        since : Time, optional
            Distances are measured along the great circle to the site from the place below the craft at this time;
            default: the start of the powered descent, or of a flight without burns.

        Raises
        ------
        InputError
            If ``site`` is not a Site.
        SpanError
            If ``since`` lies outside the flown span.
        """
        return over_ground.range_to_go(self.states, site, self._start_of_range(since))

    def thrust_lean(self, site: Site, *, since: Time | None = None) -> u.Quantity:
        """Return the angles from the local vertical to the thrust, in the plane of :meth:`range_to_go`.

        Positive: the thrust leans towards the site, so that the craft gains speed downrange; -90 deg: it brakes along
        the horizontal. NaN where the engine is off.

        Parameters
        ----------
        site : Site
            As for :meth:`range_to_go`.
        since : Time, optional
            As for :meth:`range_to_go`.
        """
        start = self._start_of_range(since)
        return np.degrees(over_ground.lean(self._thrust_direction, self.states, site, start)) * u.deg

    @property
    def mass(self) -> u.Quantity:
        """Mass of the craft.

        Raises
        ------
        InputError
            If the flight has no craft.
        """
        if self.scenario.craft is None:
            raise InputError("this flight has no craft and so no mass: simulate a Scenario with a Spacecraft")
        return self._samples[1][:, motion.MASS] * u.kg

    @property
    def thrust(self) -> u.Quantity:
        """True thrust."""
        return self._samples[2] * u.N

    @property
    def delta_v(self) -> u.Quantity:
        """True delta-v since the start of the flight."""
        return self._samples[1][:, motion.DV_TRUE] * (u.m / u.s)

    @property
    def delta_v_sensed(self) -> u.Quantity:
        """Delta-v since the start of the flight as the accelerometer sensed it."""
        return self._samples[1][:, motion.DV_SENSED] * (u.m / u.s)

    @cached_property
    def states(self) -> State:
        """The states of the histories, as one State of many times."""
        y = self._samples[1]
        return State(y[:, motion.POSITION] * u.m, y[:, motion.VELOCITY] * (u.m / u.s), self.times)

    def to_table(self) -> QTable:
        """Return the histories as a table of quantities."""
        histories = {
            "time": self.times,
            "elapsed": self.elapsed,
            "position": self.states.position,
            "velocity": self.states.velocity,
            "latitude": self.latitude.to(u.deg),
            "longitude": self.longitude.to(u.deg),
            "altitude": self.altitude.to(u.km),
            "speed": self.speed,
            "flight_path_angle": self.flight_path_angle,
            "thrust": self.thrust,
            "delta_v": self.delta_v,
            "delta_v_sensed": self.delta_v_sensed,
        }
        if self.scenario.craft is not None:
            histories["mass"] = self.mass
            if self.scenario.craft.attitude_control is not None:
                histories["thrust_direction"] = self.thrust_direction
                histories["commanded_direction"] = self.commanded_direction
                histories["pointing_error"] = self.pointing_error
        return QTable(histories, meta={"scenario": self.scenario.name, "frame": tables.FRAME})

    def lanes(self) -> QTable:
        """Return what was true, measured, estimated and commanded as a table of quantities, NaN where there is nothing.

        Returns
        -------
        QTable
            At each guidance cycle, and at the samples of the histories where no guidance flies. Altitudes are above the
            1737.4 km sphere, speeds over the turning Moon. The columns end in the lane: ``altitude_``,
            ``altitude_rate_`` and ``horizontal_speed_`` with ``true``, ``measured`` and ``estimated``, ``delta_v_``
            with ``true``, ``measured`` and ``commanded``, ``thrust_`` and ``pitch_`` with ``true`` and ``commanded``;
            ``altitude_sigma`` is what the filter takes for the standard deviation of its altitude. Its ``meta`` says
            what the flight's :attr:`partings` are.

        Notes
        -----
        What the altimeter measured last is the altitude from which its beam would have that length to level ground as
        high as the landing site. The delta-v that is commanded is that at which the computer is to cut a burn off, as
        sensed; thrust and pitch are those of a sound engine. Under guidance they are what it asks for at each cycle;
        without a :attr:`navigation` they are NaN while an engine ignites, builds up or tails off.

        Examples
        --------
        >>> import lunarsim as ls
        >>> table = ls.simulate(ls.load_scenario("luna25")).lanes()
        >>> print(max(table["delta_v_true"]).round(1), max(table["delta_v_measured"]))
        25.2 m / s 0.0 m / s
        """
        table = lanes(self)
        table.meta["partings"] = [str(parting) for parting in self.partings]
        return table

    @cached_property
    def partings(self) -> tuple[Parting, ...]:
        """Where what was measured or estimated parts from what was true, in the order of time.

        Of each burn: where the sensed delta-v is 0.1 m/s off the true one. Of the navigation: where a filter is further
        off than one that knows its errors is once in a million, or an estimate without an uncertainty of its own is off
        by 100 m or 1 m/s.
        """
        return partings(self)

    @property
    def has_lanes(self) -> bool:
        """Whether something is measured or estimated: there is a burn, or a navigation with errors."""
        return has_lanes(self)

    def to_pandas(self) -> Any:
        """Return the histories as a pandas DataFrame: the rows of :meth:`to_table`, units in the names of columns.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``time_utc``, in nanoseconds; an ignition or a cut-off stands twice, before and after.

        Raises
        ------
        LunarsimError
            If pandas is not installed.
        """
        return tables.to_pandas(self.to_table())

    def to_xarray(self) -> Any:
        """Return the histories as an xarray Dataset over ``time`` (UTC), with attributes as the CF conventions ask.

        Returns
        -------
        xarray.Dataset
            Each time stands once; at a jump, with the values after it.

        Raises
        ------
        LunarsimError
            If xarray is not installed.
        """
        return tables.to_xarray(self.to_table(), tables.about(self.scenario, self.outcome))

    def cross_check(self, *, detect: Sequence[Detector] = (), accuracy: Accuracy | None = None) -> IntegratorComparison:
        """Fly the same scenario by the other integrator, and return how far the two are apart.

        Parameters
        ----------
        detect : sequence of Detector
            What was looked for besides the apsides when this flight was flown.
        accuracy : Accuracy, optional
            Tolerances of the other integrator.

        Examples
        --------
        >>> import lunarsim as ls
        >>> from astropy import units as u
        >>> check = ls.simulate(ls.load_scenario("luna25")).cross_check()
        >>> check.alike, bool(check.end < 1 * u.mm)
        (True, True)
        """
        return compared_with_other(self, detect, accuracy)

    def explore(self) -> Any:
        """Return an interactive page of the flight for a notebook: panels with one cursor, map, orbit, timeline.

        :func:`lunarsim.report` writes the same into a file; :func:`lunarsim.explore` takes several flights.
        """
        import lunarsim  # noqa: PLC0415  (pages are drawn on a floor above)

        return lunarsim.explore(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the flight into one file, from which :meth:`load` returns the same flight to the last bit.

        Raises
        ------
        InputError
            If the scenario holds something of a class that is not lunarsim's, such as a steering law of your own, or
            parts of the flight were replaced by those of another.
        OutputError
            If the file cannot be written; nothing is then left half-written.
        """
        save_flight(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Flight:
        """Return a flight that :meth:`save` wrote; nothing in the file is executed.

        Raises
        ------
        DataError
            If the file is missing, damaged, not a saved flight, or written by a newer lunarsim.
        """
        return load_flight(path, cls)

    def __repr__(self) -> str:
        return f"<flight of {self.scenario.name or 'a coast'}, {self.duration:.1f}: {self.outcome}>"

    def _repr_html_(self) -> str:
        mps = u.m / u.s
        decimals = self.scenario.delta_v_decimals(2)
        burns = [
            (
                f"burn '{record.name}'",
                f"{record.duration.to_value(u.s):.1f} s, {record.delta_v.to_value(mps):.{decimals}f} m/s, ended by "
                f"{record.cutoff.value}",
            )
            for record in self.burns
        ]
        phases = [(f"phase '{record.name}'", f"{record.law}, ended by {record.ended_by}") for record in self.phases]
        rows = [
            ("outcome", self.outcome),
            ("lasted", f"{self.duration.to_value(u.s):.1f} s from {self.start.utc.isot} UTC"),
            *burns,
            *phases,
            ("faults", "\n".join(fault.title for fault in self.scenario.faults) or "none"),
            ("flown by", self.integrator),
        ]
        return as_table(self.scenario.title or self.scenario.name or "a coast", rows)

    @cached_property
    def _samples(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        return self.trajectory.sampled()

    def _start_of_range(self, since: Time | None) -> State:
        descent = self.powered_descent
        return self.at(since if since is not None else self.start if descent is None else descent[0])

    @cached_property
    def _ground_velocity(self) -> tuple[u.Quantity, u.Quantity]:
        return over_ground.ground_velocity(self.states)

    @cached_property
    def _thrust_direction(self) -> NDArray[np.float64]:
        phases, ends = self.trajectory.phases, np.cumsum(self.trajectory.samples_per_phase())
        times_s, vectors = (np.split(each, ends[:-1]) for each in self._samples[:2])
        burns = planned_burns(self.scenario)
        return np.concatenate([thrust_directions(burns, *each) for each in zip(phases, times_s, vectors, strict=True)])

    @cached_property
    def _commanded_direction(self) -> NDArray[np.float64]:
        phases, samples = self.trajectory.phases, self.trajectory.samples_per_phase()
        commanded = [np.full(3, np.nan) if phase.commanded is None else phase.commanded for phase in phases]
        known = np.repeat(np.array(commanded), samples, axis=0)
        return np.where(np.isnan(known) | np.isnan(self._thrust_direction), self._thrust_direction, known)

    def _inside(self, time: Time) -> NDArray[np.float64]:
        if not isinstance(time, Time) or time.ndim > 1:
            raise InputError(f"time = {time!r}: expected one Time or an array of n, such as flight.start + 5 * u.min")
        t_s = seconds_after(self.start, time)
        end_s = self.trajectory.end_s
        if np.any(t_s < -_EDGE_S) or np.any(t_s > end_s + _EDGE_S):
            raise SpanError(
                f"the flight was asked for {np.min(time).isot} to {np.max(time).isot} {time.scale.upper()}: it flew "
                f"from {self.start.isot} to {self.end.isot} {self.start.scale.upper()}, and nothing is extrapolated"
            )
        inside: NDArray[np.float64] = np.clip(t_s, 0.0, end_s)
        return inside
