"""A system that refuses to write: what a person is told to do follows from its reason."""

import errno
import os
import socket
import tempfile
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


# --- what stands where a file is to be written ---


def write_one(path):
    with written_whole(path) as draft:
        draft.write_bytes(b"new")


def write_among_others(path):
    write_files(path.parent, {path.name: lambda draft: draft.write_bytes(b"new")})  # type: ignore[dict-item]


WAYS = pytest.mark.parametrize("write", [write_one, write_among_others])
posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes, sockets and links")


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


@posix
@WAYS
@pytest.mark.parametrize(("make", "kind"), [(os.mkfifo, "a pipe"), (make_socket, "a socket"), (os.mkdir, "a folder")])
@pytest.mark.parametrize("linked", [False, True])
def test_what_is_no_file_is_not_replaced_by_one(tmp_path, monkeypatch, write, make, kind, linked):
    monkeypatch.chdir(tmp_path)  # names of sockets must be short
    make("place")
    before = os.stat("place")
    if linked:
        Path("link").symlink_to("place")
    with pytest.raises(OutputError, match=rf"is {kind}\): (give the name of a file|give another name)"):
        write(tmp_path / ("link" if linked else "place"))
    assert os.stat("place")[:3] == before[:3]  # mode, inode, device
    assert Path("link").is_symlink() == linked
    assert len(list(tmp_path.iterdir())) == 1 + linked


@posix
@WAYS
@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("stands", [True, False])
def test_a_link_stays_and_the_file_that_it_leads_to_is_written(tmp_path, write, depth, stands):
    target = tmp_path / "elsewhere" / "data.csv"
    target.parent.mkdir()
    if stands:
        target.write_bytes(b"old")
    leads_to = Path("elsewhere", "data.csv")
    for i in range(depth):
        link = tmp_path / f"link{i}"
        link.symlink_to(leads_to)
        leads_to = Path(link.name)
    write(link)
    assert target.read_bytes() == b"new"
    assert all((tmp_path / f"link{i}").is_symlink() for i in range(depth))
    assert [each.name for each in target.parent.iterdir()] == ["data.csv"]


@posix
@WAYS
def test_a_link_that_leads_in_a_circle_or_nowhere_is_refused(tmp_path, write):
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "lost").symlink_to(Path("no", "such", "folder.csv"))
    for name in ("circle", "lost"):
        with pytest.raises(OutputError):
            write(tmp_path / name)
        assert (tmp_path / name).is_symlink()


@posix
@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second disk")
@WAYS
def test_a_link_to_another_disk_is_followed(tmp_path, write):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        target = Path(other, "data.csv")
        (tmp_path / "link").symlink_to(target)
        write(tmp_path / "link")
        assert target.read_bytes() == b"new"
        assert os.listdir(other) == ["data.csv"]
