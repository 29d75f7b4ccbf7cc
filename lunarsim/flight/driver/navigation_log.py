"""What the navigation of a flight estimated, and what happened to its sensors, as the pilot logs it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lunarsim.flight.events.timeline import EventKind
from lunarsim.flight.result.navigation import NavigationHistory
from lunarsim.kernels.guidance.look import Command
from lunarsim.kernels.navigation.estimate import KALMAN
from lunarsim.kernels.records import Record

#: What the computer counts of a sensor, and what the timeline calls it when it begins.
_COUNTED = {
    ("altimeter", "acquired"): EventKind.ALTIMETER_ACQUIRED,
    ("altimeter", "lost"): EventKind.ALTIMETER_LOST,
    ("altimeter", "rejected"): EventKind.ALTIMETER_REJECTED,
    ("altimeter", "ignored"): EventKind.ALTIMETER_IGNORED,
    ("velocimeter", "acquired"): EventKind.VELOCIMETER_ACQUIRED,
    ("velocimeter", "lost"): EventKind.VELOCIMETER_LOST,
    ("velocimeter", "rejected"): EventKind.VELOCIMETER_REJECTED,
    ("velocimeter", "ignored"): EventKind.VELOCIMETER_IGNORED,
}
#: Told once, while it goes on: from the first sample that is rejected to the next that is taken.
_REJECTED = {"altimeter": EventKind.ALTIMETER_REJECTED, "velocimeter": EventKind.VELOCIMETER_REJECTED}
_ACCEPTED = {"altimeter": EventKind.ALTIMETER_ACCEPTED, "velocimeter": EventKind.VELOCIMETER_ACCEPTED}
_ACQUIRED = (EventKind.ALTIMETER_ACQUIRED, EventKind.VELOCIMETER_ACQUIRED)
_LOST = (EventKind.ALTIMETER_LOST, EventKind.VELOCIMETER_LOST)
_SENSORS = {kind: sensor for (sensor, _), kind in _COUNTED.items()} | {
    kind: sensor for sensor, kind in _ACCEPTED.items()
}


class NavigationLog:
    """Follows what the computer remembers of its navigation.

    Parameters
    ----------
    own : record
        What it remembers.
    """

    def __init__(self, own: Record) -> None:
        self._own = own
        self._counts = self._counted()
        self._restarts = 0.0
        self._standing: set[EventKind] = set()
        self._rows: list[tuple[NDArray[np.float64], ...]] = []

    def that_begin(self) -> list[tuple[EventKind, str]]:
        """Return what has happened since this was asked last, with its details; what goes on is told when it begins."""
        counts = self._counted()
        grown = [kind for kind, more in zip(_COUNTED.values(), counts > self._counts, strict=True) if more]
        begun = [kind for kind in grown if kind not in self._standing]
        rejected = self._standing | set(begun)
        standing = {kind for sensor, kind in _REJECTED.items() if self._own[sensor].in_a_row > 0.0}
        begun += [_ACCEPTED[sensor] for sensor, kind in _REJECTED.items() if kind in rejected - standing]
        if self._own.restarts > self._restarts:
            begun.append(EventKind.FILTER_REINITIALISED)
        self._standing = standing
        self._counts, self._restarts = counts, float(self._own.restarts)
        return [(kind, self._detail(kind)) for kind in begun]

    def _detail(self, kind: EventKind) -> str:
        """Return what a sensor has just measured, and how far that was from what was expected."""
        sensor = _SENSORS.get(kind)
        over = kind in _REJECTED.values() and kind not in self._standing  # another has been taken since
        if sensor is None or over or kind in _LOST:
            return ""
        own = self._own[sensor]
        told = f"range {own.measured[0]:.0f} m"
        if sensor == "velocimeter":
            told = f"speed {np.linalg.norm(own.measured):.1f} m/s"
        return told if kind in _ACQUIRED else f"{told}, {own.innovation:.2g} standard deviations off"

    def record(self, t_s: float, y: NDArray[np.float64], kind: float, command: Command | None, full_n: float) -> None:
        """Keep what is true, measured, estimated and commanded at a time; nothing is commanded at the end."""
        own = self._own
        commanded = np.full(3, np.nan) if command is None else command.throttle * full_n * command.direction
        ranged, moved = own.altimeter.acquired > 0.0, own.velocimeter.acquired > 0.0
        self._rows.append(
            (
                np.array(t_s),
                y[:6].copy(),
                np.concatenate((own.position_m, own.velocity_mps)),
                np.array(own.altitude_bias_m),
                own.covariance.copy() if kind == KALMAN else np.full(own.covariance.shape, np.nan),
                np.array(own.altimeter.measured[0] if ranged else np.nan),
                own.velocimeter.measured.copy() if moved else np.full(3, np.nan),
                own.sensed_dv_mps.copy(),
                commanded,
            )
        )

    def history(self) -> NavigationHistory | None:
        """Return what was kept; None: nothing."""
        if not self._rows:
            return None
        columns = (np.array(column) for column in zip(*self._rows, strict=True))
        names = ("elapsed_s", "true_state", "estimated_state", "altitude_bias_m", "covariances")
        names += ("measured_range_m", "measured_velocity_mps", "sensed_delta_v_mps", "commanded_n")  # type: ignore[assignment]
        own = self._own
        numbers = float(own.altimeter.numbers + own.velocimeter.numbers)
        return NavigationHistory(
            **dict(zip(names, columns, strict=True)),
            nis=float(own.altimeter.chi_square + own.velocimeter.chi_square) / numbers if numbers > 0.0 else np.nan,
            innovations=int(numbers),
            altimeter_rejected=int(own.altimeter.rejected),
            velocimeter_rejected=int(own.velocimeter.rejected),
            restarts=int(own.restarts),
        )

    def _counted(self) -> NDArray[np.float64]:
        of = {sensor: self._own[sensor] for sensor in _REJECTED}  # a record within a record takes long to get
        return np.array([of[sensor][count] for sensor, count in _COUNTED])
