"""Processor time of other processes, from Linux's /proc; elsewhere it is not measured."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_PARENT, _OWN, _REAPED = 1, (11, 12), (13, 14)
"""Places in /proc/PID/stat after the name: the parent, own user and system time, that of ended children."""


def read_cpu_seconds(pid: int) -> float | None:
    """What a process and all its children, ended ones too, have used so far."""
    if not _PROC.is_dir():
        return None
    ticks = 0
    for stat in _read_family(pid).values():
        ticks += sum(int(stat[place]) for place in (*_OWN, *_REAPED))
    return ticks / os.sysconf("SC_CLK_TCK")


def _read_family(pid: int) -> dict[int, list[str]]:
    everybody = {int(entry.name): _read_stat(entry) for entry in _PROC.iterdir() if entry.name.isdigit()}
    alive = {number: stat for number, stat in everybody.items() if stat}
    family = {pid: alive[pid]} if pid in alive else {}
    while True:
        born = {number: stat for number, stat in alive.items() if int(stat[_PARENT]) in family and number not in family}
        if not born:
            return family
        family |= born


def _read_stat(entry: Path) -> list[str]:
    """Empty for a process that has just ended."""
    try:
        return (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []
