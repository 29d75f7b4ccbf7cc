"""The state of an Orbit Parameter Message (OPM) in key-value notation: CCSDS 502.0-B-3, section 3."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.time import Time

from lunarsim.errors import ModelWarning, warn
from lunarsim.orbits.files.key_value import Value, collect, needed, not_a_pair, pair_of, read_message
from lunarsim.orbits.files.reference_frames import States, check_centre, frame_of, to_icrf
from lunarsim.orbits.files.time_systems import epochs_of, scale_of

KIND, VERSION_KEY = "an Orbit Parameter Message (OPM)", "CCSDS_OPM_VERS"

_FIRST_OF_MANEUVER = "MAN_EPOCH_IGNITION"  # with each of which the keywords begin anew


def read_state(path: Path) -> tuple[States, Time]:
    """Return the state (m, m/s) in axes of the ICRF, shape (6,), and its time.

    Raises
    ------
    DataError
        If the file is no OPM about the Moon that can be read.

    Warns
    -----
    ModelWarning
        If it has maneuvers.
    """
    parts: list[list[tuple[str, Value]]] = [[]]  # the state's, then a maneuver's each
    for line in read_message(path, KIND, VERSION_KEY):
        pair = pair_of(line)
        if pair is None:
            raise not_a_pair(line)
        if pair[0] == _FIRST_OF_MANEUVER:
            parts.append([])
        parts[-1].append(pair)
    values, *maneuvers = (collect(part) for part in parts)
    check_centre(needed(values, "CENTER_NAME", path, "the message"))
    frame = frame_of(needed(values, "REF_FRAME", path, "the message"))
    scale = scale_of(needed(values, "TIME_SYSTEM", path, "the message"))
    at = needed(values, "EPOCH", path, "the message")
    epoch = epochs_of([at.line], [at.text], scale)
    position = [needed(values, key, path, "the message").number("km") for key in ("X", "Y", "Z")]
    velocity = [needed(values, f"{key}_DOT", path, "the message").number("km/s") for key in ("X", "Y", "Z")]
    states = np.array([[*position, *velocity]]) * 1e3
    if maneuvers:
        first = maneuvers[0][_FIRST_OF_MANEUVER]
        count = "1 maneuver is" if len(maneuvers) == 1 else f"{len(maneuvers)} maneuvers are"
        warn(
            f"{path}: {count} left aside, the first at {first.text} (line {first.line.number}): the state is taken "
            "alone; a burn that shall be flown goes into the plan",
            ModelWarning,
        )
    return to_icrf(frame, states, epoch)[0], epoch[0]
