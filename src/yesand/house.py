"""A house in Python: ``house = yesand.open("H")`` offers every step of the line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yesand import connecting
from yesand.kernel.clock import Clock, Period
from yesand.kernel.errors import NotFound
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent

if TYPE_CHECKING:
    from yesand.agreements.decision import Request
    from yesand.agreements.drafts import Draft
    from yesand.agreements.models import Withdrawal
    from yesand.corpus.manifest import SignedManifest
    from yesand.corpus.services import GateResult
    from yesand.oversight.models import Obligation
    from yesand.reliance.models import Report
    from yesand.royalties.models import Settlement, Statement
    from yesand.royalties.services import MeterReport
    from yesand.takes.report import ImportReport
    from yesand.training.models import Decommission, Deployment, TrainedModel
    from yesand.training.recording import Recorder

PathLike = str | os.PathLike[str]


class House:
    """An installation, opened. One house is open in a process at a time.

    Every method is one step of the line; the command line offers the same steps by the same names.
    Their examples are run in a house of four performers whose model serves as ``coach``.

    >>> import yesand
    >>> house = yesand.create("H")
    >>> house.counts()["takes"]
    0
    >>> house.close()
    """

    def __init__(self, place: Place) -> None:
        self.place = place

    def import_corpus(
        self,
        root: PathLike,
        *,
        layout: str | None = None,
        trial_terms: str | None = None,
        agreement: Draft | None = None,
        despite: str = "",
        progress: Progress = silent,
    ) -> ImportReport:
        """Bring a folder of recordings in, each performer under an agreement.

        Parameters
        ----------
        layout : the corpus's layout; recognised from the files if not told.
        trial_terms : a use class; the house may then try the corpus out, marked TRIAL everywhere.
        agreement : what the performers of one's own recordings sign.
        despite : why files come in although their own credentials forbid it; logged with each.

        Raises
        ------
        BadInput : no such folder, or no layout that is known. A bad file is a row of the report.

        >>> house.import_corpus("takes").known  # the same folder again
        24
        """
        from yesand.agreements.asking import word
        from yesand.agreements.vocabulary import UseClass
        from yesand.takes.services import import_corpus

        trial = word(UseClass, trial_terms, "use class") if trial_terms else None
        return import_corpus(
            self.place,
            Path(root),
            layout=layout,
            trial=trial,
            agreement=agreement,
            despite=despite,
            progress=progress,
        )

    def request(self, *, licensee: str = "house-lab", **wanted: Any) -> Request:
        """Return a request by this house's own lab, now, unless told otherwise.

        Takes the fields of `yesand.Request`; words are read into the closed vocabulary.

        Raises
        ------
        BadInput : a word that is in no vocabulary, a country that is none.

        >>> request = house.request(purpose="research", use_class="recognition", territory="DE")
        >>> request.licensee
        'house-lab'
        """
        from yesand.agreements.asking import request

        return request(wanted, licensee=licensee, at=self.place.clock.now())

    def gate(
        self, request: Request, *, out: PathLike | None = None, progress: Progress = silent
    ) -> GateResult:
        """Apply a request to every take; sign the manifest of those that are permitted.

        Raises
        ------
        Refused : nothing is permitted, with the clauses that say so.

        >>> request = house.request(purpose="research", use_class="recognition", territory="DE")
        >>> house.gate(request, out="research.json").permitted
        24
        """
        from yesand.corpus.services import gate

        result = gate(self.place, request, progress=progress)
        if out is not None:
            result.manifest.save(Path(out))
        return result

    def train(
        self,
        manifest: PathLike,
        out: PathLike,
        *,
        name: str | None = None,
        progress: Progress = silent,
        recorder: Recorder | None = None,
    ) -> TrainedModel:
        """Train a voice-emotion model on exactly a manifest's takes and register it.

        Its scores are of performers that it had not met (``run["scores"]``). The same manifest and
        folder again give the model that is there. A recorder (``reliance.inrun``) watches it.

        Raises
        ------
        Refused : the manifest was overtaken by a withdrawal, or something lies in ``out``.
        CheckFailed : not a manifest that this house signed. BadInput : nothing to learn from.
        """
        from yesand.training.services import train

        found = self._manifest(manifest)
        return train(self.place, found, Path(out), name=name, progress=progress, recorder=recorder)

    def _manifest(self, path: PathLike) -> SignedManifest:
        from yesand.corpus.manifest import load

        return load(Path(path), {self.place.signer.id: self.place.signer.public})

    def deploy(
        self,
        model: PathLike,
        *,
        licensee: str = "house-lab",
        since: datetime | None = None,
        name: str | None = None,
    ) -> Deployment:
        """Put a registered model (its folder) in service; only a decommission ends that.

        Its use is paid for ``since`` then (now, if not told); usage events name it by ``name``.

        Raises
        ------
        NotFound : no folder, or no licensee of that name. CheckFailed : the folder was changed.
        Refused : the terms allow that licensee nothing, or the name is taken.

        >>> house.deploy("model", name="game").licensee.slug
        'house-lab'
        """
        from yesand.people.services import organisation
        from yesand.training.services import deploy, registered

        return deploy(
            self.place,
            registered(self.place, Path(model)),
            organisation(licensee),
            since or self.place.clock.now(),
            name=name,
        )

    def decommission(self, deployment: str, until: datetime | None = None) -> Decommission:
        """End a deployment, signed: the only way in which royalties stop.

        Raises
        ------
        NotFound : no deployment of that name. BadInput : an end before it began.
        Refused : it ended at another moment.

        >>> house.decommission("coach").deployment.name
        'coach'
        """
        from yesand.training.models import Deployment
        from yesand.training.services import decommission

        found = Deployment.objects.filter(name=deployment).first()
        if found is None:
            raise NotFound("No deployment of that name", where=deployment)
        return decommission(self.place, found, until or self.place.clock.now())

    def estimate_reliance(
        self,
        model: PathLike,
        *,
        out: PathLike | None = None,
        estimator: str = "aumann-shapley",
        progress: Progress = silent,
        **settings: Any,
    ) -> Report:
        """Measure how much a registered model (its folder) relies on each performer.

        The report is signed and logged; asked the same again, it is the report that there is.
        ``out`` gets the report with all its rows, as an auditor reads it; ``settings`` are the
        estimator's own.

        Raises
        ------
        NotFound, BadInput : no such folder, estimator or setting. CheckFailed : it was changed.

        >>> shares = house.estimate_reliance("model").shares
        >>> sum(row["share_ppb"] for row in shares.values())
        1000000000
        """
        from yesand.reliance.saving.services import save
        from yesand.reliance.services import estimate
        from yesand.training.services import registered

        path = Path(model)
        row = registered(self.place, path)
        made = estimate(self.place, row, path, estimator=estimator, progress=progress, **settings)
        if out is not None:
            save(self.place, made, Path(out))
        return made

    def meter(self, path: PathLike, *, progress: Progress = silent) -> MeterReport:
        """Take usage events (CloudEvents 1.0) in; each counts once, for ever.

        What cannot be billed yet waits in escrow, and the report says why.

        Raises
        ------
        BadInput : the file is missing, empty or damaged; nothing of it was taken.

        >>> house.meter("usage.jsonl").repeated  # the same file again
        100
        """
        from yesand.royalties.services import meter

        return meter(self.place, Path(path), progress=progress)

    def settle(self, period: str, *, progress: Progress = silent) -> Settlement:
        """Settle a closed month (``2026-10``); a second time changes nothing.

        Raises
        ------
        Refused : the month is still open.

        >>> house.settle("2026-10").statements.count()
        4
        """
        from yesand.royalties.services import settle

        return settle(self.place, Period.parse(period), progress=progress)

    def statement(self, performer: str, period: str) -> Statement:
        """Return what a performer is owed for a settled month, as signed.

        Raises
        ------
        NotFound : no such performer, or the month is not settled.

        >>> house.statement("Alba", "2026-10").payable_minor > 0
        True
        """
        from yesand.people import services as people
        from yesand.royalties.services import statement

        return statement(self.place, people.performer(performer), Period.parse(period))

    def write_statement(self, statement: Statement, **paths: PathLike | None) -> Mapping[str, Path]:
        """Write a statement out: ``pdf=``, ``html=``, ``csv=``, ``json=``, evidence ``bundle=``.

        >>> statement = house.statement("Alba", "2026-10")
        >>> written = house.write_statement(statement, bundle="evidence.zip")
        >>> yesand.verify(written["bundle"]).performer
        'Alba'
        """
        from yesand.royalties.issuing.services import write_statement

        return write_statement(self.place, statement, paths)

    def withdraw(self, performer: str, *, reason: str = "", **scope: Any) -> Withdrawal:
        """Take a performer's permission back, whole or narrowed, from the next decision on.

        ``scope`` narrows it, in the words of a request or to single ``takes``; nothing told, it
        takes back everything. Every duty that it brings is raised with it.

        Raises
        ------
        NotFound : no such performer. BadInput : a word in no vocabulary, a take of another's.

        >>> withdrawal = house.withdraw("Alba", reason="I have thought again.")
        >>> request = house.request(purpose="research", use_class="recognition", territory="DE")
        >>> house.gate(request).permitted
        18
        """
        from yesand.agreements.scope import Scope
        from yesand.oversight.withdrawing.services import own_takes, take_back
        from yesand.people import services as people

        who = people.performer(performer)
        takes = own_takes(who, scope.pop("takes", ()))
        return take_back(self.place, who, Scope.parse({**scope, "takes": takes}), reason)[0]

    def obligations(self, withdrawal: Withdrawal) -> list[Obligation]:
        """Return the duties that a withdrawal raises, each with its date, the soonest first.

        >>> house.obligations(house.withdraw("Alba"))[0].duty
        'stop training'
        """
        from yesand.oversight.services import obligations

        return obligations(self.place, withdrawal)

    def counts(self) -> dict[str, int]:
        """Count what stands at every station of the line.

        >>> house.counts()["takes"]
        24
        """
        from yesand.site.line import STATIONS
        from yesand.site.views import counted

        counts = counted()
        return {station.plural: counts[station.plural] for station in STATIONS}

    def check(self, *, progress: Progress = silent) -> list[str]:
        """Audit the log against files and registry, the books, every manifest; say what held.

        Raises
        ------
        CheckFailed : what does not hold, and where.

        >>> house.check()[1]
        'books: 4 statements, every account and every currency agrees with the ledger'
        """
        from yesand.oversight.checking.services import audited

        return audited(self.place, progress)

    def close(self) -> None:
        """Let go of the database."""
        connecting.disconnect()


def create(
    root: PathLike, name: str = "Yes-And", *, clock: Clock | None = None, **settings: str
) -> House:
    """Lay out a new house and open it, with more of its settings: ``second_factor="nobody"``.

    Raises
    ------
    Refused : a house or something else is there already.

    >>> import yesand
    >>> house = yesand.create("H", "Our house")
    >>> house.place.name
    'Our house'
    >>> house.close()
    """
    place = Place.create(Path(root), name, clock, **{"second_factor": "everyone"} | settings)
    connecting.connect(place)
    connecting.lay_out(place)
    return House(place)


def open(root: PathLike, *, clock: Clock | None = None) -> House:
    """Open a house that exists.

    Raises
    ------
    NotFound : no house there. BadInput : the house is newer than this Yes-And.

    >>> import yesand
    >>> yesand.create("H").close()
    >>> house = yesand.open("H")
    >>> house.check()[0]
    'log: ... entries, every tile, the root and the signature hold'
    >>> house.close()
    """
    place = Place.open(Path(root), clock)
    connecting.connect(place)
    connecting.bring_up_to_date(place)
    return House(place)
