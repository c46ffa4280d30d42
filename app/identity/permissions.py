"""What a token may do: the scopes, and the roles of officers."""

from __future__ import annotations

EVENTS_WRITE = "events:write"
EVENTS_READ = "events:read"
TOKENS_READ = "tokens:read"
TOKENS_CONFIRM = "tokens:confirm"
VOUCHERS_REDEEM = "vouchers:redeem"
RESIDENT = "resident"
OFFICER = "officer"
HOST = "host"

MACHINE_SCOPES = frozenset({EVENTS_WRITE, EVENTS_READ, TOKENS_READ, TOKENS_CONFIRM, VOUCHERS_REDEEM})
"""What a machine can be given. Those of people, `resident`, `officer` and `host`, never come by client credentials."""

SCOPES = {
    EVENTS_WRITE: "Send events, and take them back.",
    EVENTS_READ: "Read what became of the events of your own sources.",
    TOKENS_READ: "Read the tokens of the people who joined with a card of your own.",
    TOKENS_CONFIRM: "Confirm whose a card of your own is.",
    VOUCHERS_REDEEM: "Check and redeem vouchers for your own partner.",
    RESIDENT: "Act as a resident, for oneself.",
    OFFICER: "Act as an officer of the council, within one's roles.",
    HOST: "Host sessions for one's own organisation.",
}
"""Every scope, and what it lets its holder do."""

PEOPLE_SCOPES = {"res": RESIDENT, "stf": VOUCHERS_REDEEM, "til": VOUCHERS_REDEEM, "off": OFFICER, "hst": HOST}
"""What a session allows, by the beginning of the public id of the person, or the till device, that it is of."""

ROLES = frozenset({"editor", "approver", "support", "finance", "auditor", "admin"})

CORRECTION_ROLES = ("approver", "admin")
"""Who may take points back."""

MONEY_ROLES = ("finance", "admin")
"""Who may pay into pots, fund campaigns and set the backing rate."""

APPROVER = "approver"
BUDGET_HOLDER = "finance"
DRAFTERS = ("editor", "approver")
"""Who may write drafts of rules, have them back-tested and submit them."""

SCHEDULERS = ("editor", "approver")
"""Who may say from which day an approved rule is in force, and take that back."""

RULE_STOPPERS = ("editor", "approver", "admin")
"""Who may stop a rule in an emergency."""

DESK = ("support",)
"""Who may act for a resident who stands before them."""

REVIEWERS = ("support", "approver")
"""Who may decide about flagged events and partners."""

REVIEW_READERS = (*REVIEWERS, "auditor")
"""Who may read them."""

PAUSERS = ("admin", "approver")
"""Who may pause earning or redeeming for everybody, and end that."""

ORGANISATION_REGISTRARS = ("approver", "admin")
"""Who may say which organisations' word counts, and who gives it."""

ADJUSTMENT_PROPOSERS = ("finance", "approver", "admin")
"""Who may propose that a resident is given points; those who take points back may approve it."""

CAMPAIGN_EDITORS = ("editor", "admin")
"""Who may open campaigns and change their titles and dates."""

REFUND_ROLES = ("finance", "approver", "admin")
"""Who may propose that a used voucher's points come back, approve what another proposed, and refuse it."""

DISPUTE_OPENERS = ("support", *REFUND_ROLES)
"""Who may open a dispute about a used voucher for somebody."""
MESSAGE_APPROVERS = ("approver",)
"""Who may have a message of a campaign sent that another officer wrote."""

JOB_RETRIERS = ("admin",)
"""Who may have a dead job tried again."""

COMPLAINT_ANSWERERS = ("support", "approver", "admin")
"""Who may acknowledge and answer complaints, and decide about appeals."""

COMPLAINT_READERS = (*COMPLAINT_ANSWERERS, "auditor")
"""Who may read them."""

WINDERS_DOWN = ("admin",)
"""Who may wind the scheme down, and say how long records are kept."""

IMPORTERS = ("support", "admin")
"""Who may hand in a file that an operator sent to the council."""

CARD_CONFIRMERS = ("support",)
"""Who may confirm, with a card before them, that it is somebody's."""

ROLE_KEEPERS = ("admin",)
"""Who may make, change and end other officers."""

AUDIT_READERS = ("auditor", "admin")
"""Who may read who looked at or changed what."""

COLLEAGUE_READERS = (*AUDIT_READERS, APPROVER)
"""Who may see the page of officers: approvers name their deputies there."""

PAYMENT_ROLES = ("finance", "admin")
"""Who may make and send payments to partners, and approve where they go."""

PAYMENT_READERS = ("finance", "admin", "auditor")
"""Who may read what partners are owed and paid."""

PARTNER_KEEPERS = ("finance", "approver", "admin")
"""Who may propose, approve, stop and start partners, agree their contracts and decide about their rewards."""
