"""The state of an Orbit Parameter Message (OPM) in key-value notation: CCSDS 502.0-B-3, section 3."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.time import Time

from lunarsim.orbits.files.key_value import collect, needed, not_a_pair, pair_of, read_message
from lunarsim.orbits.files.reference_frames import States, check_centre, frame_of, to_icrf
from lunarsim.orbits.files.time_systems import epochs_of, scale_of

KIND, VERSION_KEY = "an Orbit Parameter Message (OPM)", "CCSDS_OPM_VERS"

_FIRST_OF_MANEUVER = "MAN_EPOCH_IGNITION"  # from here on keywords repeat


def read_state(path: Path) -> tuple[States, Time]:
    """Return the state (m, m/s) in axes of the ICRF, shape (6,), and its time.

    Raises
    ------
    DataError
        If the file is no OPM about the Moon that can be read.
    """
    pairs = []
    for line in read_message(path, KIND, VERSION_KEY):
        pair = pair_of(line)
        if pair is None:
            raise not_a_pair(line)
        if pair[0] == _FIRST_OF_MANEUVER:
            break
        pairs.append(pair)
    values = collect(pairs)
    check_centre(needed(values, "CENTER_NAME", path, "the message"))
    frame = frame_of(needed(values, "REF_FRAME", path, "the message"))
    scale = scale_of(needed(values, "TIME_SYSTEM", path, "the message"))
    at = needed(values, "EPOCH", path, "the message")
    epoch = epochs_of([at.line], [at.text], scale)
    position = [needed(values, key, path, "the message").number("km") for key in ("X", "Y", "Z")]
    velocity = [needed(values, f"{key}_DOT", path, "the message").number("km/s") for key in ("X", "Y", "Z")]
    states = np.array([[*position, *velocity]]) * 1e3
    return to_icrf(frame, states, epoch)[0], epoch[0]
