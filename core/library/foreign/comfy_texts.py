"""Prompts of a ComfyUI graph: from the sampler back to where words are encoded."""

from __future__ import annotations

from typing import Final

from core.library.foreign.comfy_graph import MOST_STEPS, Graph, Node
from core.library.foreign.emphasis import without_square
from core.library.foreign.imported import Found
from core.library.foreign.values import string

WAYS: Final = ("conditioning", "conditioning_1", "conditioning_to", "positive")
"""Inputs through which nodes that change a conditioning get it."""


def read_conditioning(graph: Graph, guided: Node, found: Found, refiner: bool = False) -> None:
    """Prompts and sizes of both sides; of a `refiner` only what the base has not said already: the scores."""
    for side in ("positive", "negative"):
        node = _encoder(graph, guided, side)
        if node is None:
            continue
        members = found.positive if side == "positive" else found.negative_conditioning
        if "ascore" in node.inputs:
            members["aesthetic"] = graph.value(node, "ascore")
        if not refiner:
            _read_texts(graph, node, side, found)
            _read_sizes(graph, node, members)


def _encoder(graph: Graph, guided: Node, side: str) -> Node | None:
    """The node that encodes the words of a side."""
    node = graph.source(guided, side) or (graph.source(guided, "conditioning") if side == "positive" else None)
    for _ in range(MOST_STEPS):
        if node is None or _encodes(graph, node, side):
            return node
        # What has both sides hands on the one that it was asked for.
        ways = (side, *WAYS) if side in node.inputs else WAYS
        node = next((found for way in ways if (found := graph.source(node, way)) is not None), None)
    return None


def _encodes(graph: Graph, node: Node, side: str) -> bool:
    if node.kind == "ConditioningZeroOut":
        return True
    texts = ("text", "text_g", "text_l", side)
    return any(isinstance(node.inputs.get(name), str) for name in texts) or any(
        graph.link(node, name) is not None for name in texts[:3]
    )


def _read_texts(graph: Graph, node: Node, side: str, found: Found) -> None:
    if node.kind == "ConditioningZeroOut":
        if side == "negative":
            found.empty_negative = "zero"
        return
    names = ("text_l", "text", side) if "text_l" in node.inputs else ("text", side, "text_g")
    text = next((value for name in names if (value := graph.value(node, name, str)) is not None), None)
    other = graph.value(node, "text_g", str) if "text_l" in node.inputs else None
    if text is None:
        found.note("foreign.nodes", names=node.kind)
    if "embedding:" in string(text)[: 1 << 17]:
        found.note("foreign.embedding", value=string(text).partition("embedding:")[2].partition(" ")[0])
    if side == "positive":
        found.prompt, found.prompt_2 = without_square(text), without_square(other)
    else:
        found.negative, found.negative_2 = without_square(text), without_square(other)


def _read_sizes(graph: Graph, node: Node, members: dict[str, object]) -> None:
    """What CLIPTextEncodeSDXL tells the model of an imagined original; without it, that is the picture's own size."""
    if not {"width", "height", "crop_w"} <= node.inputs.keys():
        return
    names = ("width", "height", "crop_h", "crop_w", "target_width", "target_height")
    width, height, top, left, target_width, target_height = (graph.value(node, name) for name in names)
    members["original_size"] = (width, height)
    members["crop"] = (top, left)
    members["target_size"] = (target_width, target_height)
