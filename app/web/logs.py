"""Logs as JSON lines on standard error, one per request and one per thing that went wrong.

What libraries warn of by the standard library's way goes the same way, without its stack: a stack repeats values.
"""

from __future__ import annotations

import logging
import sys

import structlog

from app.web.redaction import redact_line


def configure_logs() -> None:
    """Set up structlog, and silence uvicorn's access log: it writes raw paths, which may hold ids."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact_line,
            structlog.processors.JSONRenderer(),
        ],
        # Looked up for each line: whoever runs us may put another stream in its place.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("uvicorn.access").disabled = True
    root = logging.getLogger()
    if not any(isinstance(handler, _AsOurs) for handler in root.handlers):
        root.addHandler(_AsOurs(logging.WARNING))


class _AsOurs(logging.Handler):
    """Passes on what others warn of, by who says it and what kind of error it is about."""

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[0] if record.exc_info else None
        facts = {} if fault is None else {"fault": fault.__name__}
        # Its text without arguments: those are what may be personal.
        structlog.get_logger(record.name).log(record.levelno, str(record.msg), logger=record.name, **facts)
