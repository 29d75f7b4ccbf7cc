"""When telemetry of a flight reaches Earth, and commands the craft."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim import constants
from lunarsim.flight import Flight
from lunarsim.flight.driver.lowering import lower
from lunarsim.flight.events.detectors import Detector
from lunarsim.flight.events.sky import Sky
from lunarsim.kernels.forces import motion
from lunarsim.mission.clock import seconds_after, time_after


class Signals:
    """When telemetry of a flight reaches Earth, and commands the craft; in seconds after its start."""

    def __init__(self, flight: Flight, watch: Detector) -> None:
        scenario, lowered = flight.scenario, lower(flight.scenario)
        self._flight, self._start = flight, scenario.state.epoch
        self._end_s = float(flight.duration.to_value(u.s))
        self._sky = Sky(scenario.moon, lowered.environment, scenario.state.epoch, lowered.longest_s)
        (self._watched,) = watch.watched(self._sky)

    def time(self, t_s: float | None) -> Time | None:
        """Return a time of the flight; None where there is none."""
        return None if t_s is None else time_after(self._start, t_s)

    def windows_s(self, from_s: float) -> list[tuple[float, float]]:
        """Return when Earth is in view, from a time to the end of the flight."""
        told = {self._watched.rising, self._watched.falling}
        changes = [
            float(seconds_after(self._start, event.time))
            for event in self._flight.timeline
            if event.kind in told and event.detail == self._watched.detail
        ]
        edges = [from_s, *(t for t in changes if from_s < t < self._end_s), self._end_s]
        return [(a, b) for a, b in pairwise(edges) if self._in_view(0.5 * (a + b))]

    def received_s(self, t_s: float, windows: list[tuple[float, float]]) -> float | None:
        """Return when Earth receives what happened at a time."""
        sent = next((max(a, t_s) for a, b in windows if b > t_s), None)
        return None if sent is None else sent + self.light_s(sent)

    def commanded_s(self, ready_s: float, windows: list[tuple[float, float]]) -> float | None:
        """Return when a command that is ready on Earth at a time is on board."""
        arrival = ready_s + self.light_s(min(ready_s, self._end_s))
        return next((max(a, arrival) for a, b in windows if b > arrival), None)

    def latest_sent_s(self, by_s: float, windows: list[tuple[float, float]]) -> float | None:
        """Return when a command has to leave Earth so that it is on board by a time."""
        arrivals = [min(b, by_s) for a, b in windows if a <= by_s]
        return arrivals[-1] - self.light_s(arrivals[-1]) if arrivals else None

    def _in_view(self, t_s: float) -> bool:
        return self._watched.function(t_s, self._flight.trajectory.at(np.array([t_s]))[0][0]) > 0.0

    def light_s(self, t_s: float) -> float:
        """Return the time that light takes between the Earth's centre and the craft."""
        r = self._flight.trajectory.at(np.array([t_s]))[0][0, motion.POSITION]
        return float(np.linalg.norm(self._sky.earth(t_s) - r)) / constants.SPEED_OF_LIGHT_MPS
