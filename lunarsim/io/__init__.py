"""Files in and out."""

from lunarsim.io.output import prepare_folder, write_files
from lunarsim.io.scenario_file import read_scenario
from lunarsim.io.summary import flight_summary

__all__ = ["flight_summary", "prepare_folder", "read_scenario", "write_files"]
