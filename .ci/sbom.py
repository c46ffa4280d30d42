"""Writes the software bill of materials (CycloneDX): requirements.lock, and what the pages are built from."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "sbom.cdx.json"


def list_npm_components(lock: dict[str, Any]) -> list[dict[str, Any]]:
    """One for each package of package-lock.json, with the SHA-512 by which npm checks it."""
    found = []
    for place, package in sorted(lock["packages"].items()):
        if not place:
            continue  # the project itself
        name = place.rpartition("node_modules/")[2]
        component = {
            "type": "library",
            "bom-ref": f"npm:{place}",
            "name": name,
            "version": package["version"],
            "purl": f"pkg:npm/{name.replace('@', '%40')}@{package['version']}",
        }
        if (integrity := package.get("integrity", "")).startswith("sha512-"):
            digest = base64.b64decode(integrity.removeprefix("sha512-")).hex()
            component["hashes"] = [{"alg": "SHA-512", "content": digest}]
        found.append(component)
    return found


def main() -> None:
    """Into build/."""
    OUT.parent.mkdir(exist_ok=True)
    tool = str(Path(sys.executable).with_name("cyclonedx-py"))
    options = ("--pyproject", "pyproject.toml", "--output-reproducible", "-o", str(OUT))
    subprocess.run([tool, "requirements", *options, "requirements.lock"], cwd=ROOT, check=True)  # noqa: S603 - our own
    bill = json.loads(OUT.read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    bill["components"] += list_npm_components(lock)
    OUT.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
