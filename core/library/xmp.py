"""XMP: an RDF packet in XML, of which only properties with a text are of interest here.

Packets come from anywhere: no document type and so no entities, bounded size, depth and count. JPEG files hold 64 KiB
of it; the rest goes into further segments (Adobe, XMP Specification Part 3, "ExtendedXMP").
"""

from __future__ import annotations

from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NOTE: Final = "http://ns.adobe.com/xmp/note/"
HANGA: Final = "urn:hanga:1"
CREATOR_TOOL: Final = "http://ns.adobe.com/xap/1.0/ CreatorTool"
USER_COMMENT: Final = "http://ns.adobe.com/exif/1.0/ UserComment"
DESCRIPTION: Final = "http://purl.org/dc/elements/1.1/ description"
RECORD: Final = f"{HANGA} record"

_MOST_BYTES: Final = 4 << 20
_MOST_DEPTH: Final = 64
_MOST_ELEMENTS: Final = 10_000
_XML: Final = "http://www.w3.org/XML/1998/namespace"


class _RefusedError(Exception):
    """No packet that a program would write."""


def read_properties(packet: bytes | str) -> dict[str, str]:
    """Texts by "namespace name", each the first of its kind; those before any damage."""
    data = packet.encode("utf-8", "replace") if isinstance(packet, str) else packet
    reading = _Reading()
    if len(data) <= _MOST_BYTES:
        try:
            reading.parser.Parse(data.strip(b"\0 \r\n\t"), True)
        except (expat.ExpatError, _RefusedError, ValueError):
            return reading.complete
    return reading.complete


class _Reading:
    """One pass over a packet. A text belongs to the nearest element around it that is not RDF's own."""

    def __init__(self) -> None:
        self.complete: dict[str, str] = {}
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._open: list[tuple[str, list[str]]] = []
        self._elements = 0

    def _refuse(self, *_: object) -> None:
        raise _RefusedError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) >= _MOST_DEPTH or self._elements > _MOST_ELEMENTS:
            raise _RefusedError
        self._open.append((name, []))
        for attribute, value in attributes.items():
            if not attribute.startswith((RDF, _XML)):
                self.complete.setdefault(attribute, value)

    def _text(self, text: str) -> None:
        owner = next((texts for name, texts in reversed(self._open) if not name.startswith(RDF)), None)
        if owner is not None:
            owner.append(text)

    def _end(self, name: str) -> None:
        name, texts = self._open.pop()
        if text := "".join(texts).strip():
            self.complete.setdefault(name, text)


def packet_with(properties: dict[str, str]) -> bytes:
    """A packet with `properties` ("namespace name" → a text of characters that XML allows)."""
    members = "".join(
        f'<p{number}:{name.partition(" ")[2]} xmlns:p{number}="{name.partition(" ")[0]}">{escape(text)}'
        f"</p{number}:{name.partition(' ')[2]}>"
        for number, (name, text) in enumerate(properties.items())
    )
    rdf = f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about="">{members}</rdf:Description></rdf:RDF>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}</x:xmpmeta>'.encode()
