"""Every table, gathered for the migrations; nothing else imports this."""

from __future__ import annotations

from app import audit, outbox
from app.backtest import tables as backtest
from app.core import scheme_facts
from app.core.columns import Row
from app.earning import adjustment_tables as adjustments
from app.earning import tables as earning
from app.earning.review import tables as review
from app.hosting import tables as hosting
from app.identity import machine_tables as machines
from app.identity import role_tables as roles
from app.identity import sign_in_tables as sign_in
from app.identity import tables as identity
from app.ledger import tables as ledger
from app.notify import tables as notify
from app.offers import tables as offers
from app.offers.contracts import tables as contracts
from app.offers.proposals import tables as proposals
from app.offers.webhooks import tables as webhooks
from app.redemption import callback_tables as callbacks
from app.redemption import dispute_tables as disputes
from app.redemption import tables as redemption
from app.residents import claim_tables as claims
from app.residents import desk_tables as desk
from app.residents import referral_tables as referrals
from app.residents import tables as residents
from app.rights import tables as rights
from app.rulebook import campaign_tables as campaigns
from app.rulebook import tables as rulebook
from app.rulebook.drafting import approver_tables as approvers
from app.rulebook.drafting import tables as drafting
from app.rulebook.messages import tables as campaign_messages
from app.settlement import alarm_tables as value_alarms
from app.settlement import tables as settlement
from app.settlement.connect import tables as connect

DOMAINS = (
    scheme_facts,
    adjustments,
    approvers,
    audit,
    backtest,
    campaign_messages,
    callbacks,
    campaigns,
    claims,
    connect,
    disputes,
    contracts,
    drafting,
    desk,
    earning,
    hosting,
    identity,
    ledger,
    machines,
    notify,
    offers,
    outbox,
    proposals,
    redemption,
    referrals,
    residents,
    review,
    rights,
    roles,
    rulebook,
    settlement,
    value_alarms,
    webhooks,
    sign_in,
)
METADATA = Row.metadata
