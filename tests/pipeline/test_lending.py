"""A refiner without text towers borrows the base's second one, in the same run in which the base uses both."""

from __future__ import annotations

import torch

from core import events
from core.checkpoint.save import save_checkpoint
from core.models.unet import UNet
from tests.pipeline.studio import REQUEST, Shelf, Studio
from tests.tiny import REFINER_UNET, filled


def test_a_refiner_alone_reads_with_the_tower_of_the_base(studio: Studio) -> None:
    unet = filled(UNet(REFINER_UNET), 11)
    save_checkpoint(studio.home.models / "alone.safetensors", unet=unet, dtype=torch.float32)
    plan = studio.plan(REQUEST, refiner="alone.safetensors")
    base, refiner = plan.stages
    assert plan.keep_resident
    assert (refiner.text, refiner.clip_l) == (base.text, None)
    happened = studio.run(plan, Shelf(), fresh=True)
    assert isinstance(happened[-1], events.Finished), happened[-1]
