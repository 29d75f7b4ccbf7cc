"""Which members of a class its docstring describes, so that its page does not list them again."""

import importlib
import inspect

from numpydoc.docscrape import NumpyDocString


def described(module: str, name: str) -> str:
    """Return the names under Parameters and Attributes of a class's docstring, as ``:exclude-members:`` takes them."""
    sections = NumpyDocString(inspect.getdoc(getattr(importlib.import_module(module), name)) or "")
    entries = [*sections["Parameters"], *sections["Attributes"]]
    return ", ".join(name.strip() for entry in entries for name in entry.name.split(","))
