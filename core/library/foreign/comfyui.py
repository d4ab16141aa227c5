"""ComfyUI: the whole graph is in the picture. It is followed from the sampler that made the picture, backwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from core.library.foreign import comfy_nodes
from core.library.foreign.comfy_graph import MOST_STEPS, Graph, Node, from_prompt, from_workflow
from core.library.foreign.comfy_texts import read_conditioning
from core.library.foreign.imported import Found
from core.library.foreign.json_text import members
from core.library.foreign.values import model_name, real, string, whole

NAME: Final = "ComfyUI"
MOST_PASSES: Final = 16
MOST_STACKED: Final = 50


def read(texts: Mapping[str, str]) -> Found | None:
    """None where the graph has no sampler; other texts of the picture may say more then."""
    graph = _graph(texts)
    last = None if graph is None else _last_sampler(graph)
    return None if graph is None or last is None else _Reading(graph, last).found()


def read_remains(texts: Mapping[str, str]) -> Found | None:
    """What a graph says that has no sampler we know."""
    graph = _graph(texts)
    if graph is None:
        return None
    found = Found(program=NAME)
    found.note("foreign.graph_unknown")
    nodes = graph.nodes.values()
    text = next((node for node in nodes if node.kind == "CLIPTextEncode"), None)
    found.prompt = graph.value(text, "text", str)
    found.model = next((graph.value(node, "ckpt_name", str) for node in nodes if "ckpt_name" in node.inputs), None)
    return found


def _graph(texts: Mapping[str, str]) -> Graph | None:
    graph = from_prompt(members(texts.get("prompt")))
    if not any(node.kind for node in graph.nodes.values()):
        graph = from_workflow(members(texts.get("workflow")))
    return graph if any(node.kind for node in graph.nodes.values()) else None


def _is_sampler(node: Node) -> bool:
    custom = node.kind.startswith("SamplerCustom")
    return "latent_image" in node.inputs and (custom or {"steps", "cfg"} <= node.inputs.keys())


def _last_sampler(graph: Graph) -> Node | None:
    """The sampler nearest to where a picture is saved; any, if nothing is saved."""
    outputs = [node for node in graph.nodes.values() if "images" in node.inputs]
    outputs.sort(key=lambda node: "Save" not in node.kind)
    for output in outputs[:MOST_PASSES]:
        for node in graph.upstream(output):
            if _is_sampler(node):
                return node
    return next((node for node in graph.nodes.values() if _is_sampler(node)), None)


@dataclass(frozen=True)
class _Reading:
    """One graph, and the sampler that had the last word."""

    graph: Graph
    last: Node

    def found(self) -> Found:
        found = Found(program=NAME)
        first, *others = self._passes()
        self._sampling(found, first)
        guided = self.graph.source(first, "guider") or first
        self._models(found, guided)
        read_conditioning(self.graph, guided, found)
        self._size(found, first)
        self._later_passes(found, first, others)
        comfy_nodes.note_nodes(self._all_nodes, found)
        skipped = (self.graph.value(node, "stop_at_clip_layer") for node in self._all_nodes)
        for layer in (number for value in skipped if (number := whole(value)) is not None and number < -2):
            found.note("foreign.clip_skip", value=-layer)
        return found

    def _passes(self) -> list[Node]:
        """The samplers on the way of the latents, first to last."""
        passes = [self.last]
        while len(passes) < MOST_PASSES:
            latent = self.graph.source(passes[0], "latent_image")
            before = () if latent is None else self.graph.upstream(latent)
            known = {id(node) for node in passes}
            earlier = next((node for node in before if _is_sampler(node) and id(node) not in known), None)
            if earlier is None:
                break
            passes.insert(0, earlier)
        return passes

    def _sampling(self, found: Found, node: Node) -> None:
        noise = self.graph.source(node, "noise") or node
        guider = self.graph.source(node, "guider") or node
        chosen = self.graph.source(node, "sampler")
        spaced = self._spacing(node) or node
        seeds = (self.graph.value(noise, name) for name in ("seed", "noise_seed"))
        found.seed = next((seed for seed in seeds if seed is not None), None)
        found.guidance = 1 if guider.kind == "BasicGuider" else self.graph.value(guider, "cfg")
        found.steps = self.graph.value(spaced, "steps")
        found.sampler = self.graph.value(chosen or node, "sampler_name", str)
        if found.sampler is None and chosen is not None:
            found.sampler = comfy_nodes.SAMPLER_NODES.get(chosen.kind, chosen.kind)
        found.schedule = self.graph.value(spaced, "scheduler", str)
        found.schedule = found.schedule or comfy_nodes.SCHEDULE_NODES.get(spaced.kind)
        denoise = real(self.graph.value(spaced, "denoise"))
        start = whole(self.graph.value(node, "start_at_step")) or 0
        if (denoise is not None and denoise < 1.0) or start > 0:
            found.note("foreign.image_to_image", strength="?" if denoise is None else denoise)

    def _spacing(self, node: Node) -> Node | None:
        """The node that spaces the steps, where that is not the sampler itself."""
        nearest = self.graph.source(node, "sigmas")
        before = () if nearest is None else self.graph.upstream(nearest)
        return next((each for each in before if "steps" in each.inputs), None)

    def _models(self, found: Found, guided: Node) -> None:
        loras: list[tuple[object, object]] = []
        for node in self._along(guided, "model"):
            loras += reversed(list(self._loras(node)))
            if node.kind == "RescaleCFG":
                found.rescale = self.graph.value(node, "multiplier")
        found.loras = loras[::-1]
        found.model = self._model_name(guided)
        vae = next((each for each in self._all_nodes if each.kind.startswith("VAEDecode")), None)
        loader = None if vae is None else self.graph.source(vae, "vae")
        found.vae = self.graph.value(loader, "vae_name", str)

    def _model_name(self, node: Node) -> object:
        names = (
            self.graph.value(each, name, str)
            for each in self._along(node, "model")
            for name in ("ckpt_name", "unet_name", "model_name", "base_ckpt_name")
        )
        return next((name for name in names if name), None)

    def _along(self, node: Node, name: str) -> Iterator[Node]:
        """The nodes that the input `name` leads to, one after the other."""
        seen = {id(node)}
        for _ in range(MOST_STEPS):
            following = self.graph.source(node, name)
            if following is None or id(following) in seen:
                return
            seen.add(id(following))
            yield following
            node = following

    def _loras(self, node: Node) -> Iterator[tuple[object, object]]:
        """The LoRAs of one node: one, a numbered list, or members with a switch."""
        name = self.graph.value(node, "lora_name", str)
        if name not in (None, "None"):
            weight = "strength_model" if "strength_model" in node.inputs else "lora_model_strength"
            yield name, self.graph.value(node, weight)
        for number in range(1, MOST_STACKED):
            name, on = node.inputs.get(f"lora_name_{number}"), node.inputs.get(f"switch_{number}", "On")
            if name not in (None, "None") and on == "On":
                yield name, node.inputs.get(f"model_weight_{number}", node.inputs.get(f"lora_wt_{number}", 1))
            held = node.inputs.get(f"lora_{number}")
            if isinstance(held, dict) and held.get("on"):
                yield held.get("lora"), held.get("strength", 1)

    def _size(self, found: Found, first: Node) -> None:
        """From the nearest node before the sampler that has one."""
        latent = self.graph.source(first, "latent_image")
        for node in () if latent is None else self.graph.upstream(latent):
            for width, height in (("width", "height"), ("empty_latent_width", "empty_latent_height")):
                if width in node.inputs and height in node.inputs:
                    found.width, found.height = self.graph.value(node, width), self.graph.value(node, height)
                    return
            if sides := comfy_nodes.dimensions(string(node.inputs.get("dimensions"))):
                found.width, found.height = sides
                return

    def _later_passes(self, found: Found, first: Node, others: list[Node]) -> None:
        """A second sampler that goes on at the step where the first stops is the refiner; others come on top."""
        end = whole(self.graph.value(first, "end_at_step"))
        steps = whole(found.steps)
        following = others[0] if others else None
        goes_on = following is not None and whole(self.graph.value(following, "start_at_step")) == end
        if following is not None and goes_on and end is not None and steps and 0 < end < steps:
            others = others[1:]
            name = self._model_name(following)
            if model_name(name) != model_name(found.model):
                found.refiner, found.switch = name, end / steps
                read_conditioning(self.graph, following, found, refiner=True)
        if others:
            found.note("foreign.hires_fix", value=others[-1].kind)

    @cached_property
    def _all_nodes(self) -> list[Node]:
        """What the picture depends on, and what was done to it after the last sampler."""
        before = {id(node) for node in self.graph.upstream(self.last)}
        outputs = (node for node in self.graph.nodes.values() if "images" in node.inputs)
        for output in list(outputs)[:MOST_PASSES]:
            nodes = list(self.graph.upstream(output))
            if any(node is self.last for node in nodes):
                return nodes
        return [node for node in self.graph.nodes.values() if id(node) in before]
