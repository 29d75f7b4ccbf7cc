"""A system that refuses to write: what a person is told to do follows from its reason."""

import errno
import os
from pathlib import Path

import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.errors import OutputError
from lunarsim.files import written_whole
from lunarsim.io import prepare_folder, write_files

ADVICE = {
    errno.EACCES: "that you may write to",
    errno.EPERM: "that you may write to",
    errno.ENOSPC: "free some space, or give",
    errno.EDQUOT: "free some space, or give",
    errno.EFBIG: "free some space, or give",
    errno.EROFS: "on another disk, this one can only be read",
    errno.ENAMETOOLONG: "give a shorter name",
    errno.ENOENT: "that exists, or make it first",
    errno.EISDIR: "move away the folder of this name",
    errno.EIO: "see whether the disk fails",
}


def refuse(number):
    raise OSError(number, os.strerror(number))


@pytest.mark.parametrize("number", ADVICE)
def test_each_reason_of_a_system_gets_its_own_advice_wherever_a_file_is_written(tmp_path, number):
    def fail(_):
        refuse(number)

    with pytest.raises(OutputError) as of_a_file, written_whole(tmp_path / "flight.npz"):
        refuse(number)
    with pytest.raises(OutputError) as of_a_folder:
        write_files(tmp_path / "results", {"summary.json": fail})
    for caught in (of_a_file, of_a_folder):
        words = str(caught.value)
        assert os.strerror(number) in words
        assert ADVICE[number] in words
        assert ("you may write to" in words) == (number in {errno.EACCES, errno.EPERM})
        assert caught.value.errno == number
    assert not list(tmp_path.glob("*.npz"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_as_one(tmp_path):
    words = r"No space left on device\): free some space, or give a file in a folder on another disk"
    with pytest.raises(OutputError, match=words), written_whole(tmp_path / "flight.csv"):
        Path("/dev/full").write_text("x", encoding="utf-8")


def test_a_name_that_is_too_long_for_a_file_is_asked_to_be_shorter(tmp_path):
    moon = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
    flight = ls.propagate(ls.load_scenario("luna25").state, 10 * u.s, moon)
    for refused in (
        lambda: flight.save(tmp_path / ("x" * 300)),
        lambda: ls.write_csv(flight, tmp_path / ("x" * 300)),
        lambda: prepare_folder(tmp_path / ("x" * 300)),
    ):
        with pytest.raises(OutputError, match="give a shorter name"):
            refused()
    assert list(tmp_path.iterdir()) == []
