"""ComfyUI's graph of nodes: JSON by node number, whose inputs are values or links [node, output].

Anybody may have written it: links may lead nowhere or in circles, so every walk is bounded, and no node is trusted to
have what its kind says. The window's own format (`workflow`) is brought into the same shape.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from core.library.foreign.values import string

MOST_NODES: Final = 10_000
MOST_STEPS: Final = 100
"""Longest walk along links."""
MOST_INPUTS: Final = 1000
MOST_LINKS: Final = 50_000

VALUE_INPUTS: Final = (
    "value", "text", "string", "seed", "noise_seed", "int", "float", "number", "Value", "Text", "String", "STRING",
    "prompt", "positive", "wildcard_text", "populated_text", "string_a", "text1", "text_a", "sampler_name", "scheduler",
    "ckpt_name", "width", "height",
)  # fmt: skip
"""Inputs in which nodes that only hand on a value keep it, likeliest first."""

WIDGETS: Final[Mapping[str, tuple[str, ...]]] = {
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": (
        "add_noise", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler", "start_at_step", "end_at_step",
        "return_with_leftover_noise",
    ),
    "SamplerCustom": ("add_noise", "noise_seed", "", "cfg"),
    "RandomNoise": ("noise_seed",),
    "KSamplerSelect": ("sampler_name",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "CFGGuider": ("cfg",),
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeSDXL": (
        "width", "height", "crop_w", "crop_h", "target_width", "target_height", "text_g", "text_l",
    ),
    "CLIPTextEncodeSDXLRefiner": ("ascore", "width", "height", "text"),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "UNETLoader": ("unet_name",),
    "VAELoader": ("vae_name",),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "RescaleCFG": ("multiplier",),
    "PrimitiveNode": ("value",),
}  # fmt: skip
"""The order in which the window keeps the values of a node; "" is what it does with the seed afterwards."""


@dataclass(frozen=True)
class Node:
    kind: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class Link:
    """Where an input comes from."""

    node: str
    output: int


@dataclass(frozen=True)
class Graph:
    nodes: Mapping[str, Node]

    def link(self, node: Node, name: str) -> Link | None:
        """Where the input `name` comes from, if it is a link to a node that is there."""
        value = node.inputs.get(name)
        if not isinstance(value, list) or len(value) != 2 or not isinstance(value[1], int):
            return None
        return Link(str(value[0]), value[1]) if str(value[0]) in self.nodes else None

    def source(self, node: Node, name: str) -> Node | None:
        """The node that the input `name` comes from; nodes that only hand on are passed over."""
        link = self.link(node, name)
        for _ in range(MOST_STEPS):
            if link is None:
                return None
            found = self.nodes[link.node]
            if found.kind != "Reroute":
                return found
            link = next((again for input in found.inputs if (again := self.link(found, input))), None)
        return None

    def value(self, node: Node | None, name: str, kind: type[str] | type[float] = float) -> object:
        """The value of an input, followed through nodes that hold or hand on one of that kind; None for none."""
        for _ in range(MOST_STEPS):
            if node is None:
                return None
            if _is(node.inputs.get(name), kind):
                return node.inputs[name]
            if self.link(node, name) is None:
                return None
            node = self.source(node, name)
            name = self._holder(node, kind)
        return None

    def _holder(self, node: Node | None, kind: type) -> str:
        """Which input of a node holds the value that it hands on, or leads further."""
        if node is None:
            return ""
        held = (name for name in VALUE_INPUTS if _is(node.inputs.get(name), kind))
        linked = (name for name in VALUE_INPUTS if self.link(node, name) is not None)
        return next(held, None) or next(linked, "")

    def upstream(self, start: Node) -> Iterator[Node]:
        """All nodes that a node depends on, nearest first, each once; itself first."""
        waiting, seen = deque([start]), {id(start)}
        while waiting:
            node = waiting.popleft()
            yield node
            for before in self._before[id(node)]:
                if id(before) not in seen:
                    seen.add(id(before))
                    waiting.append(before)

    @cached_property
    def _before(self) -> dict[int, list[Node]]:
        """The nodes that each node depends on itself."""
        return {id(node): list(self._sources(node)) for node in self.nodes.values()}

    def _sources(self, node: Node) -> Iterator[Node]:
        links = (self.link(node, name) for name in node.inputs)
        return (self.nodes[link.node] for link in links if link is not None)


def _is(value: object, kind: type) -> bool:
    return isinstance(value, str) if kind is str else isinstance(value, str | int | float)


def from_prompt(data: Mapping[str, Any]) -> Graph:
    """The graph as it was carried out."""
    nodes = {}
    for number, node in list(data.items())[:MOST_NODES]:
        if isinstance(node, dict) and isinstance(node.get("inputs"), dict):
            inputs = dict(list(node["inputs"].items())[:MOST_INPUTS])
            nodes[number] = Node(string(node.get("class_type")), inputs)
    return Graph(nodes)


def from_workflow(data: Mapping[str, Any]) -> Graph:
    """The graph as the window keeps it. Only nodes whose order of values is known have values."""
    listed, links = data.get("nodes"), _links(data.get("links"))
    nodes = {}
    for node in listed[:MOST_NODES] if isinstance(listed, list) else ():
        if isinstance(node, dict) and node.get("mode") not in (2, 4):
            nodes[str(node.get("id"))] = Node(string(node.get("type")), _widgets(node) | _inputs(node, links))
    return Graph(nodes)


def _links(value: object) -> dict[object, list[Any]]:
    """Number of a link → [node, output] that it comes from."""
    found: dict[object, list[Any]] = {}
    for link in value[:MOST_LINKS] if isinstance(value, list) else ():
        if isinstance(link, list) and len(link) >= 3 and isinstance(link[0], int):
            found[link[0]] = [str(link[1]), link[2]]
    return found


def _widgets(node: Mapping[str, Any]) -> dict[str, Any]:
    values = node.get("widgets_values")
    names = WIDGETS.get(string(node.get("type")), ())
    if isinstance(values, dict):
        return dict(values)
    return dict(zip(names, values, strict=False)) if isinstance(values, list) else {}


def _inputs(node: Mapping[str, Any], links: Mapping[object, list[Any]]) -> dict[str, Any]:
    listed = node.get("inputs")
    found = {}
    for each in listed[:MOST_INPUTS] if isinstance(listed, list) else ():
        if isinstance(each, dict) and isinstance(each.get("link"), int) and each["link"] in links:
            found[string(each.get("name"))] = links[each["link"]]
    return found
