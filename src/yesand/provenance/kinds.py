"""The kinds of entry in the log: ``noun.verb``, a closed list."""

from enum import StrEnum


class Kind(StrEnum):
    """What happened."""

    HOUSE_OPENED = "house.opened"
    PERFORMER_JOINED = "performer.joined"
    DELEGATION_GRANTED = "delegation.granted"
    DELEGATION_ENDED = "delegation.ended"
    AGREEMENT_SIGNED = "agreement.signed"
    AGREEMENT_WITHDRAWN = "agreement.withdrawn"
    MEETING_BOOKED = "meeting.booked"
    MEETING_MOVED = "meeting.moved"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_HELD = "meeting.held"
    MEETING_MISSED = "meeting.missed"
    TAKE_RECORDED = "take.recorded"
    TAKE_DISPUTED = "take.disputed"
    TAKE_REVIEWED = "take.reviewed"
    MANIFEST_SIGNED = "manifest.signed"
    MODEL_REGISTERED = "model.registered"
    DEPLOYMENT_STARTED = "deployment.started"
    DEPLOYMENT_ENDED = "deployment.ended"
    RELIANCE_REPORTED = "reliance.reported"
    USAGE_ACCEPTED = "usage.accepted"
    PERIOD_SETTLED = "period.settled"
    STATEMENT_ISSUED = "statement.issued"
    EXPORT_MADE = "export.made"
    ARTICLE_PUBLISHED = "article.published"
    REPORT_COMPUTED = "report.computed"
    FINDING_NOTED = "finding.noted"
