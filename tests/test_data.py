"""Data files: the registry, where they are searched, how they are downloaded, how they are checked."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import astuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from command_line import here
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples

from lunarsim import data
from lunarsim.data.integrity import difference
from lunarsim.data.registry import read_registry
from lunarsim.errors import DataError, OutputError

CONTENT = bytes(range(256)) * 1000
USERS_FOLDER = os.environ.get("LUNARSIM_DATA")
KERNEL = "moon_pa_de421_1900-2050.bpc"
ENTRY = """
[[files]]
name = "{name}"
kind = "terrain"
what = "heights"
url = "https://example.org/heights"
size_bytes = 12
sha256 = "{sha256}"
sha256_from = "calculated"
licence = "public domain"
citation = "A paper"
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LUNARSIM_DATA", raising=False)
    monkeypatch.setenv("LUNARSIM_CACHE", str(tmp_path / "cache"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    return tmp_path / "cache"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send every request for another machine to a port of this one where nothing answers."""
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mine"
    path.mkdir()
    monkeypatch.setenv("LUNARSIM_DATA", str(path))
    return path


class Archive(ThreadingHTTPServer):
    """An archive on this machine; what it answers depends on the path that is asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Archive)
        self.server.asked.append(self.path)
        if self.path == "/absent":
            self.send_error(404)
            return
        body = b"\x01" + CONTENT[1:] if self.path == "/corrupted" else CONTENT
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.path == "/interrupted" else body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Archive() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def file_at(url: str, name: str = "heights.img") -> data.DataFile:
    return data.DataFile(
        name=name,
        kind="terrain",
        what="heights",
        url=url,
        size_bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        sha256_from="calculated",
        licence="public domain",
        citation="A paper",
    )


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command() -> Command:
    """Return what gives the exit status, standard output and standard error of ``lunarsim data ...``."""
    return lambda *arguments: astuple(here("data", *arguments, cwd=Path.cwd()))


def test_every_file_of_the_registry_has_a_secure_source_and_says_how_its_checksum_is_known() -> None:
    assert len(data.known_files()) >= 10
    for name, file in data.known_files().items():
        assert file.name == name
        assert file.url.startswith("https://")
        assert file.sha256_from
        assert file.citation


def test_every_terrain_file_of_the_registry_comes_with_its_label() -> None:
    images = [name for name in data.known_files() if name.endswith(".IMG")]
    assert images
    for name in images:
        assert name.replace(".IMG", ".LBL") in data.known_files()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("files = [", "not a TOML file"),
        (ENTRY.format(name="a.img", sha256="0" * 63), "files.0.sha256"),
        (ENTRY.format(name="../a.img", sha256="0" * 64), "files.0.name"),
        (ENTRY.format(name="a.img", sha256="0" * 64) + "colour = 'grey'", "files.0.colour"),
        (ENTRY.format(name="a.img", sha256="0" * 64).replace('licence = "public domain"', ""), "files.0.licence"),
        (ENTRY.format(name="a.img", sha256="0" * 64) + ENTRY.format(name="A.IMG", sha256="1" * 64), "the same name"),
    ],
)
def test_a_malformed_registry_is_an_error_that_names_the_key(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "registry.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=r"registry\.toml") as caught:
        read_registry(path)
    assert words in str(caught.value)


def test_a_path_comes_before_the_users_folder_and_the_folder_before_the_cache(
    tmp_path: Path, folder: Path, cache: Path
) -> None:
    cache.mkdir()
    given_path = tmp_path / "LP165P.cof"
    for path in (given_path, folder / "LP165P.cof", cache / "LP165P.cof"):
        path.write_text("")
    assert data.find(given_path) == given_path
    assert data.find("LP165P.cof") == folder / "LP165P.cof"
    (folder / "LP165P.cof").unlink()
    assert data.find("LP165P.cof") == cache / "LP165P.cof"


def test_a_file_that_the_registry_does_not_know_is_found_in_the_users_folder(folder: Path) -> None:
    (folder / "mine.gfc").write_text("")
    assert data.find("mine.gfc") == folder / "mine.gfc"


def test_upper_and_lower_case_are_alike_as_archives_differ_in_it(folder: Path) -> None:
    (folder / "ldem_4.img").write_text("")
    assert data.find("LDEM_4.IMG").name.lower() == "ldem_4.img"  # a file system may be blind to case, too
    assert data.registered("ldem_4.img").name == "LDEM_4.IMG"


def test_a_file_that_an_installed_package_carries_is_found_there_and_is_whole() -> None:
    check = data.check(data.registered(KERNEL))
    assert check.found is not None
    assert check.found.place is data.Place.PACKAGE
    assert check.condition is data.Condition.OK
    assert data.find(KERNEL) == check.found.path
    assert data.fetch(KERNEL) == check.found.path


def test_a_missing_file_is_one_line_that_says_how_to_get_it(folder: Path, cache: Path) -> None:
    with pytest.raises(DataError) as caught:
        data.find("LP165P.cof")
    words = str(caught.value)
    assert "\n" not in words
    assert "lunarsim data fetch LP165P.cof" in words
    assert data.registered("LP165P.cof").url in words
    assert f"{folder} (LUNARSIM_DATA)" in words
    assert not cache.exists()


def test_without_a_network_a_download_is_one_line_that_says_how_to_get_the_file(cache: Path, offline: None) -> None:
    with pytest.raises(DataError) as caught:
        data.find("LP165P.cof", download=True)
    words = str(caught.value)
    assert "\n" not in words
    assert "no connection to raw.githubusercontent.com" in words
    assert data.registered("LP165P.cof").url in words
    assert "LUNARSIM_DATA" in words
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("name", ["LP165.cof", "lp165p"])
def test_an_unknown_name_is_an_error_with_the_nearest_names(name: str) -> None:
    with pytest.raises(DataError, match=r"did you mean 'LP165P\.cof'"):
        data.find(name)


def test_a_path_to_nothing_is_an_error_even_if_its_name_is_known(folder: Path) -> None:
    (folder / "LP165P.cof").write_text("")
    with pytest.raises(DataError, match="there is no such file"):
        data.find("elsewhere/LP165P.cof")


def test_a_users_folder_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUNARSIM_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"LUNARSIM_DATA = .*nowhere: there is no such folder"):
        data.find("LP165P.cof")


def test_a_download_is_whole_and_is_not_asked_for_twice(archive: Archive, tmp_path: Path) -> None:
    file = file_at(f"{archive.url}/whole")
    path = data.download(file, tmp_path / "new" / "cache")
    assert path.read_bytes() == CONTENT
    assert data.download(file, path.parent) == path
    assert archive.asked == ["/whole"]
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("corrupted", "does not have the SHA-256 of the registry"),
        ("interrupted", "could not be downloaded .*broke off"),
        ("absent", "answered 404 Not Found"),
    ],
)
def test_a_download_that_goes_wrong_is_an_error_and_leaves_nothing(
    archive: Archive, tmp_path: Path, answer: str, words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        data.download(file_at(f"{archive.url}/{answer}"), tmp_path / "into")
    assert f"{archive.url}/{answer}" in str(caught.value)
    assert list((tmp_path / "into").iterdir()) == []


def test_a_download_that_the_user_stops_leaves_nothing(archive: Archive, tmp_path: Path) -> None:
    class Stop:
        total = 0.0

        def update(self, _: int) -> None:
            raise KeyboardInterrupt

        def reset(self) -> None: ...

        def close(self) -> None: ...

    with pytest.raises(KeyboardInterrupt):
        data.download(file_at(f"{archive.url}/whole"), tmp_path / "into", progress=Stop())
    assert list((tmp_path / "into").iterdir()) == []


def test_a_damaged_copy_is_replaced_by_a_whole_one_and_by_nothing_less(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "heights.img"
    path.write_bytes(b"damaged")
    with pytest.raises(DataError):
        data.download(file_at(f"{archive.url}/corrupted"), tmp_path)
    assert path.read_bytes() == b"damaged"
    data.download(file_at(f"{archive.url}/whole"), tmp_path)
    assert path.read_bytes() == CONTENT


def test_a_download_reports_its_progress_in_bytes(archive: Archive, tmp_path: Path) -> None:
    class Bar:
        total = 0.0
        done = 0
        closed = False

        def update(self, amount: int) -> None:
            self.done += amount

        def reset(self) -> None:
            self.done = 0

        def close(self) -> None:
            self.closed = True

    bar = Bar()
    data.download(file_at(f"{archive.url}/whole"), tmp_path, progress=bar)
    assert bar.total == bar.done == len(CONTENT)
    assert bar.closed


def test_a_cache_that_cannot_be_written_to_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LUNARSIM_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(OutputError, match="set LUNARSIM_CACHE to a folder that you may write to"):
        data.fetch("LP165P.cof")


def test_a_damaged_copy_in_the_users_folder_is_never_written_over(folder: Path) -> None:
    (folder / "LP165P.cof").write_text("mine")
    with pytest.raises(DataError, match="4 bytes instead of 842405"):
        data.fetch("LP165P.cof")
    assert (folder / "LP165P.cof").read_text() == "mine"


# A change of one bit anywhere, and a cut anywhere, must be seen; a few places stand for all.
@examples(25)
@given(place=st.integers(0, len(CONTENT) - 1), bit=st.integers(0, 7))
def test_one_changed_bit_or_a_cut_is_seen(tmp_path_factory: pytest.TempPathFactory, place: int, bit: int) -> None:
    path = tmp_path_factory.mktemp("bits") / "heights.img"
    file = file_at("https://example.org/heights.img")
    path.write_bytes(CONTENT)
    assert difference(file, path) == ""
    path.write_bytes(CONTENT[:place] + bytes([CONTENT[place] ^ 1 << bit]) + CONTENT[place + 1 :])
    assert "SHA-256" in difference(file, path)
    path.write_bytes(CONTENT[:place])
    assert f"{place} bytes instead of" in difference(file, path)


def test_the_files_of_the_data_folder_are_those_of_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    if USERS_FOLDER is None:
        pytest.skip("LUNARSIM_DATA is not set")
    monkeypatch.setenv("LUNARSIM_DATA", USERS_FOLDER)
    for check in data.verify(["LP165P.cof", "LDEM_4.LBL", KERNEL]):
        assert check.found is not None
        assert check.condition is data.Condition.OK, check.reason


def test_the_list_is_whole_at_80_columns_and_says_where_files_are(folder: Path, command: Command) -> None:
    (folder / "LP165P.cof").write_text("")
    status, out, _ = command("list")
    assert status == 0
    assert "…" not in out
    for name in data.known_files():
        assert name in out
    row = next(line for line in out.splitlines() if "LP165P.cof" in line)
    assert row.split()[:4] == ["LP165P.cof", "0.8", "MB", "LUNARSIM_DATA"]
    assert str(folder) in out


def test_the_list_of_a_name_tells_all_that_is_known_of_it(command: Command) -> None:
    _, out, _ = command("list", "ldem_16.img")
    file = data.registered("LDEM_16.IMG")
    for words in (file.url, str(file.size_bytes), file.sha256, file.licence, file.citation):
        assert words in out


def test_the_list_as_json_is_one_object_with_the_whole_registry(folder: Path, command: Command) -> None:
    (folder / "LP165P.cof").write_text("")
    result = json.loads(command("list", "--json")[1])
    assert [entry["name"] for entry in result["files"]] == list(data.known_files())
    assert set(result["files"][0]) >= {"url", "size_bytes", "sha256", "licence", "citation", "found", "path"}
    assert result["files"][0]["path"] == str(folder / "LP165P.cof")
    assert result["data_folder"] == str(folder)


def test_verify_ends_with_status_one_if_a_file_is_damaged_and_zero_if_some_are_missing(
    folder: Path, command: Command
) -> None:
    names = ("LDEM_4.LBL", "LP165P.cof", KERNEL)
    assert command("verify", *names)[0] == 0
    (folder / "LDEM_4.LBL").write_text("cut")
    status, out, _ = command("verify", *names)
    assert status == 1
    assert "3 bytes instead of 5107" in out
    status, out, _ = command("verify", *names, "--json")
    assert status == 1
    conditions = {entry["name"]: entry["condition"] for entry in json.loads(out)["files"]}
    assert conditions == {"LDEM_4.LBL": "damaged", "LP165P.cof": "missing", KERNEL: "ok"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fetch"], "name the files to fetch"),
        (["fetch", "LP165P.cof"], "no connection to raw.githubusercontent.com"),
        (["fetch", "LP165.cof"], "did you mean 'LP165P.cof'"),
        (["verify", "LP165.cof"], "did you mean 'LP165P.cof'"),
    ],
)
def test_what_cannot_be_done_is_one_message_and_leaves_nothing(
    cache: Path, offline: None, command: Command, arguments: list[str], words: str
) -> None:
    status, out, err = command(*arguments)
    assert status == 2
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert words in err
    assert not cache.exists() or not list(cache.iterdir())


def test_fetch_prints_where_a_file_is(command: Command) -> None:
    status, out, _ = command("fetch", KERNEL)
    assert status == 0
    assert out.split() == [f"{KERNEL}:", str(data.find(KERNEL))]
