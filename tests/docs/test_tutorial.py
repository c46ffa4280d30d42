"""The tutorial is run as it is written, block by block in one shell, against a server of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.postgres_home import POINTER

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "first-award.md"
BLOCK = re.compile(r"^```(bash|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BETWEEN = "----- next block -----"
RUN_SECONDS = 180


def read_blocks() -> list[tuple[str, str]]:
    """Each block for the shell with the output that the page promises for it; `...` stands for anything."""
    blocks: list[tuple[str, str]] = []
    for kind, text in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        if kind == "bash":
            blocks.append((text, ""))
        else:
            blocks[-1] = (blocks[-1][0], text)
    return blocks


def matches(promised: str, printed: str) -> bool:
    wanted = ".*".join(re.escape(part.strip()) for part in promised.split("..."))
    return re.fullmatch(wanted, printed.strip(), re.DOTALL) is not None


def remove_data_elsewhere(data_dir: Path) -> None:
    """Root's database may lie outside a closed DATA_DIR, and nobody else would tidy it up."""
    pointer = data_dir / POINTER
    if pointer.exists():
        shutil.rmtree(pointer.read_text(encoding="utf-8").strip())


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A DATA_DIR and a port of the test's own, and `rewards` on the PATH."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = tmp_path / "bin" / "rewards"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m app.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    ours = {"DATABASE_URL", "REDIS_URL", "BASE_URL", "HOST", "SCHEME", "SECRET_KEY", "SIGNING_KEY"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    path = f"{command.parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return kept | {"PATH": path, "DATA_DIR": str(tmp_path / "data"), "PORT": str(port), "TMPDIR": str(tmp_path)}


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[str]:
    """`rewards serve --demo`, ready; stopped as by Ctrl-C."""
    with subprocess.Popen(
        ["rewards", "serve", "--demo"],  # noqa: S607 - the one that the environment puts first
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.close()
            ended = process.wait(timeout=60)
            remove_data_elsewhere(Path(environment["DATA_DIR"]))
    assert ended == 0


def test_the_tutorial_does_what_it_says(server: str, environment: dict[str, str]) -> None:
    assert server == f"Ready on http://127.0.0.1:{environment['PORT']}"
    blocks = read_blocks()
    assert len(blocks) > 8
    script = f"\necho '{BETWEEN}'\n".join(["set -euo pipefail", *(commands for commands, _ in blocks)])
    done = subprocess.run(
        ["bash", "-c", script],  # noqa: S607 - the machine's own shell, as the reader's
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = done.stdout.split(f"{BETWEEN}\n")[1:]
    assert len(printed) == len(blocks)
    for (commands, promised), said in zip(blocks, printed, strict=True):
        assert matches(promised, said), f"{commands}\nwas to print\n{promised}\nand printed\n{said}"
