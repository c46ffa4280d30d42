"""From where a request comes, as far as it is counted: an address, or a whole network that one party has."""

from __future__ import annotations

import ipaddress

from fastapi import Request

IPV6_NETWORK_BITS = 64
"""The smallest network that a provider hands out: who has one address of it has them all."""


def find_address(request: Request) -> str:
    """The caller's address, or its IPv6 network; behind a proxy that is not trusted, the proxy's."""
    written = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(written)
    except ValueError:  # a socket without addresses
        return written
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))
    return str(address)
