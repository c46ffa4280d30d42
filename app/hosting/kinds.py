"""What hosts may attest."""

from __future__ import annotations

ATTESTED = frozenset({"volunteer.session", "litter.pick", "health.session"})
"""Being there counts once a host has said so."""
SCANNED = frozenset({"checkin.scan", "recycle.drop"})
"""Scanning the code at the place is enough."""
HOSTED = ATTESTED | SCANNED
