"""How often somebody may try to sign in, from one network and with one address."""

from __future__ import annotations

from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from app.web.rates import Policy

TRIES = Policy("sign-in-tries", RateLimitItemPerMinute(120, 10))
"""120 times in ten minutes from one network sent to a provider: a library's computers share one."""

CODES_ASKED = Policy("codes-asked", RateLimitItemPerHour(60))
"""60 codes an hour from one network, whoever they are for."""

CODES_SENT = Policy("codes-sent", RateLimitItemPerHour(6))
"""6 an hour to one address, so that nobody is flooded and guessing stays slow."""

WRONG_FROM = Policy("codes-wrong-from", RateLimitItemPerHour(60))
"""60 wrong codes an hour from one network."""

WRONG_FOR = Policy("codes-wrong-for", RateLimitItemPerHour(10))
"""10 wrong codes an hour for one address: one guess in 100,000 succeeds."""
