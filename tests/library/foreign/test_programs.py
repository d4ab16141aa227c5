"""A picture of every program, in its old and new ways of writing, gives a request; what is lost is told."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.sentences import LANGUAGES, Sentences
from core.errors import HangaError
from core.library import exif
from core.library.foreign.imported import Imported
from core.library.foreign.reading import read
from core.library.picture import encode
from core.request import Guidance, Lora, MicroConditioning, Request
from core.sampling.schedules import schedule, split
from tests.library.conftest import record_for
from tests.library.foreign import samples
from tests.library.foreign.pictures import png, saved, with_comment, with_exif, with_hidden

MAKE = 0x010F


EVERYTHING = {
    "sampler", "schedule", "size", "hires_fix", "controlnet", "face_restoration", "variation", "tiling", "embedding",
    "clip_skip", "hypernetwork", "lora_parts", "noise_source", "weighting", "prompt_sum", "prompt_schedule",
    "other_settings",
}  # fmt: skip


@pytest.fixture
def imported(tmp_path: Path) -> Any:
    """`imported(data)` → Imported, of which every note can be said in every language."""

    def call(data: bytes | Mapping[str, str]) -> Imported:
        found = read(saved(tmp_path, data if isinstance(data, bytes) else png(data)))
        for language in LANGUAGES:
            for note in found.unmatched:
                assert Sentences.for_locale(language).say(note.code, **note.data)
        return found

    return call


def notes(found: Imported) -> set[str]:
    return {note.code.removeprefix("foreign.") for note in found.unmatched}


def base_steps(request: Request) -> int:
    assert request.schedule is not None
    return split(schedule(request.schedule, request.steps), request.handoff)[0].steps


class TestOurs:
    def test_gives_its_own_request_and_nothing_is_lost(self, imported: Any) -> None:
        record = record_for(Request(prompt="a fox", loras=(Lora(name="ink"),), handoff=0.7, sampler="restart"))
        found = imported(encode(np.zeros((8, 8, 3), np.uint8), record))
        assert found == Imported(record.plan.request, "Hanga", ())

    def test_a_broken_record_leaves_the_text(self, imported: Any) -> None:
        found = imported({"hanga": "{}", "parameters": samples.A1111_OLD})
        assert (found.program, found.request.seed) == ("AUTOMATIC1111", 5)

    def test_of_a_newer_hanga(self, imported: Any) -> None:
        with pytest.raises(HangaError, match=r"file\.newer_record"):
            imported({"hanga": '{"schema": 99}', "parameters": samples.A1111_OLD})


class TestA1111:
    def test_base_and_refiner(self, imported: Any) -> None:
        found = imported({"parameters": samples.A1111})
        request = found.request
        assert base_steps(request) == 23
        assert found.program == "AUTOMATIC1111"
        assert request == Request(
            prompt="a lighthouse on a cliff, (storm:1.3), [people] \nsecond line",
            negative="blurry, text",
            checkpoint="sd_xl_base_1.0",
            refiner="sd_xl_refiner_1.0",
            vae="sdxl_vae",
            loras=(Lora(name="oil-paint", weight=0.7),),
            width=832,
            height=1216,
            steps=28,
            sampler="dpmpp_2m_sde",
            schedule="karras",
            guidance=Guidance(scale=6.5),
            handoff=request.handoff,
            seed=4012345678,
        )
        assert notes(found) == {"weighting", "model_hash"}
        hashes = {note.data["name"]: note.data["hash"] for note in found.unmatched if "hash" in note.data}
        assert hashes == {
            "oil-paint": "0123456789ab",
            "sd_xl_base_1.0": "31e35c80fc",
            "sd_xl_refiner_1.0": "7440042bbd",
        }

    @pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-16"])
    @pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
    def test_in_other_formats(self, imported: Any, kind: str, encoding: str) -> None:
        found = imported(with_comment(kind, samples.A1111, encoding))
        assert found == imported({"parameters": samples.A1111})

    def test_a_schedule_in_the_name_of_the_sampler(self, imported: Any) -> None:
        found = imported({"parameters": samples.A1111_OLD})
        assert (found.request.sampler, found.request.schedule) == ("dpmpp_2m", "karras")
        assert notes(found) == {"noise_source", "model_unnamed"}

    def test_everything_that_cannot_be_matched_is_told(self, imported: Any) -> None:
        found = imported({"parameters": samples.A1111_RICH})
        assert found.program == "Forge"
        assert notes(found) == EVERYTHING
        assert [lora.weight for lora in found.request.loras] == [0.5, 1.0]
        assert (found.request.width, found.request.sampler, found.request.schedule) == (992, "dpm_2", None)

    def test_civitai(self, imported: Any) -> None:
        found = imported({"parameters": samples.CIVITAI})
        assert (found.program, found.request.checkpoint) == ("Civitai", "Nice Model")
        assert found.request.loras == (Lora(name="Ink", weight=0.6),)
        assert notes(found) == set()

    def test_sd_next(self, imported: Any) -> None:
        found = imported({"parameters": samples.SD_NEXT})
        assert (found.program, found.request.sampler, found.request.schedule) == ("SD.Next", "unipc", None)
        assert notes(found) == set()

    def test_a_description_without_settings_is_none(self, imported: Any) -> None:
        with pytest.raises(HangaError, match=r"file\.no_record"):
            imported({"parameters": "a fox: red, small: yes", "Comment": "made with love"})


class TestComfyUI:
    def test_text_to_picture(self, imported: Any) -> None:
        found = imported({"prompt": json.dumps(samples.comfy()), "workflow": "{}"})
        assert found.request == Request(
            prompt="oil paint",
            prompt_2="a lighthouse \\[sea\\]",
            negative="fog",
            checkpoint="dream_v2",
            refiner=None,
            loras=(Lora(name="ink", weight=0.8), Lora(name="gold", weight=-0.3)),
            width=1216,
            height=832,
            steps=24,
            sampler="dpmpp_2m",
            schedule="karras",
            guidance=Guidance(scale=5.5),
            positive=MicroConditioning(original_size=(2048, 1024), crop=(16, 8), target_size=(1216, 832)),
            seed=2**40,
        )
        assert (found.program, notes(found)) == ("ComfyUI", {"nodes"})

    def test_base_and_refiner(self, imported: Any) -> None:
        found = imported({"prompt": json.dumps(samples.comfy_refined())})
        request = found.request
        assert (request.checkpoint, request.refiner, request.vae) == (
            "sd_xl_base_1.0",
            "sd_xl_refiner_1.0",
            "sdxl_vae",
        )
        assert (request.positive.aesthetic, request.negative_conditioning.aesthetic) == (7.5, 1.5)
        assert (request.prompt, request.empty_negative, request.seed) == ("a fox", "zero", 77)
        assert base_steps(request) == 20
        assert notes(found) == set()

    def test_the_sampler_in_parts(self, imported: Any) -> None:
        found = imported({"prompt": json.dumps(samples.comfy_custom())})
        request = found.request
        assert (request.width, request.height, request.steps, request.seed) == (1344, 768, 30, 5)
        assert (request.sampler, request.schedule) == ("unipc", "sgm_uniform")
        assert request.guidance == Guidance(scale=4.5, rescale=0.7)
        assert request.loras == (Lora(name="a", weight=0.5),)
        assert (request.prompt, request.negative) == ("a fox embedding:better here", "fog")
        assert notes(found) == {"embedding", "guidance_tricks", "controlnet", "hires_fix", "nodes"}

    def test_the_graph_of_the_window(self, imported: Any) -> None:
        found = imported({"workflow": json.dumps(samples.WORKFLOW)})
        request = found.request
        assert (request.prompt, request.negative, request.checkpoint) == ("a fox", "fog", "dream")
        assert (request.width, request.height, request.steps, request.sampler) == (896, 1152, 20, "euler_ancestral")
        assert notes(found) == set()

    def test_in_a_webp(self, imported: Any) -> None:
        texts = {exif.MODEL: "prompt:" + json.dumps(samples.comfy()), MAKE: "workflow:" + json.dumps(samples.WORKFLOW)}
        assert imported(with_exif("WEBP", texts)).request.checkpoint == "dream_v2"

    def test_a_second_pass_is_told(self, imported: Any) -> None:
        again = samples.comfy()["7"]["inputs"] | {"latent_image": ["20", 0], "denoise": 0.5, "seed": 1}
        graph = samples.comfy(**{
            "20": samples.node("LatentUpscale", samples=["7", 0], width=2432, height=1664),
            "21": samples.node("KSampler", **again),
            "8": samples.node("VAEDecode", samples=["21", 0], vae=["1", 2]),
        })  # fmt: skip
        found = imported({"prompt": json.dumps(graph)})
        assert (found.request.width, found.request.seed) == (1216, 2**40)
        assert notes(found) == {"nodes", "hires_fix"}

    def test_from_a_picture(self, imported: Any) -> None:
        start = samples.comfy()["7"]["inputs"] | {"denoise": 0.6}
        found = imported({"prompt": json.dumps(samples.comfy(**{"7": samples.node("KSampler", **start)}))})
        assert "image_to_image" in notes(found)

    def test_circles_and_missing_nodes(self, imported: Any) -> None:
        graph = samples.comfy(**{
            "10": samples.node("Reroute", **{"": ["10", 0]}),
            "5": samples.node("CLIPTextEncode", text=["5", 0]),
            "6": samples.node("EmptyLatentImage", width=["404", 0], height=["6", 0]),
        })  # fmt: skip
        found = imported({"prompt": json.dumps(graph)})
        assert (found.request.steps, found.request.width) == (24, None)
        assert "model_unnamed" in notes(found)

    def test_without_a_sampler_that_is_known(self, imported: Any) -> None:
        graph = {
            "1": samples.node("CheckpointLoaderSimple", ckpt_name="a.safetensors"),
            "2": samples.node("CLIPTextEncode", text="a fox"),
            "3": samples.node("Wonder", text=["2", 0]),
        }
        found = imported({"prompt": json.dumps(graph)})
        assert (found.request.prompt, found.request.checkpoint) == ("a fox", "a")
        assert notes(found) == {"graph_unknown"}
        beside = imported({"prompt": json.dumps(graph), "parameters": samples.A1111_OLD})
        assert beside.program == "AUTOMATIC1111"

    def test_another_family(self, imported: Any) -> None:
        graph = samples.comfy(**{"6": samples.node("EmptySD3LatentImage", width=1024, height=1024)})
        assert "other_family" in notes(imported({"prompt": json.dumps(graph)}))

    def test_numbers_that_json_does_not_have(self, imported: Any) -> None:
        text = json.dumps(samples.comfy()).replace("5.5", "NaN").replace("1099511627776", "Infinity")
        found = imported({"prompt": text})
        assert found.request.guidance.scale is None
        assert found.request.prompt == "oil paint"


class TestInvokeAI:
    def test_current(self, imported: Any) -> None:
        found = imported({"invokeai_metadata": json.dumps(samples.INVOKE), "invokeai_workflow": "{}"})
        assert found.request == Request(
            prompt="a lighthouse (in a storm:1.3) (sea:1.21) sci-fi (fog:0.9)",
            prompt_2="oil paint",
            negative="text",
            checkpoint="Dream XL",
            refiner="SDXL Refiner",
            loras=(Lora(name="Ink", weight=0.75),),
            width=1216,
            height=832,
            steps=30,
            sampler="dpmpp_2m_sde",
            schedule="karras",
            guidance=Guidance(scale=6.0, rescale=0.5),
            handoff=0.7,
            positive=MicroConditioning(aesthetic=6.5),
            negative_conditioning=MicroConditioning(aesthetic=2.0),
            seed=123,
        )
        assert notes(found) == {"controlnet", "model_hash"}

    def test_the_schedule_is_that_of_the_published_settings(self, imported: Any) -> None:
        found = imported({"invokeai_metadata": json.dumps(samples.INVOKE | {"scheduler": "euler"})})
        assert (found.request.sampler, found.request.schedule) == ("euler", "leading")

    def test_version_3(self, imported: Any) -> None:
        told = samples.INVOKE | {
            "model": {"model_name": "old", "base_model": "sd-1", "model_type": "main"},
            "loras": [{"lora": {"model_name": "ink", "base_model": "sd-1"}, "weight": 0.5}],
        }
        found = imported({"invokeai_metadata": json.dumps(told)})
        assert (found.request.checkpoint, found.request.loras[0].name) == ("old", "ink")
        assert "other_family" in notes(found)

    @pytest.mark.parametrize(
        "texts", [{"sd-metadata": json.dumps(samples.INVOKE_OLD)}, {"Dream": samples.INVOKE_OLDEST}]
    )
    def test_the_oldest(self, imported: Any, texts: dict[str, str]) -> None:
        found = imported(texts)
        request = found.request
        assert (request.prompt, request.negative) == ("a fox", "fog")
        assert (request.width, request.height, request.seed, request.guidance.scale) == (512, 768, 42, 7.5)
        assert "other_family" in notes(found)


class TestFooocus:
    @pytest.mark.parametrize("scheme", [{"fooocus_scheme": "fooocus"}, {}])
    def test_its_own_scheme(self, imported: Any, scheme: dict[str, str]) -> None:
        found = imported({"parameters": json.dumps(samples.FOOOCUS)} | scheme)
        request = found.request
        assert found.program == "Fooocus"
        assert request.prompt == "a fox BREAK cinematic still a fox . emotional BREAK a fox, very detailed"
        assert (request.width, request.height, request.seed) == (1152, 896, 6543210987654321)
        assert (request.sampler, request.schedule, request.vae) == ("dpmpp_2m_sde", "karras", None)
        assert request.loras == (Lora(name="sd_xl_offset_example-lora_1.0", weight=0.1),)
        assert base_steps(request) == 24
        assert notes(found) == {"guidance_tricks", "styles", "model_hash"}

    def test_in_a_jpeg(self, imported: Any) -> None:
        tags = {exif.USER_COMMENT: json.dumps(samples.FOOOCUS), exif.SOFTWARE: "Fooocus v2.5.5"}
        assert imported(with_exif("JPEG", tags | {exif.MAKER_NOTE: "fooocus"})).request.checkpoint == "juggernautXL_v8"

    def test_older_loras(self, imported: Any) -> None:
        told = {key: value for key, value in samples.FOOOCUS.items() if key != "loras"}
        assert imported({"parameters": json.dumps(told)}).request.loras[0].weight == 0.1

    def test_the_scheme_of_a1111(self, imported: Any) -> None:
        found = imported({"parameters": samples.FOOOCUS_TEXT, "fooocus_scheme": "a1111"})
        request = found.request
        assert (found.program, request.prompt, request.negative) == (
            "Fooocus",
            "a fox, cinematic",
            "fog, worst quality",
        )
        assert (request.sampler, request.schedule) == ("dpmpp_2m_sde", "karras")
        assert request.loras == (Lora(name="offset", weight=0.1),)
        assert notes(found) == {"guidance_tricks", "styles", "model_hash"}


class TestSwarmUI:
    def test_stages_and_loras(self, imported: Any) -> None:
        found = imported({"parameters": json.dumps(samples.SWARM)})
        request = found.request
        assert (found.program, request.checkpoint, request.refiner) == ("SwarmUI", "dream", "sd_xl_refiner_1.0")
        assert request.loras == (Lora(name="ink", weight=0.5), Lora(name="gold", weight=0.4))
        assert request.prompt == "a (red:1.2) fox  <segment:face> \\[x\\]"
        assert base_steps(request) == 16
        assert notes(found) == {"inpainting", "model_hash"}

    def test_in_a_jpeg(self, imported: Any) -> None:
        assert imported(with_comment("JPEG", json.dumps(samples.SWARM))).request.seed == 11


class TestNovelAI:
    def test_version_3(self, imported: Any) -> None:
        found = imported(samples.NOVELAI)
        request = found.request
        assert request.prompt == "(fox:1.103), (moon:0.9524) \\(plain\\), (red, sky:1.5), sea"
        assert (request.width, request.height, request.guidance.rescale) == (832, 1216, 0.2)
        assert (request.sampler, request.schedule, request.checkpoint) == ("euler_ancestral", "karras", "starter")
        assert notes(found) == {"noise_source", "model_private"}

    def test_version_4_is_no_sdxl(self, imported: Any) -> None:
        found = imported(samples.NOVELAI_V4)
        assert (found.request.prompt, found.request.negative) == ("a fox", "fog")
        assert {"other_family", "regions"} <= notes(found)

    @pytest.mark.parametrize("magic", [b"stealth_pngcomp", b"stealth_pnginfo"])
    def test_hidden_in_the_transparency(self, imported: Any, magic: bytes) -> None:
        text = json.dumps(samples.NOVELAI).encode()
        found = imported(with_hidden(magic, gzip.compress(text) if magic.endswith(b"comp") else text))
        assert found == imported(samples.NOVELAI)

    def test_hidden_in_colours(self, imported: Any) -> None:
        found = imported(with_hidden(b"stealth_rgbinfo", samples.A1111.encode(), "RGB"))
        assert found == imported({"parameters": samples.A1111})


class TestDrawThings:
    def test_xmp(self, imported: Any) -> None:
        found = imported({"XML:com.adobe.xmp": samples.draw_things(samples.DRAW_THINGS_JSON)})
        request = found.request
        assert (found.program, request.checkpoint, request.refiner) == (
            "Draw Things",
            "sd_xl_base_1.0",
            "sd_xl_refiner_1.0",
        )
        assert request.loras == (Lora(name="ink", weight=0.5),)
        assert request.positive == MicroConditioning(
            original_size=(2048, 1536), crop=(8, 4), target_size=(1024, 768), aesthetic=7.0
        )
        assert (request.sampler, request.schedule, request.width) == ("dpmpp_2m", "karras", 1024)
        assert base_steps(request) == 21
        assert notes(found) == {"noise_source"}

    def test_in_a_jpeg(self, imported: Any) -> None:
        packet = samples.draw_things(samples.DRAW_THINGS_JSON | {"strength": 0.4}).encode()
        assert "image_to_image" in notes(imported(with_exif("JPEG", {}, packet)))
