"""The platform: HTTP -> service -> rules and ledger -> PostgreSQL -> outbox -> partners and people."""
