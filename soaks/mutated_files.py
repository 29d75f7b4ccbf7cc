"""Read files that are damaged at random, and look whether anything but the package's own errors comes out.

    python soaks/mutated_files.py                     20,000 files of each format
    python soaks/mutated_files.py shadr --count 500   of some formats

A file may be read, or refused by a :class:`lunarsim.errors.LunarsimError`. Any other exception, a second of processor
time or 500 MB more than before is a finding: its format, its number and the exception are printed, and the file is
kept. File i of a format is the same in each run.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tests")]

import file_formats
from file_formats import FileFormat
from mutations import mutated

from lunarsim.errors import LunarsimError

SECONDS, MEGABYTES = 1.0, 500.0


class TooSlow(BaseException):
    """A file cost more processor time than it may; no reader catches this by accident."""


def formats() -> dict[str, FileFormat]:
    """Return all formats by name."""
    modules = (importlib.import_module(f"file_formats.{m.name}") for m in pkgutil.iter_modules(file_formats.__path__))
    return {each.name: each for module in modules for each in module.FORMATS}


def megabytes() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def on_time(*_: object) -> None:
    """Stop the reader."""
    raise TooSlow(f"more than {SECONDS:g} s of processor time")


def what_came(each: FileFormat, path: Path) -> tuple[str, str]:
    """Return how reading a file ended, and the finding, if it is one."""
    before = megabytes()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        each.load(path)
        told, finding = "read", ""
    except LunarsimError as error:
        told, finding = type(error).__name__, "" if str(error).strip() else "an error without a text"
    except (Exception, TooSlow):
        told, finding = "FINDING", traceback.format_exc(limit=-4)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
    grown = megabytes() - before
    return (told, finding) if grown <= MEGABYTES else ("FINDING", f"{finding}{grown:.0f} MB more than before")


def soak(each: FileFormat, count: int, keep: Path) -> int:
    """Read ``count`` mutated files of a format; return the number of findings."""
    ends: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        originals = each.originals(Path(folder))
        for i, data in enumerate(originals):  # what compiles or imports at the first use is not the file's cost
            path = Path(folder, f"original{i}{each.suffix}")
            path.write_bytes(data)
            each.load(path)
        started = time.process_time()
        for i in range(count):
            rng = random.Random(f"{each.name} {i}")
            path = Path(folder, f"file{each.suffix}")
            path.write_bytes(mutated(rng.choice(originals), rng))
            told, finding = what_came(each, path)
            ends[told] += 1
            if finding:
                kept = keep / f"{each.name}-{i}{each.suffix}"
                kept.write_bytes(path.read_bytes())
                print(f"{each.name} {i}: {kept}\n{finding}", flush=True)
        spent = time.process_time() - started
    print(f"{each.name}: {count} files, {dict(ends)}, {1e3 * spent / count:.2f} ms a file", flush=True)
    return ends["FINDING"]


def main() -> int:
    """Soak the formats that were named, or all."""
    known = formats()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formats", nargs="*", choices=[[], *known], help="default: all")
    parser.add_argument("--count", type=int, default=20_000, help="files of each format")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "mutated"), help="where findings lie")
    chosen = parser.parse_args()
    chosen.keep.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, on_time)
    findings = sum(soak(known[name], chosen.count, chosen.keep) for name in chosen.formats or known)
    print(f"{findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
