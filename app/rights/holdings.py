"""Every table, and what it holds of a resident: what a download takes from it, and what erasure leaves in it.

A test keeps this whole: a table that is in neither list fails until somebody has decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from app.ledger.chart import AccountKind

DELETE: Final = "delete"

Reading = Literal["token", "state", "address"]


@dataclass(frozen=True)
class Holding:
    """Rows of `table` (called t) that are about the resident: `where` may name :resident, :name and :uuid.

    :resident is the number inside, :uuid the id outside, and :name that id as the API writes it. `left_out` are columns
    that a download does not have: keyed hashes, which say nothing, and what is somebody else's. `reads` are columns
    that are shown decoded. `key` orders the rows in pages; "" where there are few. `erase` is DELETE, or what is set
    in the rows that stay, "" for nothing; `stays` says why rows stay.
    """

    table: str
    title: str
    where: str = "t.resident_id = :resident"
    left_out: frozenset[str] = frozenset()
    reads: Mapping[str, Reading] = field(default_factory=dict)
    key: str = "t.id"
    erase: str = DELETE
    stays: str = ""


_EVENTS: Final = "(SELECT e.id FROM events e WHERE e.resident_id = :resident)"
_VOUCHERS: Final = "(SELECT r.id FROM redemptions r WHERE r.resident_id = :resident)"
# The wallet, and what was written off for its holder.
_ACCOUNTS: Final = (
    f"(SELECT a.id FROM ledger_accounts a WHERE a.id = :resident OR (a.kind = {AccountKind.RECEIVABLE:d}"  # noqa: S608 - our own words
    " AND a.owner = :resident))"
)
# Whoever asks on a page has a name of its own, so that a form's key is never taken for one of the API's.
_OWN_CALLERS: Final = "(:name, 'pages/' || :name)"
# What officers and partners were answered about the resident: by who it is about, or by what of theirs it is about.
_ABOUT: Final = (
    f"SELECT 'dsp_' || replace(d.public_id::text, '-', '') FROM disputes d WHERE d.redemption_id IN {_VOUCHERS}"  # noqa: S608 - our own words
    " UNION ALL"
    f" SELECT 'rev_' || replace(c.public_id::text, '-', '') FROM review_cases c WHERE c.event_id IN {_EVENTS}"
)
_ANSWERS: Final = (
    f"t.caller NOT IN {_OWN_CALLERS}"
    f" AND (:name IN (t.answer->>'resident', t.answer->>'id', t.answer->>'person') OR t.answer->>'id' IN ({_ABOUT}))"
)
_HOLDS: Final = "(SELECT h.id FROM ledger_holds h WHERE h.wallet_id = :resident)"
_MOVES: Final = f"(SELECT m.id FROM ledger_transfers m WHERE m.debit IN {_ACCOUNTS} OR m.credit IN {_ACCOUNTS})"  # noqa: S608 - our own words
_BOOKS: Final = "The books show how public money was spent. They name nobody: only a number stands in them."

HOLDINGS: Final = (
    Holding(
        "residents",
        "Who you are",
        where="t.id = :resident",
        left_out=frozenset({"household"}),
        erase="name = '', connection = '', ward = NULL, deprivation_decile = NULL, pass_type = NULL, household = NULL,"
        " household_since_on = NULL, declined = NULL, notice_way = NULL, active = false, erased_at = :now,"
        " public_id = :new_uuid,"
        " enrolled_at = date_trunc('month', t.enrolled_at)",
        stays="A row without a name, so that what the books say of its number can still be checked.",
    ),
    Holding(
        "commands",
        "Requests of yours and their answers",
        where=f"t.caller IN {_OWN_CALLERS}",
        left_out=frozenset({"digest"}),
        key="",
    ),
    Holding(
        "commands",
        "Answers about you that officers and partners may ask for again",
        where=_ANSWERS,
        left_out=frozenset({"caller", "key", "digest", "answer"}),
        key="",
    ),
    Holding(
        "cards",
        "Your cards",
        left_out=frozenset({"token_hash", "changed_xid"}),
        reads={"token_encrypted": "token"},
        erase="resident_id = 0, removed_at = coalesce(t.removed_at, :now), public_id = gen_random_uuid(),"
        " changed_xid = pg_current_xact_id()",
        stays="Its operator has to be told to stop sending, and it may not be linked again at once. It stands for "
        "nobody, and is purged after the retention period of removed cards.",
    ),
    Holding(
        "card_claims",
        "Cards that wait, or waited, for their proof",
        left_out=frozenset({"token_hash", "changed_xid"}),
        reads={"token_encrypted": "token"},
    ),
    Holding(
        "logins",
        "How you sign in",
        where="t.person = :name",
        left_out=frozenset({"key_hash"}),
        reads={"address_encrypted": "address"},
    ),
    Holding(
        "sign_in_sessions",
        "Where you are signed in",
        where="t.person = :name",
        left_out=frozenset({"secret_hash", "key_hash"}),
        reads={"address_encrypted": "address"},
    ),
    Holding(
        "known_devices",
        "Browsers that you have signed in with",
        where="t.person = :name",
        left_out=frozenset({"device_hash"}),
        key="",
    ),
    Holding("consents", "What you consented to"),
    Holding("campaign_message_recipients", "Messages of campaigns that you asked for", key=""),
    Holding("terms_acceptances", "The terms that you accepted"),
    Holding("invitations", "Your invitation code", left_out=frozenset({"code_hash"}), key=""),
    Holding("referrals", "Who asked you to join", left_out=frozenset({"referrer_id"}), key=""),
    Holding(
        "referrals",
        "Whom you asked to join",
        where="t.referrer_id = :resident",
        left_out=frozenset({"resident_id"}),
        key="",
        erase="outcome = coalesce(t.outcome, 'referrer_gone'), ended_at = coalesce(t.ended_at, :now)",
        stays="It is the other person's too: that somebody asked them, not who.",
    ),
    Holding(
        "events",
        "What you did, and what was decided about it",
        left_out=frozenset({"digest"}),
        erase="card_id = 0, external_id = 'erased-' || t.id, digest = '\\x00', data = '{}', resident_facts = NULL,"
        " shared = NULL, reasons = '{}', void_reason = NULL, happened_at = date_trunc('day', t.happened_at),"
        " recorded_at = date_trunc('day', t.recorded_at), status = CASE t.status WHEN 3 THEN 2 ELSE t.status END",
        stays="Only how many points, by which rule, on which day: the books are checked against it.",
    ),
    Holding(
        "resident_states",
        "What your next points depend on",
        reads={"state": "state"},
        key="",
        erase="state = NULL, refolds = -1",
        stays="An empty row that stops whatever is on its way for this person.",
    ),
    Holding("review_cases", "What a person looked at", where=f"t.event_id IN {_EVENTS}"),
    Holding("missing_reports", "What you said was missing"),
    Holding("attendances", "Sessions that you were at"),
    Holding("notices", "What we told you", key=""),
    Holding(
        "adjustments",
        "Points that officers gave you or took back",
        left_out=frozenset({"proposed_by", "decided_by"}),
        erase="reason = 'Erased.', public_id = gen_random_uuid()",
        stays="What officers did stays on record, without what they said.",
    ),
    Holding("messages", "What is on its way to you", where="t.person = :name", left_out=frozenset({"sealed"})),
    Holding("personal_notices", "What we wrote to you", where="t.person = :name"),
    Holding(
        "disputes",
        "Vouchers that somebody looked at again",
        where=f"t.redemption_id IN {_VOUCHERS}",
        left_out=frozenset({"opened_by", "proposed_by", "decided_by"}),
        erase="reason = 'Erased.', answer = CASE WHEN t.answer IS NULL THEN NULL ELSE 'Erased.' END,"
        " public_id = gen_random_uuid()",
        stays="What officers did with public money stays on record, without what was said.",
    ),
    Holding("complaints", "Your complaints"),
    Holding("appeals", "Your appeals"),
    Holding(
        "redemptions",
        "Your vouchers",
        left_out=frozenset({"code_hash", "token_hash"}),
        erase="code_hash = NULL, token_hash = NULL, partner_reference = CASE WHEN t.ask_at IS NULL THEN NULL"
        " ELSE t.partner_reference END, end_reason = NULL",
        stays="Partners are paid by it.",
    ),
    Holding(
        "callbacks",
        "What we asked you about vouchers, and what you said",
        where=f"t.redemption_id IN {_VOUCHERS}",
        erase="",
        stays="Whether partners give what they are paid for is checked by it: a voucher's number, and a yes or a no.",
    ),
    Holding("redemption_visits", "When you used a pass", where=f"t.redemption_id IN {_VOUCHERS}"),
    Holding(
        "redemption_refunds",
        "What came back of vouchers",
        where=f"t.redemption_id IN {_VOUCHERS}",
        erase="reason = NULL",
        stays=_BOOKS,
    ),
    Holding("ledger_accounts", "Your balance", where=f"t.id IN {_ACCOUNTS}", erase="", stays=_BOOKS),
    Holding(
        "ledger_transfers",
        "Every movement of your points",
        where=f"(t.debit IN {_ACCOUNTS} OR t.credit IN {_ACCOUNTS}"
        f" OR t.hold_id IN {_HOLDS} OR t.event_id IN {_EVENTS})",
        left_out=frozenset({"xid"}),
        erase="",
        stays=_BOOKS,
    ),
    Holding("ledger_holds", "Points that vouchers held", where="t.wallet_id = :resident", erase="", stays=_BOOKS),
    Holding(
        "ledger_hold_lots",
        "When held points were earned",
        where=f"t.hold_id IN {_HOLDS}",
        key="",
        erase="",
        stays=_BOOKS,
    ),
    Holding(
        "ledger_drawdowns",
        "Which funders' money stood behind points that you spent",
        where=f"t.hold_id IN {_HOLDS}",
        key="",
        erase="",
        stays=_BOOKS,
    ),
    Holding(
        "ledger_reversals",
        "Movements that were undone",
        where=f"(t.original_id IN {_MOVES} OR t.transfer_id IN {_MOVES})",
        key="",
        erase="",
        stays=_BOOKS,
    ),
    Holding(
        "ledger_decisions",
        "What officers decided about your points",
        where=f"(t.event_id IN {_EVENTS} OR t.account_id IN {_ACCOUNTS})",
        left_out=frozenset({"officer_id"}),
        erase="",
        stays=f"{_BOOKS} Reasons are written so that they name nobody.",
    ),
    Holding(
        "desk_acts",
        "What was done for you at the desk",
        left_out=frozenset({"officer_id"}),
        erase="note = ''",
        stays="What officers did stays on record, without what was noted about the person.",
    ),
    Holding(
        "audit_acts",
        "Who looked at or changed what is held about you, and what you did",
        where="(t.subject = 'resident:' || :name OR (t.actor_kind = 'resident' AND t.actor_public_id = :uuid))",
        left_out=frozenset({"actor_id", "actor_public_id", "xid"}),
        erase="",
        stays="What officers did stays on record. It holds references only, and this one leads to nobody any more.",
    ),
)

NOTHING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "approval_thresholds": "Settings.",
        "approver_deputies": "Officers, as such.",
        "backtests": "Numbers of many people, and a few events without a name or an id.",
        "bacs_files": "Payments to partners.",
        "campaign_alarms": "Budgets.",
        "campaign_messages": "What was written to many.",
        "campaigns": "Budgets.",
        "client_keys": "Machines.",
        "contract_rates": "What was agreed with partners.",
        "endpoint_proposals": "Partners' addresses.",
        "host_members": "People who host, as such.",
        "host_organisations": "Organisations.",
        "host_sessions": "What is offered, not who came.",
        "import_chunks": "An operator's file, encrypted, until the work on it has ended.",
        "import_doors": "How files are read.",
        "import_faults": "A line's number, and never what it says.",
        "import_files": "Files as such.",
        "ledger_seals": "Hashes over the books and the audit trail.",
        "not_enrolled_counts": "Numbers of events that were dropped.",
        "oauth_clients": "Machines.",
        "officer_notices": "Alarms about budgets and what was redeemed.",
        "officers": "Officers, as such.",
        "partner_contracts": "What was agreed with partners.",
        "partner_endpoints": "Partners' addresses.",
        "partner_staff": "Partners' people, as such.",
        "partner_stops": "Organisations.",
        "partners": "Organisations.",
        "pauses": "The scheme.",
        "payees": "Partners' accounts.",
        "payout_reversals": "Payments to partners.",
        "payouts": "Payments to partners.",
        "postcodes": "Public tables.",
        "retention_periods": "Settings.",
        "revoked_tokens": "Ids of tokens that were taken back, for at most as long as they would have lasted.",
        "reward_days": "How many of a reward were taken on a day.",
        "reward_proposals": "What partners proposed.",
        "rewards": "What can be had.",
        "role_changes": "Officers, as such.",
        "rule_artefacts": "Rules.",
        "rule_draft_steps": "Rules.",
        "rule_drafts": "Rules.",
        "rule_evidence": "Numbers of many people.",
        "rule_stops": "Rules.",
        "rule_versions": "Rules.",
        "scheme_facts": "The scheme; in a demonstration, the invented people that it began with.",
        "shared_counters": "What a household or everybody has done together, never what one of them did.",
        "sign_in_codes": "A code for an address, encrypted, for minutes; nobody has signed in by it yet.",
        "sign_in_tries": "Somebody on their way to sign in, for minutes; nobody knows who yet.",
        "small_areas": "Public tables.",
        "source_freshness": "Sources.",
        "sources": "Sources.",
        "spent_assertions": "Machines.",
        "staff_invitations": "Partners' people, hosts and officers, as such.",
        "statement_lines": "What partners were owed, by the number of a movement.",
        "statements": "What partners were owed.",
        "stops": "Public tables.",
        "stripe_accounts": "Partners' accounts.",
        "stripe_events": "Ids of what Stripe told of partners' accounts.",
        "stripe_payouts": "What Stripe paid to partners' banks.",
        "till_devices": "Partners' devices.",
        "till_pairings": "Partners' devices.",
        "value_alarms": "What partners have redeemed.",
        "wards": "Public tables.",
        "webhook_attempts": "Partners' endpoints.",
        "webhook_deliveries": "What partners were told of vouchers, by the voucher's number.",
        "webhook_endpoints": "Partners' endpoints.",
        "wind_downs": "The scheme.",
    }
)
"""Tables that hold nothing of any one resident, and what they hold instead."""
