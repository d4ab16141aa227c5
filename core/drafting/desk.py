"""Desk: what an artist has at hand when writing: styles, presets and lists, and what becomes of a sketch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.drafting.bundle import Bundle, encode, read_bundle
from core.drafting.preset import Preset
from core.drafting.shelf import OwnFile, Shelf
from core.drafting.sketch import Sketch, composed, example
from core.drafting.style import Style
from core.drafting.wildcard_folder import WildcardFolder
from core.durable import write_over
from core.paths import RESOURCES, Home
from core.request import Request

STYLES: Final = RESOURCES / "style" / "styles.json"
PRESETS: Final = RESOURCES / "presets" / "presets.json"


@dataclass(frozen=True)
class Brought:
    """How many came in from a file."""

    styles: int
    presets: int


class Desk:
    """Everything lies in the home, and is read when it is asked for; raises HangaError file.*, disk.* where it cannot
    be. `own` before any change, given to `put_back`, takes it back."""

    def __init__(self, home: Home) -> None:
        self._file = OwnFile(home.styles_and_presets)
        self.styles: Shelf[Style] = Shelf(
            self._file,
            read_bundle(STYLES),
            lambda bundle: bundle.styles,
            lambda bundle, styles: replace(bundle, styles=styles),
        )
        self.presets: Shelf[Preset] = Shelf(
            self._file,
            read_bundle(PRESETS),
            lambda bundle: bundle.presets,
            lambda bundle, presets: replace(bundle, presets=presets),
        )
        self.wildcards = WildcardFolder(home.wildcards)

    def compose(self, sketch: Sketch) -> list[Request]:
        """What to submit for a sketch: see `composed`. Raises HangaError request.*."""
        return composed(sketch, self.wildcards.entries)

    def example(self, sketch: Sketch) -> Request:
        """What the model would read, and what to plan: see `example`. Raises HangaError request.*."""
        return example(sketch, self.wildcards.entries)

    def own(self) -> Bundle:
        return self._file.read()

    def put_back(self, bundle: Bundle) -> None:
        """Exactly these are the artist's own from now on."""
        self._file.write(bundle)

    def bring_in(self, path: Path) -> Brought:
        """All that a file holds becomes the artist's own; what is there already does not come twice."""
        found, before = read_bundle(path), self.own()
        after = Bundle(self.styles.with_new(found.styles), self.presets.with_new(found.presets))
        if after != before:
            self._file.write(after)
        return Brought(len(after.styles) - len(before.styles), len(after.presets) - len(before.presets))

    def take_out(self, path: Path, bundle: Bundle) -> None:
        """A file to pass on, with the own styles that its presets use. What lay there is replaced."""
        used = {name for preset in bundle.presets for name in preset.styles or ()}
        known = {style.name for style in bundle.styles}
        also = tuple(style for style in self.styles.own() if style.name in used - known)
        write_over(path, encode(Bundle((*bundle.styles, *also), bundle.presets)))
