"""Data files that the package does not carry: which there are, where they are, how to get them."""

from lunarsim.arguments import check_calls
from lunarsim.data.integrity import Check, Condition, check, verify
from lunarsim.data.places import Found, Place, cache_folder, data_folder, locate, user_path
from lunarsim.data.registry import DataFile, known_files, registered
from lunarsim.data.retrieval import download, fetch, find, find_beside

__all__ = [
    "Check",
    "Condition",
    "DataFile",
    "Found",
    "Place",
    "cache_folder",
    "check",
    "data_folder",
    "download",
    "fetch",
    "find",
    "find_beside",
    "known_files",
    "locate",
    "registered",
    "user_path",
    "verify",
]

check_calls(__name__, __all__)
