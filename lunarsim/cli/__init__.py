"""The command line."""

from __future__ import annotations

import sys
import warnings


def main() -> None:
    """Run the command line; an error of lunarsim's is one message and exit status 2."""
    from rich.console import Console  # noqa: PLC0415  (kept out of `import lunarsim`)
    from rich.text import Text  # noqa: PLC0415

    from lunarsim.cli.app import app  # noqa: PLC0415
    from lunarsim.errors import LunarsimError, OutputError  # noqa: PLC0415

    # leap seconds of far years are not known: true, and nothing that a person here could act on
    warnings.filterwarnings("ignore", message='ERFA function .* "dubious year')
    try:
        app()
    except LunarsimError as error:
        where = "--out " if isinstance(error, OutputError) else ""
        Console(stderr=True, soft_wrap=True).print(
            Text("error: ", style="bold red").append(f"{where}{error}", style="default")
        )
        sys.exit(2)
