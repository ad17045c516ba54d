"""From an entry of the log to the page of what it commits to, for those who may see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse

from yesand.affect.models import Gold, QuestionsSet, Rating, Skip
from yesand.agreements.models import (
    Agreement,
    Approval,
    ApprovalEnd,
    Collective,
    Countersignature,
    Lifting,
    Membership,
    Step,
    Suspension,
    Withdrawal,
)
from yesand.corpus.models import Export, Manifest
from yesand.meetings.models import Change
from yesand.newsroom.models import Report as Transparency
from yesand.newsroom.models import Version
from yesand.oversight.models import Finding, Fulfilment, Revocation
from yesand.people.sight import Sight, visible
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.reliance.models import Report
from yesand.royalties.models import (
    Attestation,
    Audit,
    Estimate,
    Folio,
    RaterPay,
    RaterRate,
    Settlement,
    Statement,
    TariffVersion,
    UsageBatch,
)
from yesand.synthetic.models import SyntheticBatch, SyntheticExport
from yesand.takes.models import Credential, Override, Review, Take
from yesand.training.models import Decommission, Deployment, Descent, TrainedModel


@dataclass(frozen=True)
class Home:
    """Where the records of one kind live, and which page shows them."""

    model: type[Model]
    address: str = ""
    #: Path from the record to what the page's address names it by.
    named_by: str = "pk"


#: What may be done with a meeting.
MEETING = (
    Kind.MEETING_BOOKED,
    Kind.MEETING_MOVED,
    Kind.MEETING_CANCELLED,
    Kind.MEETING_HELD,
    Kind.MEETING_MISSED,
)
#: What may be said in a negotiation.
NEGOTIATION = (
    Kind.AGREEMENT_OFFERED,
    Kind.AGREEMENT_COUNTERED,
    Kind.AGREEMENT_ACCEPTED,
    Kind.AGREEMENT_DECLINED,
    Kind.AGREEMENT_TAKEN_BACK,
    Kind.AGREEMENT_LAPSED,
)
HOMES = {
    **dict.fromkeys(NEGOTIATION, Home(Step, "offer", "offer__pk")),
    Kind.COLLECTIVE_PROPOSED: Home(Collective, "collective"),
    Kind.COLLECTIVE_SIGNED: Home(Countersignature, "collective", "collective__pk"),
    **dict.fromkeys((Kind.UNION_JOINED, Kind.UNION_LEFT), Home(Membership)),
    Kind.APPROVAL_GIVEN: Home(Approval, "agreement", "agreement__pk"),
    Kind.APPROVAL_ENDED: Home(ApprovalEnd, "agreement", "approval__agreement__pk"),
    Kind.SUSPENSION_BEGUN: Home(Suspension, "suspension"),
    Kind.SUSPENSION_ENDED: Home(Lifting, "suspension", "suspension__pk"),
    Kind.AGREEMENT_SIGNED: Home(Agreement, "agreement"),
    Kind.AGREEMENT_WITHDRAWN: Home(Withdrawal, "withdrawal"),
    **dict.fromkeys(MEETING, Home(Change, "meeting", "meeting__uid")),
    Kind.TAKE_RECORDED: Home(Take, "take", "sha256"),
    Kind.TAKE_DISPUTED: Home(Take, "take", "sha256"),
    Kind.TAKE_REVIEWED: Home(Review, "take", "take__sha256"),
    Kind.RATING_GIVEN: Home(Rating),
    Kind.RATING_SKIPPED: Home(Skip),
    Kind.GOLD_SET: Home(Gold, "take", "take__sha256"),
    Kind.QUESTIONS_SET: Home(QuestionsSet),
    Kind.CREDENTIAL_MADE: Home(Credential, "take", "take__sha256"),
    Kind.CREDENTIAL_OVERRIDDEN: Home(Override, "take", "take__sha256"),
    Kind.MANIFEST_SIGNED: Home(Manifest, "manifest"),
    Kind.EXPORT_MADE: Home(Export, "manifest", "manifest__pk"),
    Kind.FINDING_NOTED: Home(Finding),
    Kind.REVOCATION_NOTICED: Home(Revocation, "revocations", ""),
    Kind.OBLIGATION_MET: Home(Fulfilment, "obligation", "obligation__pk"),
    Kind.MODEL_REGISTERED: Home(TrainedModel, "model"),
    Kind.DESCENT_REGISTERED: Home(Descent, "model", "model__pk"),
    Kind.DEPLOYMENT_STARTED: Home(Deployment, "deployment"),
    Kind.DEPLOYMENT_ENDED: Home(Decommission, "deployment", "deployment__pk"),
    Kind.SYNTHETIC_MADE: Home(SyntheticBatch, "manifest", "manifest__pk"),
    Kind.SYNTHETIC_EXPORTED: Home(SyntheticExport, "manifest", "batch__manifest__pk"),
    Kind.RELIANCE_REPORTED: Home(Report, "report"),
    Kind.USAGE_ACCEPTED: Home(UsageBatch),
    Kind.TARIFF_PUBLISHED: Home(TariffVersion, "tariff", "name"),
    Kind.PAY_AUDITED: Home(Audit, "pay_audit", "name"),
    Kind.RATE_SET: Home(RaterRate),
    Kind.RATER_PAID: Home(RaterPay),
    Kind.USAGE_ATTESTED: Home(Attestation, "attestation"),
    Kind.USAGE_ESTIMATED: Home(Estimate),
    Kind.PERIOD_SETTLED: Home(Settlement),
    Kind.LEDGER_POSTED: Home(Folio),
    Kind.STATEMENT_ISSUED: Home(Statement, "statement"),
    Kind.ARTICLE_PUBLISHED: Home(Version, "article", "article__slug"),
    Kind.REPORT_COMPUTED: Home(Transparency),
}


@dataclass(frozen=True)
class Found:
    """What an entry is about."""

    title: str
    address: str


def record_of(entry: Entry, sight: Sight) -> Found | None:
    """Return what an entry is about, if it is this person's to know."""
    home = HOMES.get(Kind(entry.kind))
    if home is None:
        return None
    rows = visible(home.model, sight).filter(entry=entry)
    row = rows.first()
    if row is None:
        return None
    name = rows.values_list(home.named_by, flat=True)[0]
    return Found(str(row), reverse(home.address, args=[name]) if home.address else "")
