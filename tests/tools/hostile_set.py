"""Pictures made to harm whoever reads them: enormous claims, bombs, endless metadata, names that lead elsewhere."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from PIL import Image

from core.library import exif
from core.library.png_text import SIGNATURE
from core.library.xmp import RDF
from tests.library.foreign import samples
from tests.library.foreign.pictures import chunk, header, png, with_exif

END: Final = chunk(b"IEND", b"")
BOMB: Final = 100 << 20
HALF: Final = b"UNICODE\0" + "\ud800 fox\nSteps: 1, Sampler: x, Seed: 1".encode("utf-16-be", "surrogatepass")


def parameters(text: str) -> bytes:
    return png({"parameters": text})


def infotext(**fields: object) -> bytes:
    known = {"Steps": 20, "Sampler": "Euler", "Seed": 1, "Size": "1024x1024", "Model": "m"}
    return parameters("a fox\n" + ", ".join(f"{key}: {value}" for key, value in (known | fields).items()))


@cache
def zeros(count: int) -> bytes:
    """`count` zeros, deflated, made without having them all at once."""
    deflate = zlib.compressobj(9)
    block = bytes(1 << 20)
    parts = [deflate.compress(block) for _ in range(count >> 20)]
    return b"".join([*parts, deflate.flush()])


def flat(width: int, height: int) -> bytes:
    """A whole black PNG of that size."""
    rows = zeros((3 * width + 1) * height + (1 << 20))
    return SIGNATURE + header(width, height) + chunk(b"IDAT", rows) + END


def claiming(width: int, height: int) -> bytes:
    """A PNG that says it is of that size, and has pixels for some of it."""
    return SIGNATURE + header(width, height) + chunk(b"IDAT", zeros(BOMB)) + END


def moving_png(frames: int) -> bytes:
    control = chunk(b"acTL", struct.pack(">II", frames, 0))
    frame = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 8, 8, 0, 0, 1, 10, 0, 0))
    return png({"parameters": samples.A1111_OLD}, control, frame * frames)


def moving_webp(frames: int) -> bytes:
    pictures = [Image.new("RGB", (64, 64), (number, 0, 0)) for number in range(frames)]
    buffer = io.BytesIO()
    pictures[0].save(buffer, "WEBP", save_all=True, append_images=pictures[1:])
    return buffer.getvalue()


def deep_xmp(depth: int) -> bytes:
    inner = b"<a>" * depth + b"</a>" * depth
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="' + RDF.encode() + b'">' + inner + b"</r:RDF></x:xmpmeta>"
    )


LAUGHS: Final = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e SYSTEM "file:///etc/passwd">]><x>&d;&e;</x>'
)


def all_from(node: str, *inputs: str) -> dict[str, Any]:
    """Inputs that all come from one node."""
    return {name: [node, 0] for name in inputs}


def comfy_chain(count: int, circle: bool) -> bytes:
    """A line of nodes, each depending on the next, and perhaps the last on the first."""
    nodes = {str(n): samples.node("Reroute", **{"": [str(n + 1), 0]}) for n in range(count)}
    nodes[str(count)] = samples.node("Reroute", **{"": ["0" if circle else "gone", 0]})
    sampler = samples.comfy()["7"]["inputs"] | all_from("0", "model", "positive", "latent_image")
    return png({"prompt": json.dumps(nodes | {"s": samples.node("KSampler", **sampler)})})


def comfy_web(count: int) -> bytes:
    """Every node depends on a hundred others."""
    nodes = {
        str(n): samples.node("X", **{f"i{k}": [str((n * 7 + k) % count), 0] for k in range(100)}) for n in range(count)
    }
    sampler = samples.comfy()["7"]["inputs"] | all_from("0", "model", "positive", "latent_image")
    return png({"prompt": json.dumps(nodes | {"s": samples.node("KSampler", **sampler)})})


def exif_offsets() -> bytes:
    """A thousand entries that all claim the whole of a large block."""
    entries = b"".join(struct.pack("<HHII", 0x0100 + n, 2, 1 << 20, 8) for n in range(1000))
    block = b"II*\0" + struct.pack("<IH", 8, 1000) + entries + bytes(1 << 20)
    body = b"WEBPEXIF" + struct.pack("<I", len(block)) + block
    return b"RIFF" + struct.pack("<I", len(body)) + body


def invoke(**changes: Any) -> bytes:
    return png({"invokeai_metadata": json.dumps(samples.INVOKE | changes)})


EVERY_INPUT: Final = (
    "model", "positive", "negative", "latent_image", "seed", "steps", "cfg", "noise", "guider", "sampler", "sigmas",
    "images", "vae", "text",
)  # fmt: skip
LEAST: Final = "\nSteps: 1, Sampler: x, Seed: 1"


def novelai(prompt: str) -> bytes:
    return png(samples.NOVELAI | {"Comment": json.dumps({"prompt": prompt})})


CRAFTED: Final[Mapping[str, tuple[str, Callable[[], bytes]]]] = {
    "a million keys": ("file.no_record", lambda: png({"prompt": json.dumps({str(n): 1 for n in range(280_000)})})),
    "a million fields": ("file.no_record", lambda: parameters("a\nSteps: 1, " + "ab: 1, " * 500_000)),
    "brackets 100,000 deep": ("file.no_record", lambda: png({"prompt": '{"a":' * 100_000 + "1" + "}" * 100_000})),
    "lists 100,000 deep": ("file.no_record", lambda: parameters('{"a":' + "[" * 100_000)),
    "NaN everywhere": ("InvokeAI", lambda: invoke(steps=float("nan"), width=float("inf"), cfg_scale=float("-inf"))),
    "a seed of a million digits": ("AUTOMATIC1111", lambda: infotext(Seed="9" * 1_000_000)),
    "the same in JSON": (
        "InvokeAI",
        lambda: png({"invokeai_metadata": json.dumps(samples.INVOKE).replace("123", "9" * 1_000_000)}),
    ),
    "a billion steps": ("AUTOMATIC1111", lambda: infotext(Steps=10**9)),
    "100,000 × 100,000": ("AUTOMATIC1111", lambda: infotext(Size="100000x100000")),
    "names that lead elsewhere": (
        "AUTOMATIC1111",
        lambda: infotext(Model="file:///etc/passwd", VAE="\\\\host\\x.safetensors", Refiner="../../x [abcdef0123]"),
    ),
    "HTML": ("AUTOMATIC1111", lambda: infotext(Model="<img src=x onerror=alert(1)>", Sampler="<b>Euler</b>")),
    "letters that turn round": ("AUTOMATIC1111", lambda: infotext(Model="a\u202egnp.exe", Sampler="\u2066x\u0007")),
    "a prompt of three megabytes": ("AUTOMATIC1111", lambda: parameters("(" * 3_000_000 + LEAST)),
    "three megabytes of tags": (
        "AUTOMATIC1111",
        lambda: parameters("<lora:a:1>" * 300_000 + LEAST),
    ),
    "quotes that never close": ("AUTOMATIC1111", lambda: parameters("a\nSteps: 1, Seed: 2, " + 'ab: "\\' * 500_000)),
    "negative lines": ("AUTOMATIC1111", lambda: parameters("Negative prompt:\n" * 200_000 + LEAST[1:])),
    "emphasis without end": ("NovelAI", lambda: novelai("{" * 2_000_000)),
    "digits without end": ("NovelAI", lambda: novelai("1" * 2_000_000)),
    "brackets of InvokeAI": ("InvokeAI", lambda: invoke(positive_prompt="(" * 1_000_000 + ")++" * 300_000)),
    "a text that inflates (zTXt)": (
        "file.not_png",
        lambda: SIGNATURE + header() + chunk(b"zTXt", b"parameters\0\0" + zeros(BOMB)) + END,
    ),
    "a text that inflates (iTXt)": (
        "file.not_png",
        lambda: SIGNATURE + header() + chunk(b"iTXt", b"parameters\0\1\0\0\0" + zeros(BOMB)) + END,
    ),
    "a profile that inflates (iCCP)": ("file.no_record", lambda: png({}, chunk(b"iCCP", b"x\0\0" + zeros(BOMB)))),
    "a large eXIf": ("AUTOMATIC1111", lambda: png({"parameters": samples.A1111_OLD}, chunk(b"eXIf", bytes(50 << 20)))),
    "a comment of megabytes": ("file.no_record", lambda: with_exif("WEBP", {exif.USER_COMMENT: bytes(3 << 20)})),
    "EXIF entries that overlap": ("file.no_record", exif_offsets),
    "a million texts": ("file.no_record", lambda: SIGNATURE + header() + chunk(b"tEXt", b"a\0b") * 1_000_000 + END),
    "2^31 × 1": ("file.no_record", lambda: claiming(2**31 - 1, 1)),
    "178 megapixels, flat": ("file.no_record", lambda: claiming(13300, 13400)),
    "63 megapixels, flat": ("file.no_record", lambda: flat(9000, 7000)),
    "10,000 frames (APNG)": ("AUTOMATIC1111", lambda: moving_png(10_000)),
    "moving (WebP)": ("file.no_record", lambda: moving_webp(50)),
    "XMP that laughs": ("file.no_record", lambda: png({"XML:com.adobe.xmp": LAUGHS})),
    "XMP 100,000 deep": ("file.no_record", lambda: png({"XML:com.adobe.xmp": deep_xmp(100_000).decode()})),
    "a circle of nodes": ("ComfyUI", lambda: comfy_chain(5_000, circle=True)),
    "a long line of nodes": ("ComfyUI", lambda: comfy_chain(9_000, circle=False)),
    "a web of nodes": ("ComfyUI", lambda: comfy_web(1_500)),
    "a node that is its own everything": (
        "ComfyUI",
        lambda: png({"prompt": json.dumps({"1": samples.node("KSampler", **all_from("1", *EVERY_INPUT))})}),
    ),
    "a JPEG of markers": ("file.no_record", lambda: b"\xff\xd8" + b"\xff" * 2_000_000),
    "a JPEG of comments": ("file.no_record", lambda: b"\xff\xd8" + (b"\xff\xfe\xff\xff" + bytes(65533)) * 200),
    "a WebP of chunks": ("file.no_record", lambda: b"RIFF\0\0\0\0WEBP" + b"JUNK\0\0\0\0" * 1_000_000),
    "half a character": ("AUTOMATIC1111", lambda: with_exif("JPEG", {exif.USER_COMMENT: HALF})),
}  # fmt: skip
"""What it is → (the program that it seems to be from, or the code it is refused with; how it is made)."""
