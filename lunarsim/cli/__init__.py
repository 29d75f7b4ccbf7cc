"""The command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; an error of lunarsim's is one message and exit status 2."""
    from rich.console import Console  # noqa: PLC0415  (kept out of `import lunarsim`)
    from rich.text import Text  # noqa: PLC0415

    from lunarsim.cli.app import app  # noqa: PLC0415
    from lunarsim.errors import LunarsimError  # noqa: PLC0415

    try:
        app()
    except LunarsimError as error:
        Console(stderr=True, soft_wrap=True).print(
            Text("error: ", style="bold red").append(str(error), style="default")
        )
        sys.exit(2)
