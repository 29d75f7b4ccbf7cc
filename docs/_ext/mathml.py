"""Formulas as MathML, made by docutils: pages need no script and no network to be read."""

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

#: Accents that fonts without mathematics lack or draw nowhere, and the plain signs that every font has.
PLAIN_ACCENTS = {"\u02d9": ".", "\u00a8": ".."}


def _convert(node: nodes.Element, *, as_block: bool) -> str:
    try:
        written = str(tex2mathml(node.astext(), as_block=as_block))
    except MathError as error:
        logger.warning("formula not understood: %s", error, location=node)
        return f"<code>{nodes.unescape(node.astext())}</code>"
    for accent, plain in PLAIN_ACCENTS.items():
        written = written.replace(f'<mo stretchy="false">{accent}</mo>', f'<mo stretchy="false">{plain}</mo>')
    return written


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(_convert(node, as_block=False))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula."""
    self.body.append(_convert(node, as_block=True))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
