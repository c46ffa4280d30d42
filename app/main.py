"""The ASGI application: routes, layers around them, and the work that runs beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio import to_thread
from fastapi import FastAPI

from app.backtest.worker import BacktestWorker
from app.core.garbage import collect_rarely
from app.earning.importing.work import make_tools
from app.earning.importing.worker import ImportWorker
from app.web.api import routes as api
from app.web.assets import STATIC, Assets
from app.web.bodies import BodyGate
from app.web.handlers import add_handlers
from app.web.header_limits import HeaderGate
from app.web.heads import HeadAsGet
from app.web.logs import configure_logs
from app.web.openapi import describe
from app.web.pages import routes as pages
from app.web.pages.errors import show_problem
from app.web.requests import RequestEnvelope
from app.web.runtime import Runtime


def create_app(runtime: Runtime) -> FastAPI:
    """The application around `runtime`, whose database it closes when it stops."""
    configure_logs()
    app = FastAPI(
        title="Smart Leeds Rewards",
        version="1",
        lifespan=_live,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # a redirect would be built from the Host header, which anybody can write
    )
    app.state.runtime = runtime
    add_handlers(app, page_of=show_problem)
    app.include_router(api.router)
    app.include_router(pages.router)
    describe(app)
    app.mount("/static", Assets(directory=STATIC, check_dir=False), name="static")
    app.add_middleware(BodyGate)
    app.add_middleware(HeadAsGet)
    app.add_middleware(HeaderGate)
    # Added last, so it is outermost.
    app.add_middleware(RequestEnvelope, strict_transport=not (runtime.demo or runtime.settings.is_loopback))
    return app


@asynccontextmanager
async def _live(app: FastAPI) -> AsyncIterator[None]:
    runtime: Runtime = app.state.runtime
    collect_rarely()
    # As many threads as connections: more would only wait for one another.
    to_thread.current_default_thread_limiter().total_tokens = runtime.settings.pool_size
    workers = (
        ImportWorker(runtime.database, make_tools(runtime.secrets, runtime.settings), runtime.clock),
        BacktestWorker(
            runtime.database,
            scheme=runtime.settings.scheme,
            clock=runtime.clock,
            processes=runtime.settings.backtest_processes,
        ),
    )
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        for worker in workers:
            await anyio.to_thread.run_sync(worker.stop, 10)
        runtime.database.dispose()
