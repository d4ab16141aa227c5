"""Folders of very many small pictures, such as years of work leave: real PNG files with real records, made quickly.

Prompts follow what artists type: a subject in a few words or a long list of tags, words of praise that come again and
again, names that come once, Japanese every seventh time. The same seed gives the same pictures.
"""

from __future__ import annotations

import json
import random
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from core.library.png_text import SIGNATURE
from core.record import to_json
from core.request import Lora, Request
from tests.library.conftest import record_for


def listed(*lines: str) -> tuple[str, ...]:
    return tuple(each for line in lines for each in line.split("|"))


PRAISE: Final = listed("masterpiece|best quality|highly detailed|sharp focus|8k|absurdres|cinematic lighting")
SUBJECTS: Final = listed(
    "a fox under a red moon|an old lighthouse in a storm|a girl reading by the window|portrait of a sailor",
    "a quiet harbour|long_hair|blue_eyes|school_uniform|looking_at_viewer|a castle above the clouds",
    "still life with pears|street at night|a heron in the reeds|mountains at dawn|a robot gardener",
    "the market of Marrakesh|café at the corner|snow on bamboo|a ship of glass|ruins in the jungle",
    "two cats asleep|an astronaut on a bicycle|wheat field|a dragon made of paper",
)
STYLES: Final = listed(
    "oil painting|watercolor|ink wash|woodblock print|art nouveau|35mm photograph|flat poster|pixel art|pencil sketch",
    "impasto|gouache|isometric|low poly|charcoal|stained glass|linocut|soft light|rim light|bokeh|muted colors",
)
JAPANESE: Final = listed(
    "赤い月|狐の嫁入り|静かな港|夜の街|雪と竹|窓辺の少女|古い灯台|水彩画|浮世絵|高画質|猫が二匹|紙の龍"
)
NEGATIVE: Final = "lowres, bad hands, extra fingers, blurry, watermark, jpeg artifacts"
SIZES: Final = ((1024, 1024), (832, 1216), (1216, 832), (896, 1152))
SYLLABLES: Final = listed("ka|ri|to|mo|sel|ven|dra|bor|na|lis|ar|the|un|ost|mir")
MODELS: Final = ("sd_xl_base_1.0", "juggernaut-xl", "animagine-xl-3.1", "ponyDiffusionV6XL", "noobai-xl")
PER_FOLDER: Final = 400
FIRST_DAY: Final = datetime(2024, 1, 1, 9, tzinfo=UTC)


def write_pictures(folder: Path, count: int, seed: int) -> None:
    """`count` new picture files in folders of days below `folder`."""
    drawn = random.Random(seed)
    for number, prompt in zip(range(count), prompts(drawn), strict=False):
        made = FIRST_DAY + timedelta(days=number // PER_FOLDER, seconds=number % PER_FOLDER * 40)
        path = folder / made.strftime("%Y-%m-%d") / f"{made:%H%M%S}-{number}-x.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(picture(drawn, number, prompt, made.isoformat()))


def prompts(drawn: random.Random) -> Iterator[str]:
    while True:
        if drawn.random() < 1 / 7:
            yield "、".join(drawn.sample(JAPANESE, drawn.randint(1, 4)))
            continue
        parts = [drawn.choice(SUBJECTS), *drawn.sample(STYLES, drawn.randint(1, 5))]
        parts += drawn.sample(PRAISE, drawn.randint(0, 5))
        if drawn.random() < 0.3:
            parts.append("by " + "".join(drawn.choices(SYLLABLES, k=4)))
        yield ", ".join(parts)


def picture(drawn: random.Random, number: int, prompt: str, created: str) -> bytes:
    """The bytes of a grey picture of full size with a record of its own."""
    loras = tuple(Lora(name=f"style-{drawn.randint(1, 40)}") for _ in range(drawn.randint(0, 1)))
    record = json.loads(_template())
    plan: dict[str, Any] = record["plan"]
    plan["request"] |= {"prompt": prompt, "negative": NEGATIVE, "seed": number}
    plan["request"]["loras"] = [{"name": lora.name, "weight": lora.weight} for lora in loras]
    plan["seeds"] = [number]
    plan["stages"][0]["model"]["name"] = f"{drawn.choice(MODELS)}.safetensors"
    told = {"hanga": json.dumps(record | {"created": created, "job": f"{number // 4:x}"}, ensure_ascii=False)}
    return png(*drawn.choice(SIZES), told)


def png(width: int, height: int, texts: dict[str, str]) -> bytes:
    """A black picture of one bit per pixel, which is small however large it is."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    told = (_chunk(b"iTXt", f"{key}\0\0\0\0\0{text}".encode()) for key, text in texts.items())
    return b"".join((SIGNATURE, _chunk(b"IHDR", header), *told, _chunk(b"IDAT", _black(width, height)), _END))


@cache
def _black(width: int, height: int) -> bytes:
    return zlib.compress(bytes((width + 7) // 8 + 1) * height, 1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


_END: Final = _chunk(b"IEND", b"")


@cache
def _template() -> str:
    return to_json(record_for(Request(prompt="")))
