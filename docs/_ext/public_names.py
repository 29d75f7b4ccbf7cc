"""A warning for each public name that the API page does not list; a strict build then fails."""

import re
from inspect import ismodule
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

import lunarsim

_PAGE = "api/index"

logger = logging.getLogger(__name__)


def check(_app: Sphinx, env: BuildEnvironment) -> None:
    """Compare the names that ``import lunarsim`` offers with those on the page."""
    listed = set(
        re.findall(r"^\s*(?:lunarsim\.)?(\w+)\s*$", Path(env.doc2path(_PAGE)).read_text("utf-8"), re.MULTILINE)
    )
    missing = {name for name in set(lunarsim.__all__) - listed if not ismodule(getattr(lunarsim, name))}
    for name in sorted(missing):  # packages are pages of their own, or the way to what is listed
        logger.warning("lunarsim.%s is public and not on the page", name, location=_PAGE)


def setup(app: Sphinx) -> dict[str, bool]:
    """Check when all pages are read."""
    app.connect("env-check-consistency", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
