"""Every route of the HTTP API."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.api import (
    adjustments,
    appeals,
    approval_threshold,
    attendance,
    audit,
    backtests,
    burn_downs,
    callbacks,
    campaign_choices,
    campaign_messages,
    campaigns,
    card_overlaps,
    card_proof,
    cards,
    catalogue,
    challenges,
    check_ins,
    choices,
    complaints,
    corrections,
    deputies,
    desk,
    desk_accounts,
    desk_callbacks,
    desk_rights,
    dispute_deciding,
    disputes,
    docs,
    draft_beginnings,
    draft_life,
    draft_schedule,
    drafts,
    events,
    forecasts,
    funding,
    health,
    host_sessions,
    households,
    imports,
    invitations,
    jobs,
    letters,
    me,
    missing,
    notice_ways,
    oauth,
    officers,
    organisations,
    own_contracts,
    own_data,
    own_proposals,
    own_reviews,
    own_statements,
    partner_contracts,
    partner_endpoints,
    partner_owners,
    partner_people,
    partner_redemptions,
    partner_rewards,
    partner_stops,
    partner_values,
    partners,
    pauses,
    payees,
    payment_files,
    payment_ways,
    payout_reversals,
    payout_ways,
    payouts,
    redemptions,
    register,
    reports,
    retention,
    review,
    reward_proposals,
    rewards,
    role_changes,
    rule_catalogue,
    rule_life,
    rules,
    seals,
    sessions,
    sources,
    statements,
    stream,
    stripe_accounts,
    stripe_events,
    stripe_funding,
    templates,
    terms,
    tills,
    vouchers,
    webhooks,
    winding_down,
)

router = APIRouter()
for part in (oauth, events, catalogue, me, rewards, redemptions, vouchers, rules, pauses, terms, health, docs):
    router.include_router(part.router)
for part in (funding, disputes, dispute_deciding, adjustments, corrections, imports, sources, missing):
    router.include_router(part.router)
for part in (campaign_messages, campaign_choices):
    router.include_router(part.router)
for part in (audit, seals, invitations, households, campaigns, burn_downs, jobs):
    router.include_router(part.router)
for part in (review, tills, cards, choices, own_data, complaints, stream, challenges):
    router.include_router(part.router)
for part in (appeals, retention, winding_down, own_statements, card_proof, card_overlaps, notice_ways):
    router.include_router(part.router)
for part in (organisations, host_sessions, check_ins, attendance, own_reviews, desk, desk_accounts, letters):
    router.include_router(part.router)
for part in (draft_beginnings, drafts, draft_life, draft_schedule, deputies, approval_threshold, backtests, forecasts):
    router.include_router(part.router)
for part in (
    partners,
    partner_contracts,
    partner_stops,
    partner_rewards,
    own_proposals,
    own_contracts,
    reward_proposals,
    partner_values,
    partner_owners,
    partner_people,
    partner_redemptions,
    partner_endpoints,
):
    router.include_router(part.router)
for part in (reports, statements, payees, payment_files, payouts, webhooks):
    router.include_router(part.router)
for part in (stripe_accounts, payment_ways, payout_ways, payout_reversals, stripe_funding, stripe_events):
    router.include_router(part.router)
# Last of those under /v1/rules: it takes any word for a rule's id.
for part in (register, templates, rule_catalogue, rule_life):
    router.include_router(part.router)
for part in (sessions, callbacks, desk_callbacks, desk_rights, officers, role_changes):
    router.include_router(part.router)
