"""The texts in a picture file of any of the three formats, by the keywords that PNG files use for them.

JPEG and WebP files keep in EXIF what PNG files keep in texts: the user comment counts as `parameters`, the maker's note
as `fooocus_scheme`, and what ComfyUI writes as "name:text" goes by that name. XMP has the keyword that PNG gives it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from core.errors import HangaError
from core.library import exif, png_text, xmp
from core.library.metadata_blocks import Blocks, is_jpeg, is_webp, read_blocks
from core.library.opening import DamagedError, opened
from core.library.picture import PARAMETERS_KEY, RECORD_KEY

XMP_KEY: Final = "XML:com.adobe.xmp"
SOFTWARE_KEY: Final = "Software"
SCHEME_KEY: Final = "fooocus_scheme"
COMMENT_KEY: Final = "Comment"
_NAMED: Final = re.compile(r"(\w{1,32}):\s?(?=[{\[])")


def read_texts(path: Path) -> dict[str, str]:
    """The texts of a PNG, JPEG or WebP file, told by its content. Raises HangaError: file.missing, file.unreadable,
    file.not_png for a damaged PNG, file.not_picture for anything else."""
    try:
        with opened(path) as file:
            first = file.read(12)
            if is_jpeg(first) or is_webp(first):
                file.seek(0)
                return _texts_of(read_blocks(file))
    except (DamagedError, ValueError) as error:
        raise HangaError("file.not_picture", name=path.name) from error
    if first.startswith(png_text.SIGNATURE):
        return png_text.read_texts(path)
    raise HangaError("file.not_picture", name=path.name)


def is_picture(path: Path) -> bool:
    """Whether a file begins as one of the three formats does. Raises HangaError file.missing, file.unreadable."""
    try:
        with opened(path) as file:
            first = file.read(12)
    except DamagedError:
        return False
    return first.startswith(png_text.SIGNATURE) or is_jpeg(first) or is_webp(first)


def _texts_of(blocks: Blocks) -> dict[str, str]:
    tags = exif.read_tags(blocks.exif)
    keywords = {
        PARAMETERS_KEY: tags.get(exif.USER_COMMENT, ""),
        SCHEME_KEY: tags.get(exif.MAKER_NOTE, ""),
        SOFTWARE_KEY: tags.get(exif.SOFTWARE, ""),
        COMMENT_KEY: blocks.comment.decode("utf-8", "replace"),
        XMP_KEY: blocks.xmp.decode("utf-8", "replace"),
        RECORD_KEY: _record(blocks),
    }
    for tag in range(exif.MODEL, 0x0100 - 1, -1):
        if named := _NAMED.match(tags.get(tag, "")):
            keywords.setdefault(named[1], tags[tag][named.end() :])
    return {keyword: text for keyword, text in keywords.items() if text}


def _record(blocks: Blocks) -> str:
    for packet in (blocks.xmp, blocks.extended_xmp):
        if text := xmp.read_properties(packet).get(xmp.RECORD):
            return text
    return ""
