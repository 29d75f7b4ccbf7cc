"""The store of a campaign: whole chunks or none, whatever happens; refusals that say why."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from campaign_example import MANIFEST, bits, expected, fill, work
from hypothesis import given
from hypothesis import strategies as st
from mutations import mutated
from repetitions import examples

import lunarsim as ls
from lunarsim.campaign import ChunkStore, Column, open_dataset
from lunarsim.campaign.result import CampaignResult
from lunarsim.campaign.store.chunk_log import read_log
from lunarsim.errors import DataError, InputError, OutputError

posix = pytest.mark.skipif(os.name != "posix", reason="permissions and limits of POSIX")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "campaign"


@pytest.fixture
def partial(folder: Path) -> Path:
    """A store of which 4 of 11 chunks are written."""
    with ChunkStore.create(folder, MANIFEST) as store:
        fill(store, 4)
    return folder


def test_every_bit_comes_back_in_the_order_of_the_runs(folder):
    with ChunkStore.create(folder, MANIFEST) as store:
        for chunk in reversed(list(store.missing())):
            store.write(chunk.index, work(chunk.first, chunk.count), 0.25)
        assert bits(store) == expected(1050)
        assert store.seconds == 11 * 0.25
    assert bits(ChunkStore.open(folder)) == expected(1050)


def test_a_resumed_store_misses_what_was_not_written(partial):
    with ChunkStore.resume(partial, MANIFEST) as store:
        assert store.done == {0, 1, 2, 3}
        assert store.runs_done == 400
        assert fill(store) == [4, 5, 6, 7, 8, 9, 10]
        assert bits(store) == expected(1050)
        assert list(store.missing()) == []


def test_one_column_is_read_without_the_others(partial):
    read = ChunkStore.open(partial).read(2, ["steps"])
    assert list(read) == ["steps"]
    np.testing.assert_array_equal(read["steps"], np.arange(200, 300) * 10**12)


def test_chunks_are_read_one_by_one(partial):
    reading = ChunkStore.open(partial).chunks(["outcome"])
    assert next(reading)[0].first == 0
    (partial / "chunks" / "000000001.parquet").unlink()
    with pytest.raises(DataError, match="000000001"):  # it was not read before it was asked for
        next(reading)


def test_a_dataset_has_units_words_and_the_numbers_of_the_runs(partial):
    dataset = open_dataset(partial, ["speed_mps", "outcome"], indices=[1, 3])
    assert dict(dataset.sizes) == {"run": 200}
    np.testing.assert_array_equal(dataset.run, [*range(100, 200), *range(300, 400)])
    np.testing.assert_array_equal(dataset.speed_mps[:100], work(100, 100)["speed_mps"])
    assert dataset.outcome.dtype == np.int8
    assert dataset.speed_mps.attrs == {"units": "m / s", "long_name": "speed at the end"}
    assert dataset.attrs["seed"] == 1


def test_other_programs_read_the_chunks_as_one_table(partial):
    table = pd.read_parquet(partial / "chunks").sort_values("run")
    assert list(table.run) == list(range(400))
    np.testing.assert_array_equal(table.steps, work(0, 400)["steps"])


@pytest.mark.parametrize("where", [".", "chunks"])
def test_a_torn_file_of_a_killed_process_is_cleared_away(partial, where):
    draft = partial / where / ".writing-abc"
    draft.mkdir()
    (draft / "000000004.parquet").write_bytes(b"PAR1 and no more")
    assert bits(ChunkStore.open(partial)) == expected(400)
    with ChunkStore.resume(partial, MANIFEST) as store:
        assert not draft.exists()
        fill(store)
        assert bits(store) == expected(1050)


@examples(8)
@given(st.integers(1, 200))
def test_a_log_torn_anywhere_loses_the_torn_lines_and_no_more(tmp_path_factory, lost):
    folder = tmp_path_factory.mktemp("torn") / "store"
    with ChunkStore.create(folder, MANIFEST) as store:
        fill(store, 3)
    log = folder / "chunks.log"
    content = log.read_bytes()[:-lost]
    log.write_bytes(content)
    assert ChunkStore.open(folder).done == set(range(content.count(b"\n")))
    with ChunkStore.resume(folder, MANIFEST) as store:
        fill(store)
        assert bits(store) == expected(1050)
    assert read_log(folder)[0].keys() == set(range(11))


def test_a_damaged_line_in_the_middle_of_the_log_costs_its_chunk(partial):
    log = partial / "chunks.log"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text(lines[0] + '{"index": "one"}\n' + "\0\0\0\n" + lines[2])
    with ChunkStore.resume(partial, MANIFEST) as store:
        assert store.done == {0, 2}


def test_a_chunk_that_was_not_logged_is_flown_again_to_the_same_bits(partial):
    log = partial / "chunks.log"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    file = partial / "chunks" / "000000003.parquet"
    before = file.read_bytes()
    with ChunkStore.resume(partial, MANIFEST) as store:
        assert store.done == {0, 1, 2}
        fill(store, 1)
    assert file.read_bytes() == before


@examples(8)
@given(st.data())
def test_any_wrong_byte_is_found_and_its_file_named(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged") / "store"
    with ChunkStore.create(folder, MANIFEST) as store:
        fill(store, 2)
        file = folder / "chunks" / "000000001.parquet"
        content = bytearray(file.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        file.write_bytes(content)
        with pytest.raises(DataError, match=r"000000001\.parquet: chunk 1 \(runs 100 to 199\) is damaged.*--resume"):
            store.read(1, ["outcome"])
        assert store.verify() == [1]
        store.discard(1)
        assert store.verify() == []
    with ChunkStore.resume(folder, MANIFEST) as store:
        assert store.done == {0}
        assert fill(store, 1) == [1]
        assert bits(store) == expected(200)


def test_a_chunk_that_is_cut_short_or_deleted_is_told_from_a_whole_one(partial):
    short, gone = (partial / "chunks" / f"00000000{index}.parquet" for index in (1, 2))
    short.write_bytes(short.read_bytes()[:-10])
    gone.unlink()
    with ChunkStore.resume(partial, MANIFEST) as store:
        assert store.done == {0, 1, 3}
        assert store.verify() == [1]
        with pytest.raises(DataError, match="was written with"):
            store.read(1)
        with pytest.raises(InputError, match=r"chunk 2 \(runs 200 to 299\) was not flown"):
            store.read(2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hashes": {**MANIFEST.hashes, "scenario": "0ther" * 8}}, "the scenario, by its hash: 5ce4a10f5ce4 in the"),
        ({"hashes": {"scenario": MANIFEST.hashes["scenario"]}}, "the dispersions, by its hash: .* none asked"),
        ({"seed": 2}, "seed: 1 in the store, 2 asked"),
        ({"sampling": "Sobol()"}, r"sampling: MonteCarlo\(\) in the store, Sobol\(\) asked"),
        ({"chunk_size": 50}, "chunk size: 100 in the store, 50 asked"),
        ({"columns": MANIFEST.columns[:2]}, "columns only in the store: faulty, steps"),
        ({"columns": (*MANIFEST.columns, Column(name="mass_kg"))}, "columns only asked: mass_kg"),
        (
            {"columns": (replace(MANIFEST.columns[0], unit="km / s"), *MANIFEST.columns[1:])},
            "unit and type of column speed_mps",
        ),
        ({"versions": {"lunarsim": "99.0"}}, "the version of lunarsim: .* in the store, 99.0 asked"),
        ({"runs": 1000}, "1050 runs in the store, only 1000 asked"),
    ],
)
def test_a_store_of_another_campaign_is_refused_with_what_differs(partial, change, words):
    with pytest.raises(InputError, match=f"(?s)do not belong.*{words}.*another folder"):
        ChunkStore.resume(partial, replace(MANIFEST, **change))
    with ChunkStore.resume(partial, MANIFEST) as store:  # the refusal left it as it was, and not locked
        assert store.manifest == MANIFEST


def test_words_that_describe_a_campaign_may_change(partial):
    columns = tuple(replace(column, words="other words") for column in MANIFEST.columns)
    with ChunkStore.resume(partial, replace(MANIFEST, name="b", notes={"by": "us"}, columns=columns)) as store:
        assert len(store.done) == 4


def test_more_runs_extend_a_store_and_leave_the_first_ones_as_they_are(folder):
    with ChunkStore.create(folder, MANIFEST) as store:
        fill(store)
    with ChunkStore.resume(folder, replace(MANIFEST, runs=1280)) as store:
        assert fill(store) == [10, 11, 12]  # chunk 10 had 50 runs, and is whole now
        assert bits(store) == expected(1280)
    with ChunkStore.resume(folder) as store:
        assert store.manifest.runs == 1280
        assert store.runs_done == 1280


def test_a_sample_whose_runs_depend_on_their_number_is_not_extended(folder):
    latin = replace(MANIFEST, sampling="LatinHypercube()", extendable=False)
    ChunkStore.create(folder, latin).close()
    with pytest.raises(InputError, match=r"with LatinHypercube\(\) each run depends on how many there are"):
        ChunkStore.resume(folder, replace(latin, runs=2000))


def test_a_campaign_is_not_begun_over_another_or_in_a_folder_of_other_things(partial, tmp_path):
    with pytest.raises(InputError, match=r"there is a campaign here already: go on with --resume"):
        ChunkStore.create(partial, MANIFEST)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to whom.txt").touch()
    for begin in (ChunkStore.create, ChunkStore.resume):
        with pytest.raises(InputError, match=r"holds to whom\.txt and no manifest\.json: give a new or an empty"):
            begin(tmp_path / "letters", MANIFEST)
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["to whom.txt"]


def test_a_process_killed_before_its_manifest_leaves_a_folder_that_counts_as_empty(folder):
    (folder / ".writing-xyz").mkdir(parents=True)
    (folder / ".writing-xyz" / "manifest.json").write_text('{"name": "a ca')
    (folder / ".lock").touch()
    with ChunkStore.resume(folder, MANIFEST) as store:
        fill(store)
        assert bits(store) == expected(1050)
    assert not (folder / ".writing-xyz").exists()


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda text: text[:200], "the manifest is damaged"),
        (lambda text: text.replace('"runs": 1050', '"runs": 0'), "runs = 0"),
        (lambda _: "[]", "the manifest is damaged"),
        (lambda text: text.replace('"schema": 1', '"schema": 2'), "version 2 of the layout, made by lunarsim"),
    ],
)
def test_a_damaged_manifest_or_one_of_another_layout_is_refused(partial, edit, words):
    file = partial / "manifest.json"
    file.write_text(edit(file.read_text()))
    for begin in (ChunkStore.open, ChunkStore.resume):
        with pytest.raises(DataError, match=f"manifest.json: .*{words}"):
            begin(partial)


def test_a_folder_without_a_store_is_not_read(tmp_path):
    with pytest.raises(DataError, match="give the folder that a campaign wrote"):
        ChunkStore.open(tmp_path)
    with pytest.raises(DataError, match="give the folder that a campaign wrote"):
        ChunkStore.resume(tmp_path)
    assert list(tmp_path.iterdir()) == []


HOLD = """
import sys
from lunarsim.campaign import ChunkStore
store = ChunkStore.resume(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_and_a_killed_one_leaves_no_lock(partial):
    command = [sys.executable, "-c", HOLD, str(partial)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(OutputError, match=rf"process {holder.pid} on .* is writing into this folder"):
            ChunkStore.resume(partial)
        assert ChunkStore.open(partial).done == {0, 1, 2, 3}
        holder.kill()
        holder.wait()
        with ChunkStore.resume(partial):
            pass


def test_a_process_does_not_write_into_one_store_twice_at_once(partial):
    with (
        ChunkStore.resume(partial) as store,
        pytest.raises(OutputError, match="this process is writing into this folder"),
    ):
        ChunkStore.resume(partial / ".." / partial.name)
    store.close()
    ChunkStore.resume(partial).close()


def test_a_store_that_is_read_is_not_written(partial):
    store = ChunkStore.open(partial)
    for change in (lambda: store.write(5, work(500, 100), 0.0), lambda: store.discard(0)):
        with pytest.raises(InputError, match="opened to be read"):
            change()


@posix
def test_a_read_only_folder_is_refused_before_anything_is_flown(partial, powerless):
    if os.geteuid() == os.stat(partial).st_uid:
        partial.chmod(0o555)
        (partial / ".lock").chmod(0o444)
    with pytest.raises(OutputError, match=r"cannot be written to \(Permission denied\)"):
        ChunkStore.resume(partial, MANIFEST)
    with pytest.raises(OutputError, match=r"cannot be made \(Permission denied\)"):
        ChunkStore.create(partial / "deeper", MANIFEST)
    assert bits(ChunkStore.open(partial)) == expected(400)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be made"):
        ChunkStore.create(tmp_path / "file", MANIFEST)


@contextmanager
def files_end_at(limit_bytes):
    """Let this process write no file beyond a length."""
    import resource  # noqa: PLC0415  (of POSIX)

    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


@posix
@pytest.mark.parametrize(
    ("log_bytes", "limit_bytes"),
    [(0, 1000), (100_000, 100_050)],  # files end there: in mid-chunk, and in mid-line of a log that is longer
)
def test_where_the_system_takes_no_more_bytes_the_store_stays_whole_and_goes_on(partial, log_bytes, limit_bytes):
    log = partial / "chunks.log"
    log.write_text("\n" * (log_bytes - log.stat().st_size) + log.read_text())
    before = log.read_bytes()
    with ChunkStore.resume(partial, MANIFEST) as store, files_end_at(limit_bytes):
        with pytest.raises(OutputError) as caught:
            fill(store)
        said = str(caught.value)
    assert "chunk 4 (runs 400 to 499) could not be written (File too large). 400 of 1050 runs are safe" in said
    assert "the other 650 need 11.7 kB, and" in said
    assert "--resume" in said
    assert ChunkStore.open(partial).done == {0, 1, 2, 3}
    assert len(list((partial / "chunks").iterdir())) == 4
    assert log.read_bytes() == before
    with ChunkStore.resume(partial, MANIFEST) as store:
        fill(store)
        assert bits(store) == expected(1050)


FULL = """
import os, sys
from dataclasses import replace
sys.path.insert(0, sys.argv[2])
from campaign_example import MANIFEST, bits, expected, fill
from lunarsim.campaign import ChunkStore
from lunarsim.errors import OutputError
manifest = replace(MANIFEST, runs=10_000, chunk_size=1000)
with ChunkStore.create(sys.argv[1] + "/campaign", manifest) as store:
    ballast = open(sys.argv[1] + "/ballast", "wb")
    ballast.write(bytes(170_000))
    ballast.close()
    try:
        fill(store)
    except OutputError as error:
        print(error)
    safe = store.done
os.unlink(sys.argv[1] + "/ballast")
with ChunkStore.resume(sys.argv[1] + "/campaign", manifest) as store:
    print(store.done == safe, 0 < len(safe) < 10)
    fill(store)
    print(bits(store) == expected(10_000))
"""


@pytest.mark.slow
def test_a_campaign_that_filled_its_disk_goes_on_when_there_is_room(tmp_path):
    """On a real disk of 300 kB, in memory, which needs a mount of one's own."""
    disk = f"mount -t tmpfs -o size=300k none {tmp_path} && "
    mount = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if not sys.platform.startswith("linux") or subprocess.run([*mount, disk + "true"], check=False).returncode:
        pytest.skip("this system lets no test mount a disk of its own")
    command = f"{disk} {sys.executable} -c '{FULL}' {tmp_path} {Path(__file__).parent}"
    said = subprocess.run([*mount, command], capture_output=True, text=True, check=True).stdout
    assert "could not be written (No space left on device)" in said
    assert said.splitlines()[-2:] == ["True True", "True"]


def test_a_million_million_runs_are_refused_before_a_folder_is_made(folder):
    words = r"1000000000000 runs: at 18 bytes each they take 18 TB, and .* free: ask for at most \d+ runs"
    with pytest.raises(InputError, match=words):
        ChunkStore.create(folder, replace(MANIFEST, runs=10**12))
    assert not folder.exists()


@pytest.mark.parametrize("change", [{"runs": 0}, {"runs": 2.5}, {"chunk_size": 0}, {"columns": ()}])
def test_a_store_of_nothing_is_refused(change):
    with pytest.raises(InputError, match="expected"):
        replace(MANIFEST, **change)


def test_columns_of_another_type_length_or_name_are_not_stored(folder):
    good = work(0, 100)
    with ChunkStore.create(folder, MANIFEST) as store:
        for change, words in (
            ({"outcome": good["outcome"].astype(np.int64)}, "int64 of shape .* expected int8"),
            ({"steps": good["steps"][:99]}, r"shape \(99,\): expected int64 of shape \(100,\)"),
            ({"extra": good["steps"]}, "column 'extra' .* expected none"),
        ):
            with pytest.raises(InputError, match=words):
                store.write(0, {**good, **change}, 0.0)
        with pytest.raises(InputError, match="expected 0 to 10"):
            store.write(11, good, 0.0)
        assert store.done == set()


def test_a_misspelt_column_is_met_with_the_right_one(partial):
    with pytest.raises(InputError, match="no column is called 'speed': did you mean 'speed_mps'"):
        open_dataset(partial, ["speed"])


def test_the_log_can_be_read_by_other_programs(partial):
    lines = [json.loads(line) for line in (partial / "chunks.log").read_text().splitlines()]
    assert [(line["index"], line["first"], line["count"]) for line in lines[:2]] == [(0, 0, 100), (1, 100, 100)]
    assert lines[0]["bytes"] == (partial / "chunks" / "000000000.parquet").stat().st_size


def result_of(store: ChunkStore) -> CampaignResult:
    luna25 = ls.load_campaign("luna25")
    campaign = replace(luna25, scenario=replace(luna25.scenario, name="a campaign"))
    return CampaignResult(campaign=campaign, seed=1, n=store.manifest.runs, store=store)


def test_the_text_of_a_result_opens_no_chunk(partial):
    text = repr(result_of(ChunkStore.open(partial)))
    ends = "20.0% code -1, 20.0% failed, 20.0% impact, 20.0% in orbit, 20.0% escape"  # -1 has no name
    assert text == f"<400 runs of a campaign, seed 1: {ends}>"
    for chunk in (partial / "chunks").iterdir():
        chunk.write_bytes(b"x")
    assert repr(result_of(ChunkStore.open(partial))) == text
    with pytest.raises(DataError, match=r"000000000\.parquet"):
        result_of(ChunkStore.open(partial)).rates()


def test_the_text_of_a_result_is_the_same_from_a_log_that_does_not_tell_outcomes(partial):
    text, log = repr(result_of(ChunkStore.open(partial))), partial / "chunks.log"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    log.write_text("".join(json.dumps({**line, "outcomes": {}}) + "\n" for line in lines))
    assert repr(result_of(ChunkStore.open(partial))) == text


def test_a_result_of_ten_thousand_chunks_is_printed_at_once(folder):
    with ChunkStore.create(folder, replace(MANIFEST, runs=10_000, chunk_size=1)):
        pass
    entry = {"sha256": "0", "bytes": 1, "seconds": 0.1, "outcomes": {"1": 1}}
    lines = (json.dumps({"index": i, "first": i, "count": 1, **entry}) + "\n" for i in range(10_000))
    (folder / "chunks.log").write_text("".join(lines))
    for i in range(10_000):
        (folder / "chunks" / f"{i:09d}.parquet").touch()
    before = time.process_time()
    assert repr(result_of(ChunkStore.open(folder))) == "<10000 runs of a campaign, seed 1: 100.0% impact>"
    assert time.process_time() - before < 2.0  # 0.2 s; reading the chunks took 36 s


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "campaign"
    with ChunkStore.create(folder, MANIFEST) as store:
        fill(store, 2)
    return folder


@examples(100)
@given(seed=st.integers(0, 2**32), name=st.sampled_from(["manifest.json", "chunks.log", "chunks/000000001.parquet"]))
def test_a_mutated_file_of_a_store_is_read_or_refused_by_name(whole, tmp_path_factory, seed, name):
    folder, rng = tmp_path_factory.mktemp("store") / "campaign", random.Random(seed)
    shutil.copytree(whole, folder)
    content = mutated((folder / name).read_bytes(), rng)
    (folder / name).write_bytes(content)
    if name.startswith("chunks/"):  # as if it had been written so: who edits a chunk can edit its hash
        line = {"index": 1, "first": 100, "count": 100, "bytes": len(content)}
        with (folder / "chunks.log").open("a") as log:
            log.write(json.dumps({**line, "sha256": hashlib.sha256(content).hexdigest()}) + "\n")
    text = str(folder)
    try:
        opened = ChunkStore.open(folder)
        for index in sorted(opened.done)[:3]:
            opened.read(index)
    except DataError as error:
        text = str(error)
    assert str(folder) in text


def test_a_log_whose_entries_cannot_be_counts_for_nothing(partial):
    entry = {"index": 0, "first": 0, "count": 100, "sha256": "0" * 64, "bytes": 10, "seconds": 1.0}
    with (partial / "chunks.log").open("a") as log:
        for wrong in ({"index": -1}, {"count": -100}, {"seconds": -1e9}, {"index": 10**400}, {"first": 0.5}):
            log.write(json.dumps({**entry, **wrong}) + "\n")
        log.write("[" * 5000 + "\n")
    store = ChunkStore.open(partial)
    assert store.done == {0, 1, 2, 3}
    assert store.seconds == 1.0


def test_a_manifest_nested_beyond_reason_or_of_endless_chunks_is_refused(partial):
    file = partial / "manifest.json"
    text = file.read_text()
    for wrong in ("[" * 100_000, text.replace("100,", "1" + "0" * 30 + ",")):
        file.write_text(wrong)
        with pytest.raises(DataError, match=r"manifest\.json: the manifest is damaged"):
            ChunkStore.open(partial)
