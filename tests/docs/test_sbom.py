"""The bill of materials names everything that the locks name."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_bill_of_materials_names_every_package_of_both_locks() -> None:
    subprocess.run([sys.executable, str(ROOT / ".ci" / "sbom.py")], check=True, capture_output=True, timeout=60)
    bill = json.loads((ROOT / "build" / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    named = {(one["name"].lower(), one["version"]) for one in bill["components"]}
    locked = re.findall(
        r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    npm = {(place.rpartition("node_modules/")[2], one["version"]) for place, one in packages.items() if place}
    assert len(locked) > 30
    assert len(npm) > 3
    assert {(name.lower(), version) for name, version in locked} | npm <= named
    refs = [one["bom-ref"] for one in bill["components"]]
    assert len(refs) == len(set(refs))
