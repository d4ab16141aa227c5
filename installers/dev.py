"""For people who build Hanga: makes what is missing, then runs it or tests it. Needs nothing but Python.

    python3 installers/dev.py run [hanga arguments...]      without arguments the window
    python3 installers/dev.py test [pytest arguments...]
    python3 installers/dev.py check                         style and types only

Everything is installed into `.venv`, in the versions of `constraints.txt`. A stamp in there says for what, so that the
next time nothing is done. It is written last: an installation that was interrupted is begun again, from nothing.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (an older Python must get this far, so no newer syntax in this file)
    sys.exit(
        f"Hanga needs Python 3.11 or newer, and this is {sys.version.split()[0]}: start this file with a newer one."
    )

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.json"
UNFINISHED = ROOT / "build" / "installation-unfinished"
LOCK = ROOT / "build" / "installation-lock"
PROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "installers" / "constraints.txt"

QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
}
"""What Qt loads from a Linux system even without a screen, and the Debian packages that hold it."""

WINDOW_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""What it loads besides to open a window under X11, and under Wayland where X11 stands in for it."""


SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile")
"""The whole suite in two processes; what shares a file shares costly fixtures."""


def main(argv: Sequence[str]) -> int:
    """Does one command; returns its exit code."""
    commands = {"run": run, "test": test, "check": check}
    if not argv or argv[0] not in commands:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    return commands[argv[0]](argv[1:])


def run(arguments: Sequence[str]) -> int:
    """Hanga itself. `-P`: the folder that it is called from must not hide its packages."""
    if not arguments:
        provide_packages(packages_for(QT_LIBRARIES | WINDOW_LIBRARIES))
    provide_environment()
    return become([str(PYTHON), "-P", "-m", "app", *arguments])


def test(arguments: Sequence[str]) -> int:
    provide_packages(packages_for(QT_LIBRARIES))
    provide_environment("test")
    os.chdir(ROOT)
    return become([str(PYTHON), "-m", "pytest", *(arguments or SIDE_BY_SIDE)])


def check(arguments: Sequence[str]) -> int:
    """Style and types. `arguments` are paths to look at; without any everything."""
    provide_environment("test")
    checks = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"])
    return max(subprocess.call([str(PYTHON), "-m", *command, *arguments], cwd=ROOT) for command in checks)


def become(command: list[str]) -> int:
    """Goes on as `command` where the system can, so that signals and the exit code are its own."""
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)


# The environment in .venv


def provide_environment(*extras: str) -> None:
    """Afterwards `.venv` holds Hanga from this folder, with `extras` and those that it had before."""
    if extras_to_install(extras) is not None:
        with one_at_a_time():
            wanted = extras_to_install(extras)
            if wanted is not None:
                install(wanted)


def extras_to_install(extras: Sequence[str]) -> list[str] | None:
    """None where everything is there already."""
    had = extras_installed()
    wanted = sorted({*extras, *(had or ())})
    return None if had == wanted and PYTHON.exists() and not UNFINISHED.exists() else wanted


def install(extras: Sequence[str]) -> None:
    """Installs into `.venv`. After an interruption it begins from nothing; a refusal of pip's leaves all as it was."""
    print("Setting up .venv: only the first time, and when what belongs in there has changed.", file=sys.stderr)
    if UNFINISHED.exists() or not PYTHON.exists():
        UNFINISHED.touch()
        provide_packages(packages_for_venv())
        insist(call([sys.executable, "-m", "venv", "--clear", str(VENV)]))
    UNFINISHED.touch()
    pip = [str(PYTHON), "-m", "pip", "--no-input", "--disable-pip-version-check", "install"]
    project = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    code = call([*pip, "--constraint", str(CONSTRAINTS), "--editable", project])
    if code == 0:
        STAMP.write_text(json.dumps({"of": fingerprint(), "extras": list(extras)}), encoding="utf-8")
    if code >= 0:
        UNFINISHED.unlink()
    insist(code)


def call(command: Sequence[str]) -> int:
    """Runs `command` to its end. It talks on standard error: standard output belongs to what comes after it."""
    return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def insist(code: int) -> None:
    if code != 0:
        sys.exit("Setting up stopped, for the reason above. Nothing is lost: the same command goes on from here.")


def extras_installed() -> list[str] | None:
    """The extras that `.venv` holds in today's versions; [] is Hanga alone, None not even that."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stamp["extras"] if stamp["of"] == fingerprint() else None


def fingerprint() -> str:
    """Changes with all that an installation depends on, the place included: an editable install points to it."""
    parts = (PROJECT.read_bytes(), CONSTRAINTS.read_bytes(), os.fsencode(ROOT))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Waits until no other process installs. The system lets go of the lock even of a process that was killed."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("a") as lock:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# The system's packages


def packages_for(libraries: Mapping[str, str]) -> list[str]:
    """Those that hold what this system does not have."""
    if sys.platform != "linux":
        return []
    return [package for library, package in libraries.items() if not loads(library)]


def packages_for_venv() -> list[str]:
    """Debian's Python comes without the module that puts pip into a new environment."""
    missing = sys.platform == "linux" and find_spec("ensurepip") is None
    return [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"] if missing else []


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def provide_packages(packages: Sequence[str]) -> None:
    """Installs them where that is allowed and possible without a question, else says what to type, and goes on."""
    if packages and not install_packages(packages):
        say = f"please type: sudo apt-get install {' '.join(packages)}"
        if not shutil.which("apt-get"):
            say = f"please install what Debian calls {', '.join(packages)}"
        print(f"This system lacks something that Hanga needs; {say}", file=sys.stderr)


def install_packages(packages: Sequence[str]) -> bool:
    rights = rights_to_install()
    if rights is None:
        return False
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    call([*apt, "update"])
    return call([*apt, "install", "--yes", "--no-install-recommends", *packages]) == 0


def rights_to_install() -> list[str] | None:
    """What to put before a command that changes the system; None where we may not, or where there is no apt."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    may = shutil.which("sudo") and subprocess.call([*sudo, "true"], stderr=subprocess.DEVNULL) == 0
    return sudo if may else None


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
