"""The README shows what its own commands print and draw; ``python docs/run_page.py README.md`` makes it again."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageSequence

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def test_each_picture_of_the_readme_is_there_and_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert pictures[0].endswith(".gif")
    for picture in pictures:
        assert 0 < (ROOT / picture).stat().st_size < 1_000_000, picture


@pytest.mark.slow
def test_the_moving_picture_is_written_by_the_command_beside_it(tmp_path: Path) -> None:
    script, picture = re.findall(r"`python (examples/\S+\.py) (\w+\.gif)`", README.read_text(encoding="utf-8"))[0]
    subprocess.run([sys.executable, ROOT / script, picture], cwd=tmp_path, check=True)
    with Image.open(tmp_path / picture) as written, Image.open(ROOT / "docs/images/burn_that_did_not_end.gif") as kept:
        assert written.size == kept.size
        assert len(list(ImageSequence.Iterator(written))) == len(list(ImageSequence.Iterator(kept))) > 50


@pytest.mark.slow
def test_the_program_of_the_readme_prints_and_draws_what_stands_there(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(README.read_text(encoding="utf-8"), encoding="utf-8")
    runpy.run_path(str(ROOT / "docs" / "run_page.py"))["run_page"](page, images=tmp_path)
    assert page.read_text(encoding="utf-8") == README.read_text(encoding="utf-8")
    drawn = {path.name for path in tmp_path.glob("*.png")}
    assert drawn == set(re.findall(r"docs/images/(\w+\.png)", README.read_text(encoding="utf-8")))
