"""The audit of dependencies says what it knows and what it does not; a fake pip-audit stands in for the network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

Package = dict[str, object]
SCRIPT = Path(__file__).parents[1] / ".ci" / "audit.py"
SOUND: Package = {"name": "one", "version": "1", "vulns": []}
BROKEN: Package = {"name": "two", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
UNKNOWN: Package = {"name": "three", "skip_reason": "Dependency not found"}


def _audit(folder: Path, found: list[Package] | None, **env: str) -> subprocess.CompletedProcess[str]:
    python, tool = folder / "python", folder / "pip-audit"
    python.symlink_to(Path(sys.executable).resolve())
    report = "" if found is None else json.dumps({"dependencies": found})
    (folder / "report").write_text(report, encoding="utf-8")
    copy = f'for word; do case "$word" in --output=*) cp {folder}/report "${{word#--output=}}";; esac; done'
    tool.write_text(f"#!/bin/sh\n{copy if found is not None else 'echo no network >&2; exit 1'}\n", encoding="utf-8")
    tool.chmod(0o755)
    return subprocess.run(
        [python, SCRIPT], capture_output=True, text=True, check=False, env={"PATH": "/bin:/usr/bin"} | env
    )


def test_what_was_looked_up_and_is_sound_passes(tmp_path: Path) -> None:
    told = _audit(tmp_path, [SOUND])
    assert (told.returncode, told.stdout) == (0, "1 packages looked up: no known vulnerability.\n")


def test_a_known_vulnerability_fails_and_is_named(tmp_path: Path) -> None:
    told = _audit(tmp_path, [SOUND, BROKEN, UNKNOWN])
    assert (told.returncode, told.stdout) == (1, "two 2: PYSEC-1, mended in 3\n")


@pytest.mark.parametrize("found", [None, [SOUND, UNKNOWN], []])
def test_what_could_not_be_looked_up_is_said_aloud_and_can_be_made_a_failure(
    tmp_path: Path, found: list[Package] | None
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    told = _audit(tmp_path / "a", found)
    assert (told.returncode, "SKIPPED" in told.stderr, "no known" in told.stdout) == (0, True, False)
    assert _audit(tmp_path / "b", found, AUDIT="required").returncode == 1
