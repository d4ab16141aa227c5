"""All lines of the scoreboard, in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.tools.scoreboard import card, files, passes, stories, streaming
from tests.tools.scoreboard.row import CARD, PROCESSOR, Goal, Row

HERE: Final = (
    Row("UNet ÷ GEMM", "GFLOP/s of a UNet pass ÷ those of a matrix product, same type", Goal(least=0.9),
        "1.2 with bf16, 0.45 to 0.5 with fp32 engines", PROCESSOR, passes.against_gemm),
    Row("ours ÷ diffusers", "seconds of a pass ÷ those of diffusers 0.42.1, same weights, in turns", Goal(most=0.9),
        "1.0", PROCESSOR, passes.against_diffusers),
    Row("guidance in one", "both sides in one pass ÷ twice one side", None,
        "0.85 (≤ 0.85 on Hopper)", PROCESSOR, passes.guidance_in_one),
    Row("decoder ÷ step", "decoding ÷ a guided step of the same size", Goal(most=1.5),
        "2.6 to 2.8", PROCESSOR, passes.decoder_to_step),
    Row("load ready", "networks ready ÷ raw parallel read, files in the cache", Goal(most=1.15),
        "1.2 to 2.6", PROCESSOR, files.load_ready),
    Row("own memory", "memory that no file backs, loaded ÷ bytes of weights", Goal(most=1.1),
        "1.0", PROCESSOR, files.anonymous_memory),
    Row("host peak", "most memory of a base and refiner job ÷ distinct bytes of weights", Goal(most=1.1),
        "1.35, group offload 2", PROCESSOR, files.host_peak),
    Row("first preview", "from a plan to the first preview, less a step ÷ raw read, files in the cache", None,
        "none published", PROCESSOR, files.first_preview),
    Row("cold preview", "from a plan to the first preview, less a step ÷ raw read, both from the disk", Goal(most=1.3),
        "3.3", PROCESSOR, files.cold_preview),
    Row("imports", "the worker's imports ÷ a bare import of torch", Goal(most=1.3),
        "none published", PROCESSOR, files.import_time),
    Row("preview", "making a preview ÷ a step", Goal(most=0.02),
        "0.5 to 1 with the decoder, 0.04 with a small one", PROCESSOR, stories.preview_cost),
    Row("cancel", "from the wish to the end ÷ a step", Goal(most=0.5),
        "1.0", PROCESSOR, stories.cancel_latency),
    Row("same bits", "exact ways whose latents differ from the plain one", Goal(most=0),
        "0", PROCESSOR, stories.same_bits),
    Row("streamed bytes", "bytes that move in a pass ÷ those that do not stay, on a pretended device",
        Goal(most=1.0001), "1.0", PROCESSOR, streaming.streamed_bytes),
    Row("lossy: step cache, pass", "a pass that reuses the deeper levels ÷ a whole one", None,
        "whole runs 2.6 times as fast", PROCESSOR, passes.step_cache_pass),
    Row("lossy: merged cells, pass", "a pass with half of the cells merged ÷ a whole one", None,
        "attention is 12 % of the operations", PROCESSOR, passes.merged_pass),
    Row("lossy: 8-bit weights, pass", "a pass with weights in 8 bits ÷ one with weights as they are", None,
        "none known", PROCESSOR, passes.eight_bit_pass),
)  # fmt: skip

LOSSY: Final[Mapping[str, Mapping[str, object]]] = {
    "step cache 2": {"step_cache": 2},
    "step cache 3": {"step_cache": 3},
    "merged cells 0.4": {"merge_tokens": 0.4},
    "both, 2 and 0.4": {"step_cache": 2, "merge_tokens": 0.4},
    "8-bit weights": {"weights": "8bit"},
}

ON_CARD: Final = (
    Row("pictures ÷ diffusers", "pictures a second ÷ those of diffusers as it comes", Goal(least=1.5),
        "1.7 (H100, TensorRT), 1.98 (4090)", CARD, card.pictures_against_diffusers),
    Row("MFU, one picture", "operations a second of a whole picture ÷ those of matrix products", Goal(least=0.4),
        "0.36 to 0.37", CARD, card.mfu_of_a_picture),
    Row("MFU, batched", "the same of a pass of eight", Goal(least=0.55),
        "0.77 in 8 bits", CARD, card.mfu_batched),
    Row("decoder ÷ step, card", "decoding ÷ a guided step", Goal(most=1.5), "2.6 to 2.8", CARD, passes.decoder_to_step),
    Row("UNet peak", "most reserved in a pass ÷ its weights", Goal(most=1.12), "1.056", CARD, card.unet_peak),
    Row("job peak", "most reserved in a job ÷ weights kept", Goal(most=1.15), "1.29", CARD, card.job_peak),
    *(Row(f"cap of {cap} GB", "step under the cap ÷ step without ÷ what is allowed", Goal(most=1.0),
          "1.04 to 7.6", CARD, card.under_cap(cap)) for cap in (2, 4, 6, 8, 12)),
    Row("hand-over", "gap before the first refiner step ÷ a step", Goal(most=0.1), "4.4 to 6.3", CARD,
        card.handover_gap),
    Row("second picture", "bytes that move for it ÷ bytes of weights", Goal(most=0), "1.0", CARD,
        card.second_picture_moves),
    Row("preview, card", "making a preview ÷ a step", Goal(most=0.02), "0.04", CARD, stories.preview_cost),
    Row("cancel, card", "from the wish to the end ÷ a step", Goal(most=0.5), "1.0", CARD, stories.cancel_latency),
    Row("same bits, card", "exact ways whose latents differ from the plain one", Goal(most=0), "0", CARD,
        stories.same_bits),
)  # fmt: skip


TRIED: Final = tuple(
    Row(f"lossy: {name}", "steps of a run ÷ those of the exact one, and what is lost", None, "loses detail",
        PROCESSOR, stories.lossy(change))
    for name, change in LOSSY.items()
)  # fmt: skip

ROWS: Final = (*HERE, *TRIED, *ON_CARD)
