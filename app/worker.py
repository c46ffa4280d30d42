"""Carries out what transactions promised, and what the clock asks for.

TASKS are promised by `app.jobs.promise_job`; each is handed ids, finds by itself what is left to do, and may be run
again at any time. SCHEDULES run by the clock, once whoever of several workers gets there first. Neither holds state of
its own: what is due stands in the tables of its domain, so whatever was missed is done by the next run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException

from app.core.clock import london_date
from app.core.database import APP_ROLE
from app.earning.referrals import sweep_referrals
from app.identity.logins import LoginKeys
from app.identity.tasks import sweep_sign_in
from app.ledger.kept_seals import place_of_copy
from app.ledger.seal_keys import SealKey
from app.ledger.tasks import seal_books, sweep_points
from app.notices.addressing import Telling
from app.notices.tasks import tell_due
from app.notify.service import SEND_MESSAGE, MessageKeys
from app.notify.tasks import Delivery, forget_late_messages, send_message
from app.offers.webhooks.deliveries import SEND as SEND_WEBHOOK
from app.offers.webhooks.tasks import Sending, send_due
from app.offers.webhooks.tasks import send_message as send_webhook
from app.redemption.asking import QuestionKeys
from app.redemption.callback_sample import ask_lately
from app.redemption.outliers import flag_outliers
from app.redemption.releasing import RELEASE, release_due_vouchers, release_vouchers
from app.redemption.service import ASK_PARTNER
from app.redemption.tasks import Asking, ask_due_partners, ask_partner, sweep_due_vouchers
from app.residents.claims import end_lapsed_claims
from app.rights.erasure import sweep_erased_wallets
from app.rights.retention import purge_due
from app.rights.winding_down import close_when_over
from app.rulebook.budgets import raise_alarms
from app.rulebook.messages.sending import Mailing, send_campaign_message
from app.rulebook.messages.ways_out import WayOutKeys
from app.rulebook.messages.writing import SEND_CAMPAIGN_MESSAGE
from app.settlement.connect.account_tasks import read_account
from app.settlement.connect.events import READ_ACCOUNT, forget_events
from app.settlement.connect.reversal_proposals import REVERSE
from app.settlement.connect.reversal_tasks import reverse, reverse_due
from app.settlement.connect.tasks import Paying, pay, pay_due
from app.settlement.service import PAY_BY_STRIPE
from app.settlement.tasks import close_last_week
from app.settlement.value_alarms import raise_value_alarms, read_thresholds
from app.web.logs import configure_logs
from app.web.runtime import Runtime
from app.wiring import ENTITLEMENTS
from partners.entitlements import write_entitlements

ATTEMPTS: Final = 10
"""How often a job is tried before it is dead: 1, 2, 4 ... seconds apart, a quarter of an hour and a half in all."""
SIDE_BY_SIDE: Final = 4
GRACE_SECONDS: Final = 10.0
STALLED_SECONDS: Final = 60
"""How long a worker may be silent before its jobs are somebody else's."""

_log = structlog.get_logger("app.worker")


@dataclass(frozen=True)
class Task:
    """`run` takes the running server and the ids that were promised."""

    name: str
    run: Callable[..., object]


@dataclass(frozen=True)
class Schedule:
    """`cron` is minute, hour, day, month and weekday, in UTC; `does` is for people."""

    name: str
    cron: str
    does: str
    run: Callable[[Runtime], object]


def _raise_alarms(runtime: Runtime) -> None:
    raised = runtime.database.in_transaction(lambda session: raise_alarms(session, now=runtime.clock.now()))
    for alarm in raised:
        _log.warning("budget alarm", campaign=alarm.campaign, percent=alarm.percent)


def _raise_value_alarms(runtime: Runtime) -> None:
    thresholds = read_thresholds(runtime.settings)
    raised = runtime.database.in_transaction(
        lambda session: raise_value_alarms(session, thresholds=thresholds, now=runtime.clock.now())
    )
    for alarm in raised:
        _log.warning("value alarm", kind=alarm.kind, partner=alarm.partner_id, percent=alarm.percent)


def _seal_books(runtime: Runtime) -> None:
    settings = runtime.settings
    key, copy = SealKey(runtime.secrets), place_of_copy(settings)
    seal_books(runtime.database, key=key, scheme=settings.scheme, copy=copy, now=runtime.clock.now())


def _asking(runtime: Runtime) -> Asking:
    keys = QuestionKeys(runtime.voucher_codes, runtime.endpoint_keys, runtime.card_keys)
    return Asking(runtime.database, runtime.clock, runtime.adapters, keys)


def _delivery(runtime: Runtime) -> Delivery:
    return Delivery(runtime.database, runtime.clock, MessageKeys(runtime.secrets), runtime.ways_in.notify)


def _mailing(runtime: Runtime) -> Mailing:
    return Mailing(
        database=runtime.database,
        clock=runtime.clock,
        logins=LoginKeys(runtime.secrets),
        messages=MessageKeys(runtime.secrets),
        ways_out=WayOutKeys(runtime.secrets),
        public_url=runtime.settings.public_url,
    )


def _telling(runtime: Runtime) -> Telling:
    keys, delivers = MessageKeys(runtime.secrets), runtime.ways_in.notify is not None
    return Telling(runtime.database, runtime.clock, LoginKeys(runtime.secrets), keys, delivers)


def _sending(runtime: Runtime) -> Sending:
    return Sending(runtime.database, runtime.clock, runtime.outbound, runtime.endpoint_keys)


def _paying(runtime: Runtime) -> Paying:
    return Paying(runtime.database, runtime.clock, runtime.stripe)


def _work_with_stripe(runtime: Runtime) -> None:
    pay_due(_paying(runtime))
    reverse_due(_paying(runtime))
    runtime.database.in_transaction(lambda session: forget_events(session, now=runtime.clock.now()))


def _write_entitlements(runtime: Runtime) -> None:
    written = write_entitlements(runtime.settings.data_dir / ENTITLEMENTS, on=london_date(runtime.clock.now()))
    if written is not None:
        _log.info("entitlements written", passes=written[1])


def _close_what_is_over(runtime: Runtime) -> None:
    now = runtime.clock.now()
    runtime.database.in_transaction(lambda session: close_when_over(session, now=now))
    runtime.database.in_transaction(lambda session: sweep_erased_wallets(session, now=now))


TASKS: Final[tuple[Task, ...]] = (
    Task(SEND_MESSAGE, lambda runtime, *, message: send_message(_delivery(runtime), message=message)),
    Task(SEND_WEBHOOK, lambda runtime, *, delivery: send_webhook(_sending(runtime), delivery=delivery)),
    Task(
        SEND_CAMPAIGN_MESSAGE,
        lambda runtime, *, message: send_campaign_message(_mailing(runtime), message=message),
    ),
    Task(
        RELEASE,
        lambda runtime, *, partner: release_vouchers(runtime.database, partner=partner, now=runtime.clock.now()),
    ),
    Task(ASK_PARTNER, lambda runtime, *, redemption: ask_partner(_asking(runtime), redemption=redemption)),
    Task(PAY_BY_STRIPE, lambda runtime, *, payout: pay(_paying(runtime), payout=payout)),
    Task(REVERSE, lambda runtime, *, reversal: reverse(_paying(runtime), reversal=reversal)),
    Task(READ_ACCOUNT, lambda runtime, *, account: read_account(_paying(runtime), account=account)),
)
SCHEDULES: Final[tuple[Schedule, ...]] = (
    Schedule(
        "vouchers.end",
        "* * * * *",
        "End the vouchers whose time is over, and give their points and stock back",
        lambda runtime: sweep_due_vouchers(runtime.database, now=runtime.clock.now()),
    ),
    Schedule(
        "redemptions.ask_partners",
        "* * * * *",
        "Ask partners about what they have not confirmed yet",
        lambda runtime: ask_due_partners(_asking(runtime)),
    ),
    Schedule(
        "webhooks.send_due",
        "* * * * *",
        "Send what partners' servers have not taken yet",
        lambda runtime: send_due(_sending(runtime)),
    ),
    Schedule(
        "passes.write_file",
        "30 1 * * *",
        "Write the nightly file of leisure passes",
        _write_entitlements,
    ),
    Schedule(
        "partners.look_for_outliers",
        "15 4 * * *",
        "Open a case about partners whose vouchers are used at once and by few people",
        lambda runtime: runtime.database.in_transaction(
            lambda session: flag_outliers(session, now=runtime.clock.now())
        ),
    ),
    Schedule(
        "redemptions.ask_residents",
        "10 6 * * *",
        "Ask a sample of residents whether they got what they used a voucher for",
        lambda runtime: ask_lately(runtime.database, runtime.secrets, runtime.settings, now=runtime.clock.now()),
    ),
    Schedule(
        "points.expire",
        "* * * * *",
        "End the points whose time is over, and queue the notices before",
        lambda runtime: sweep_points(runtime.database, now=runtime.clock.now()),
    ),
    Schedule(
        "referrals.qualify",
        "* * * * *",
        "Pay those who asked somebody to join",
        lambda runtime: sweep_referrals(runtime.database, now=runtime.clock.now()),
    ),
    Schedule(
        "sign-in.forget",
        "* * * * *",
        "Forget sessions, codes, tries, invitations, spent assertions and revoked tokens whose time is over",
        lambda runtime: sweep_sign_in(runtime.database, now=runtime.clock.now()),
    ),
    Schedule(
        "cards.lapse",
        "* * * * *",
        "End the claims of cards that nobody has proved in time",
        lambda runtime: runtime.database.in_transaction(
            lambda session: end_lapsed_claims(session, now=runtime.clock.now())
        ),
    ),
    Schedule(
        "statements.close",
        "0 5 * * *",
        "Close partners' last week and line up their payments",
        lambda runtime: close_last_week(
            runtime.database,
            now=runtime.clock.now(),
            delay=timedelta(days=runtime.settings.payout_delay_days),
        ),
    ),
    Schedule(
        "payouts.pay_due",
        "* * * * *",
        "Make payments by Stripe and reversals that are due, ask about those that are not certain, forget old events",
        _work_with_stripe,
    ),
    Schedule(
        "messages.forget",
        "* * * * *",
        "Forget messages that are too late to be of use",
        lambda runtime: forget_late_messages(_delivery(runtime)),
    ),
    Schedule(
        "notices.tell",
        "* * * * *",
        "Tell people what was promised to be told: by e-mail or text, or on the desk's list",
        lambda runtime: tell_due(_telling(runtime)),
    ),
    Schedule("ledger.seal", "*/5 * * * *", "Seal the transfers and audit acts that are final", _seal_books),
    Schedule(
        "records.purge",
        "17 2 * * *",
        "Purge records that have been kept for as long as their kind is kept",
        lambda runtime: purge_due(runtime.database, now=runtime.clock.now()),
    ),
    Schedule(
        "scheme.close",
        "* * * * *",
        "Close redeeming when a notice of winding down is over, and take points that came back to who had left",
        _close_what_is_over,
    ),
    Schedule(
        "partners.release_due",
        "* * * * *",
        "Give back the vouchers of partners that were stopped without honouring them",
        lambda runtime: release_due_vouchers(runtime.database, now=runtime.clock.now()),
    ),
    Schedule(
        "partners.alarm",
        "*/10 * * * *",
        "Raise the alarms of what partners have redeemed, before a threshold of the law is reached",
        _raise_value_alarms,
    ),
    Schedule("budgets.alarm", "* * * * *", "Raise the alarms of budgets that run low", _raise_alarms),
)


async def work_jobs(runtime: Runtime, *, wait: bool, handle_signals: bool = False) -> None:
    """Work on jobs: until cancelled, or without `wait` until none is due."""
    configure_logs()
    # Its own log repeats arguments and whole stacks; ours has neither.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    jobs = build_jobs(runtime)
    async with jobs.open_async():
        await _free_stalled(jobs)
        await jobs.run_worker_async(
            wait=wait,
            concurrency=SIDE_BY_SIDE,
            delete_jobs="successful",
            listen_notify=wait,
            install_signal_handlers=handle_signals,
            shutdown_graceful_timeout=GRACE_SECONDS,
        )


def build_jobs(runtime: Runtime) -> App:
    """Everything that can be promised or is scheduled, on connections of its own."""
    options = f"-c search_path={runtime.settings.scheme} -c role={APP_ROLE} -c timezone=UTC"
    database_url = runtime.database.engine.url.render_as_string(hide_password=False)
    connector = PsycopgConnector(
        conninfo=database_url.replace("postgresql+psycopg://", "postgresql://", 1),
        kwargs={"options": options},
        min_size=1,
        max_size=SIDE_BY_SIDE + 2,
    )
    jobs = App(connector=connector)
    for task in TASKS:
        jobs.task(name=task.name, retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=2), pass_context=True)(
            _told(runtime, task.name, task.run)
        )
    for schedule in SCHEDULES:
        made = jobs.task(name=schedule.name, pass_context=True, queueing_lock=schedule.name, lock=schedule.name)(
            _told(runtime, schedule.name, lambda running, *, timestamp, run=schedule.run: run(running))  # noqa: ARG005
        )
        jobs.periodic(cron=schedule.cron)(made)

    @jobs.periodic(cron="* * * * *")
    @jobs.task(name="jobs.free_stalled", queueing_lock="jobs.free_stalled")
    async def free_stalled(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands it to whatever is periodic
        await _free_stalled(jobs)

    return jobs


def _told(runtime: Runtime, name: str, run: Callable[..., object]) -> Callable[..., None]:
    """What went wrong is logged by its kind alone: its text may repeat what was stored."""

    def carry_out(context: Any, **args: Any) -> None:  # noqa: ANN401 - whatever was promised
        try:
            run(runtime, **args)
        except Exception as fault:
            attempt = context.job.attempts + 1
            _log.error("job failed", task=name, job=context.job.id, attempt=attempt, fault=type(fault).__name__)
            raise

    return carry_out


async def _free_stalled(jobs: App) -> None:
    """What a worker that died was at is done by whoever comes next."""
    manager = jobs.job_manager
    try:
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            await manager.retry_job(job)
    except ConnectorException as fault:
        _log.error("stalled jobs not freed", fault=type(fault).__name__)
