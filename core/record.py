"""ImageRecord: a picture, and all that it takes to make it again. This is what a picture file carries inside."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import HangaError
from core.plain import from_plain, to_plain
from core.plan import ModelFile, Plan, Stage
from core.request import SCHEMA, Request
from core.residency import UNDECIDED

KEY_DIGITS = 24


@dataclass(frozen=True, kw_only=True)
class ImageRecord:
    """`plan` makes this one picture and no other: its request and its seeds are narrowed to it. `index` of `count`
    is its place in the run that made it. `parent` names the picture that it was refined or varied from."""

    plan: Plan
    index: int
    count: int
    created: str
    """ISO 8601, with offset."""
    software: str
    parent: str | None = None
    job: str | None = None
    """The job of the queue that made it, which tells it from another picture of the same settings."""
    schema: int = SCHEMA

    @property
    def seed(self) -> int:
        return self.plan.seeds[0]

    @property
    def key(self) -> str:
        """Names what belongs to this picture besides its file; depends on what made it, not on where it lies or how
        full the memory was. Members at their defaults do not count, so that no field of a later version changes it."""
        pixels = replace(
            _without_places(self.plan),
            keep_resident=True,
            keep_patched=False,
            peak_bytes=0,
            residency=UNDECIDED,
            notes=(),
        )
        identity = json.dumps(to_plain(pixels, defaults=False), sort_keys=True)
        return hashlib.sha256(identity.encode()).hexdigest()[:KEY_DIGITS]


def record_of(
    plan: Plan, index: int, created: str, software: str, parent: str | None = None, job: str | None = None
) -> ImageRecord:
    """The record of the picture at `index` of a run."""
    seed = plan.seeds[index]
    narrowed = replace(plan, seeds=(seed,), request=replace(plan.request, seed=seed, count=1))
    return ImageRecord(
        plan=narrowed,
        index=index,
        count=len(plan.seeds),
        created=created,
        software=software,
        parent=parent,
        job=job,
    )


def to_json(record: ImageRecord) -> str:
    plan = replace(_without_places(record.plan), residency=UNDECIDED)
    return json.dumps(to_plain(replace(record, plan=plan)), allow_nan=False, ensure_ascii=False)


def from_json(text: str, name: str) -> ImageRecord:
    """The record of the picture called `name`. Raises file.no_record (none, or not ours), file.newer_record."""
    try:
        data = json.loads(text, parse_float=_finite, parse_constant=_finite)
        if isinstance(data, dict) and isinstance(data.get("schema"), int) and data["schema"] > SCHEMA:
            raise HangaError("file.newer_record", name=name)
        return _of_one_picture(from_plain(ImageRecord, data))
    except (TypeError, ValueError, RecursionError) as failure:
        raise HangaError("file.no_record", name=name) from failure


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number of a record")
    return number


def _of_one_picture(record: ImageRecord) -> ImageRecord:
    """The record, if its plan can be that of a picture: a hostile one may lack what no plan lacks."""
    plan = record.plan
    whole = all(len(stage.sigmas) == len(stage.timesteps) + 1 for stage in plan.stages)
    if not (whole and plan.stages and len(plan.seeds) == 1):
        raise ValueError("not the plan of one picture")
    return record


def _without_places(plan: Plan) -> Plan:
    """The plan without this machine's folders, which are nobody's business and no help elsewhere."""
    stages = tuple(_stage_without_place(stage) for stage in plan.stages)
    adapters = tuple(replace(one, model=_file_without_place(one.model)) for one in plan.adapters)
    first_stage = replace(plan.first_stage, model=_file_without_place(plan.first_stage.model))
    request = _request_without_places(plan.request)
    return replace(plan, request=request, stages=stages, adapters=adapters, first_stage=first_stage)


def _request_without_places(request: Request) -> Request:
    refiner, vae = (None if name is None else Path(name).name for name in (request.refiner, request.vae))
    loras = tuple(replace(lora, name=Path(lora.name).name) for lora in request.loras)
    return replace(request, checkpoint=Path(request.checkpoint).name, refiner=refiner, vae=vae, loras=loras)


def _stage_without_place(stage: Stage) -> Stage:
    return replace(stage, model=_file_without_place(stage.model), text=_file_without_place(stage.text))


def _file_without_place(model: ModelFile) -> ModelFile:
    return replace(model, path="")
