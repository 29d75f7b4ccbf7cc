"""Settings of the gallery: each script of ``examples/`` is run when the documentation is built.

A script that raises, a failed ``assert`` included, fails the build. Only what has changed runs again;
``-D plot_gallery=0`` runs none.
"""

from __future__ import annotations

import re
from typing import Any

from lunarsim import data
from lunarsim.errors import LunarsimError

FOLDERS = ("orbits", "burns", "landings", "terrain", "campaigns", "what_if", "own")

#: Scripts that need a larger file, which is not in the package.
NEEDS = {"lola.py": "LDEM_4.IMG"}


def _found(name: str) -> bool:
    try:
        data.find(name)
    except LunarsimError:
        return False
    return True


def _left_out() -> str:
    missing = [re.escape(script) for script, file in NEEDS.items() if not _found(file)]
    return "|".join([r"__init__\.py", *missing])


SETTINGS: dict[str, Any] = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",
    "ignore_pattern": _left_out(),
    "subsection_order": [f"../examples/{folder}" for folder in FOLDERS],
    "within_subsection_order": "ExampleTitleSortKey",
    "capture_repr": (),
    "show_memory": False,
    "show_signature": False,
    "download_all_examples": False,
    "thumbnail_size": (480, 336),
    "min_reported_time": 1.0,
    "doc_module": ("lunarsim",),
    "backreferences_dir": "gallery/backreferences",
    "inspect_global_variables": False,
}
