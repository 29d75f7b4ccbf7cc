"""The start of a scenario in a file of another program: an OEM, an OPM, an SPK or a script of GMAT."""

from __future__ import annotations

from pathlib import Path

from astropy.time import Time

from lunarsim import data
from lunarsim.errors import DataError, InputError, shown
from lunarsim.io.gmat.mission import state_of_script
from lunarsim.orbits import State

_BEGINNING = 8192  # bytes, in which a message says what it is, behind comments
_DAF = (b"DAF/", b"NAIF/DAF")
_MESSAGES = {b"CCSDS_OEM_VERS": "oem", b"CCSDS_OPM_VERS": "opm"}
_SCRIPTS = (".script", ".m")


def state_in_file(*, folder: Path, file: str, epoch: Time | None = None, body: int | None = None) -> State:
    """Return the state that a file beside a scenario file has.

    Parameters
    ----------
    folder : Path
        Of the scenario file, in which or below which the file lies.
    file : str
        Its name. What it is, its first lines say, and of a script its name.
    epoch : Time, optional
        Of an OEM or an SPK; an OEM has a first one without it.
    body : int, optional
        NAIF's number, of an SPK.

    Raises
    ------
    InputError
        If the kind of file needs an epoch or a body, or takes none.
    DataError
        If the file is not there, of another kind, or cannot be read.
    SpanError
        If it has no state at the epoch.
    """
    path = data.find_beside(folder, file)
    kind = kind_of(path)
    takes_epoch, takes_body = kind in {"oem", "spk"}, kind == "spk"
    if epoch is not None and not takes_epoch:
        raise InputError(f"epoch is given, and {shown(file)} has a state at one time alone: leave epoch out")
    if body is not None and not takes_body:
        raise InputError(f"body is given, and {shown(file)} is no SPK: leave body out")
    if takes_body and (body is None or epoch is None):
        raise InputError(f"{shown(file)} is an SPK: give body, NAIF's number of the craft, such as -999, and epoch")
    match kind:
        case "oem":
            return State.from_oem(path, epoch)
        case "opm":
            return State.from_opm(path)
        case "spk":
            assert body is not None  # looked at above
            assert epoch is not None
            return State.from_spk(path, body, epoch)
    return state_of_script(path)


def kind_of(path: Path) -> str:
    """Return what kind of file with a state this is: ``"oem"``, ``"opm"``, ``"spk"`` or ``"gmat"``.

    Raises
    ------
    DataError
        If it is none of them, or cannot be read.
    """
    try:
        with path.open("rb") as opened:
            start = opened.read(_BEGINNING)
    except OSError as error:
        raise DataError(f"{path}: the file cannot be read: {error.strerror or error}") from None
    if start.upper().startswith(_DAF):
        return "spk"
    message = next((kind for word, kind in _MESSAGES.items() if word in start.upper()), None)
    if message is not None:
        return message
    if path.suffix.lower() in _SCRIPTS:
        return "gmat"
    raise DataError(
        f"{path}: this is no file that has a state: expected an OEM or an OPM in key-value notation, an SPK, or a "
        f"script of GMAT with a name that ends in {' or '.join(_SCRIPTS)}"
    )
