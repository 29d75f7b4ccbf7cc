"""Run the Python of a page, and write below each block what it printed.

    python docs/run_page.py docs/campaigns.md

The blocks that begin with three backticks and ``python`` are one program, run in an empty folder; a block of ``text``
right below one gets what it printed. Figures that the program leaves go to ``docs/images``. Other blocks stay as they
are, those of ``{code-block} python`` too.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).parent / "images"
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?P<shown>\n```text\n.*?^```\n)?", re.MULTILINE | re.DOTALL)


def run_page(page: Path, images: Path = IMAGES) -> None:
    """Run the blocks of a page and write it again; figures go to a folder."""
    names: dict[str, Any] = {"__name__": "page"}

    def run_block(found: re.Match[str]) -> str:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(found["code"], str(page), "exec"), names)
        lines = [line.rstrip() for line in printed.getvalue().splitlines()]
        shown = "" if found["shown"] is None else "\n".join(["\n```text", *lines, "```\n"])
        return f"```python\n{found['code']}```\n{shown}"

    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        before = Path.cwd()
        os.chdir(folder)
        try:
            text = BLOCK.sub(run_block, text)
        finally:
            os.chdir(before)
        for figure in Path(folder).glob("*.png"):
            shutil.copyfile(figure, images / figure.name)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    run_page(parser.parse_args().page.resolve())
