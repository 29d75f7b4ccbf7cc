"""The notebooks as pages: their text and code, without what they print, which a run of them shows."""

from __future__ import annotations

import json
from pathlib import Path

from sphinx.application import Sphinx

SOURCES = Path(__file__).parents[2] / "notebooks"
FOLDER = "learn"


def page(notebook: Path) -> str:
    """Return a notebook as MyST Markdown, with where to find it at the end."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    parts = []
    for cell in cells:
        text = "".join(cell["source"]).strip()
        parts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
    parts.append(f"To run it, and to see its figures: `jupyter lab notebooks/{notebook.name}`.")
    return "\n\n".join(parts) + "\n"


def write_pages(app: Sphinx) -> None:
    """Write the pages, where they have changed: others would be read again for nothing."""
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    wanted = {f"{notebook.stem}.md": page(notebook) for notebook in sorted(SOURCES.glob("*.ipynb"))}
    for old in folder.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before any is read."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
