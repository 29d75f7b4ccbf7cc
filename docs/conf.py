"""How the documentation is built: ``sphinx-build -W docs docs/_build/html``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from described import described
from gallery_settings import SETTINGS

import lunarsim

project = "lunarsim"
author = "The lunarsim developers"
copyright = "2026, The lunarsim developers"  # noqa: A001  (Sphinx's name for it)
version = release = lunarsim.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
    "campaign_tables",
    "flown",
    "mathml",
    "notebooks",
    "provenance",
    "public_names",
    "scenario_keys",
]
exclude_patterns = ["_build", "gallery/**/*.ipynb"]
templates_path = ["_templates"]

sphinx_gallery_conf = SETTINGS

html_theme = "furo"
html_title = f"lunarsim {release}"
html_static_path = ["_static"]
html_css_files = ["lunarsim.css"]
html_math_renderer = "mathml"

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3

autosummary_generate = True
autosummary_imported_members = True
autosummary_context = {"described": described}
suppress_warnings = ["config.cache"]  # functions in the settings are not kept between builds
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc's sections give the types in words
add_module_names = False
numpydoc_show_class_members = False  # the templates list them
numpydoc_attributes_as_param_list = True
