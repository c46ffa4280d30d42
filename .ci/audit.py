"""Looks every package of the lock files up among known vulnerabilities, and never passes in silence.

Exit code 0: looked up, none is known. 1: some are known, or AUDIT=required and they could not be looked up. Where the
advisories can't be reached (no network, or a mirror of the registry that has none) it says SKIPPED, how many packages
were not looked up, and exits with 0 unless AUDIT=required.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LOCKS = ("requirements.lock", "requirements-dev.lock")
SKIPPED = """\
********************************************************************************
*  AUDIT SKIPPED: {why}
*  Nothing is known of {count} packages. Run make audit where the registry's
*  advisories can be reached; AUDIT=required makes this a failure.
********************************************************************************"""


def main() -> int:
    """The exit code."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        told = subprocess.run(  # noqa: S603 - our own tool, on our own files
            [
                *(str(Path(sys.executable).with_name("pip-audit")), "--progress-spinner=off", "--timeout=10"),
                *("--disable-pip", "--require-hashes", "--format=json", f"--output={report}"),
                *(f"--requirement={lock}" for lock in LOCKS),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        found: list[dict[str, Any]] = json.loads(report.read_text())["dependencies"] if report.exists() else []
    for package in found:
        for fault in package.get("vulns", ()):
            fixed = ", ".join(fault["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {fault['id']}, mended in {fixed}")
    unknown = sum("skip_reason" in package for package in found)
    if any(package.get("vulns") for package in found):
        return 1
    if found and not unknown:
        print(f"{len(found)} packages looked up: no known vulnerability.")
        return 0
    why = f"the registry has no advisories for {unknown} packages" if found else _last_line(told.stderr)
    print(SKIPPED.format(why=why, count=unknown or "all"), file=sys.stderr)
    return int(os.environ.get("AUDIT") == "required")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:200] if lines else "pip-audit said nothing"


if __name__ == "__main__":
    sys.exit(main())
