"""What an import leaves out, and what it cannot do: each named, with the line of the script."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lunarsim.errors import clipped
from lunarsim.orbits.files.text_lines import Line


@dataclass
class Notes:
    """What was met in a script and is not flown."""

    unsupported: list[str] = field(default_factory=list)  #: what would change the flight
    left_out: list[str] = field(default_factory=list)  #: what has no effect on it, or is done here in another way

    def refuse(self, line: Line, why: str) -> None:
        """Note what the import cannot do."""
        self.unsupported.append(_at(line, why))

    def leave_out(self, line: Line, why: str) -> None:
        """Note what the flight does not need."""
        self.left_out.append(_at(line, why))


def _at(line: Line, why: str) -> str:
    return f"line {line.number}: {clipped(why, 160)}"


def in_words(path: Path, notes: list[str], most: int = 12) -> str:
    """Return notes as lines of an error."""
    more = [f"and {len(notes) - most} more"] if len(notes) > most else []
    return "\n".join(f"{path}: {note}" for note in [*notes[:most], *more])
