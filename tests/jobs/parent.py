"""A window without a window: `python -m tests.jobs.parent --home FOLDER [options of the acting worker]`.

Runs the plan that lies in its home as plan.json; prints the name of every event, and at last "died" or "over".
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from core.jobs.backend import WorkerDied
from core.jobs.task import Task
from core.jobs.watch import Patience
from core.jobs.worker_process import WorkerProcess
from core.paths import Home
from core.plain import from_plain, to_plain
from core.plan import Plan
from tests.jobs.acting_worker import command

PLAN = "plan.json"
BEAT_PATIENCE = 5.0


def leave_plan(home: Home, plan: Plan) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    (home.root / PLAN).write_text(json.dumps(to_plain(plan)), encoding="utf-8")


def parent_command(home: Home, *options: object) -> list[str]:
    return [sys.executable, "-m", "tests.jobs.parent", str(home.root), *map(str, options)]


def main(folder: str, *options: str) -> None:
    home = Home(Path(folder))
    plan = from_plain(Plan, json.loads((home.root / PLAN).read_text("utf-8")))
    backend = WorkerProcess(home, Patience(beat=BEAT_PATIENCE), command(home, *options))
    try:
        for event in backend.run(Task(plan, "job")):
            print(event.name, flush=True)
    except WorkerDied:
        print("died", flush=True)
    backend.close()
    print("over", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
