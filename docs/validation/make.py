"""Make the tables and figures of the validation page.

    python docs/validation/make.py             all sections, some fifteen to twenty minutes
    python docs/validation/make.py heyoka      one section; several names make several
    python docs/validation/make.py --write     tables and figures again from the results that are there

Each section measures, writes what it found to ``results/<section>.json``, and from that alone its tables
(``tables/*.inc``, which the page includes) and its figures (``figures/*.png``). ``LUNARSIM_DATA`` must name the
folder with ``LP165P.cof`` and ``LDEM_4.IMG``; the peers come with ``pip install lunarsim[test,bench]``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

SECTIONS = (
    "kernels",
    "heyoka",
    "published",
    "events",
    "frames",
    "oem",
    "lifetimes",
    "terrain",
    "ladder",
    "cost",
    "drivers",
    "scaling",
    "costs",
)
MODULES = {"heyoka": "heyoka_orbit", "oem": "oem_file"}  # a module may not have the name of the package it imports


def module(section: str) -> Any:
    """Return the module of a section."""
    return importlib.import_module(f"sections.{MODULES.get(section, section)}")


def results_of(section: str) -> dict[str, Any]:
    """Return what a section found when it was last measured."""
    results: dict[str, Any] = json.loads((HERE / "results" / f"{section}.json").read_text(encoding="utf-8"))
    return results


def measure(section: str) -> None:
    """Measure a section and keep what it found."""
    results = module(section).measure()
    text = json.dumps(results, indent=1) + "\n"
    (HERE / "results" / f"{section}.json").write_text(text, encoding="utf-8")


def write(section: str) -> None:
    """Write the tables and figures of a section from its results."""
    results, functions = results_of(section), module(section)
    for name, text in functions.tables(results).items():
        (HERE / "tables" / f"{name}.inc").write_text(text, encoding="utf-8")
    for name, figure in getattr(functions, "draw", lambda _: {})(results).items():
        figure.savefig(HERE / "figures" / f"{name}.png", metadata={"Software": None})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], default=[], metavar="section")
    parser.add_argument("--write", action="store_true", help="measure nothing, write from the results that are there")
    given = parser.parse_args()
    for folder in ("results", "tables", "figures"):
        (HERE / folder).mkdir(exist_ok=True)
    for chosen in given.sections or SECTIONS:
        if not given.write:
            measure(chosen)
        write(chosen)
        print(chosen, flush=True)
