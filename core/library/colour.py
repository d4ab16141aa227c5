"""The colour space of pictures: sRGB, always, and said in the file."""

from __future__ import annotations

import struct
from functools import cache
from typing import Final

from PIL import ImageCms

PROFILE_DATE: Final = slice(24, 36)
"""Where an ICC profile says when it was made (ICC.1, table 17)."""


@cache
def srgb_profile() -> bytes:
    """The sRGB profile, dated 2000-01-01, so that it is the same at any time."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[PROFILE_DATE] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    return bytes(profile)
