"""The size of an image and the pages of a PDF:
only headers and the tree of pages are read, nothing is drawn or run.
"""

from __future__ import annotations

import base64
import binascii
import logging
import warnings
from io import BytesIO
from typing import Any

from pricelang.apps.quote.model import QuoteError
from pricelang.model.errors import needed

MAX_BYTES = 32 * 2**20
"""The largest request that the API takes."""
MAX_EDGE = 8_000
MAX_PAGES = 600
_MAX_NODES = 4 * MAX_PAGES
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}


def image_size(data: str, media_type: object, path: str) -> tuple[int, int]:
    """Width and height in pixels of an image in base64.
    `path` names the block in the `QuoteError` that a bad one raises.
    """
    if not isinstance(media_type, str) or media_type not in _FORMATS:
        raise QuoteError(
            "bad_image",
            f"`{path}.media_type` is not an image that the API takes",
            help=", ".join(_FORMATS),
        )
    content = _decoded(data, path)
    image = _library("PIL.Image", "Pillow", "an image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # of large images: the size is checked here, and no pixel is read
            with image.open(BytesIO(content), formats=(_FORMATS[media_type],)) as opened:
                width, height = opened.size
    except (
        image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
        OverflowError,
        EOFError,
    ):
        raise QuoteError(
            "bad_image", f"`{path}.data` is no {_FORMATS[media_type]} image, or a damaged one"
        ) from None
    return checked_size(width, height, path)


def checked_size(width: int, height: int, path: str) -> tuple[int, int]:
    """A size that the API takes, in pixels. Raises `QuoteError`."""
    if not (0 < width <= MAX_EDGE and 0 < height <= MAX_EDGE):
        raise QuoteError(
            "bad_image",
            f"`{path}` is {width} x {height} pixels; each edge is from 1 to {MAX_EDGE:,}",
        )
    return width, height


def pdf_pages(data: str, path: str) -> int:
    """The number of pages of a PDF in base64. Raises `QuoteError`, which names `path`."""
    content = _decoded(data, path)
    pypdf = _library("pypdf", "pypdf", "a PDF")
    if not content.lstrip().startswith(b"%PDF-"):
        raise QuoteError("bad_pdf", f"`{path}.data` is no PDF")
    log = logging.getLogger("pypdf")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise QuoteError("bad_pdf", f"`{path}.data` is an encrypted PDF, which the API refuses")
        pages = _leaves(reader.trailer["/Root"]["/Pages"], path)
    except QuoteError:
        raise
    except (
        Exception
    ):  # a hostile file can make the library fail in any way; each of them means the same here
        raise QuoteError("bad_pdf", f"`{path}.data` is a PDF that cannot be read") from None
    finally:
        log.setLevel(level)
    return checked_pages(pages, path)


def checked_pages(pages: int, path: str) -> int:
    """A number of pages that the API takes. Raises `QuoteError`."""
    if not 0 < pages <= MAX_PAGES:
        raise QuoteError(
            "bad_pdf", f"`{path}` has {pages:,} pages; the API takes from 1 to {MAX_PAGES}"
        )
    return pages


def _leaves(root: Any, path: str) -> int:
    """The pages below the root of the tree;
    a tree that turns back into itself or grows without end is refused.
    """
    waiting, pages, nodes = [root], 0, 0
    while waiting:
        node = waiting.pop().get_object()
        nodes += 1
        kids = node.get("/Kids")
        if nodes + len(waiting) + len(kids or ()) > _MAX_NODES:
            raise QuoteError(
                "bad_pdf", f"`{path}` has more than the {MAX_PAGES} pages that the API takes"
            )
        if kids is None:
            pages += 1
        else:
            waiting.extend(kids)
    return pages


def _decoded(data: str, path: str) -> bytes:
    if len(data) > MAX_BYTES * 4 // 3 + 4:
        raise QuoteError(
            "too_large", f"`{path}.data` is larger than the {MAX_BYTES // 2**20} MB of a request"
        )
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise QuoteError("bad_base64", f"`{path}.data` is not base64") from None


def _library(module: str, name: str, what: str) -> Any:
    return needed(module, "quote", f"{what} is measured by {name}")
