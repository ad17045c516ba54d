"""The bench's desk: each performer's own facts of one month, for the real statement to compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yesand.agreements.terms import Terms
from yesand.kernel.clock import Period
from yesand.kernel.ids import digest_of
from yesand.royalties.correcting import Redone, agreements_of
from yesand.royalties.facts import Facts, ModelBasis, Party, SessionHeld, Settled, places
from yesand.royalties.lines import Part, Reliance, Weight, equal_ppb
from yesand.royalties.shrinking import rests
from yesand.royalties.simulating.mending import Redoing, share_in
from yesand.royalties.simulating.registry import Registry, report_named
from yesand.royalties.statement import Before, Statement, advances_after


@dataclass(frozen=True)
class Given:
    """One performer in one currency: what their statement is computed from."""

    facts: Facts
    terms: Mapping[str, Terms]
    shares: Mapping[str, Reliance]
    before: Before
    previous: Statement | None


class Desk:
    """One settlement's performers."""

    def __init__(self, registry: Registry, period: Period, settled: Settled) -> None:
        self.known, self.period, self.settled = registry, period, settled
        self.names = {registry.digest(name): name for name in registry.signed}
        self.stand = registry.standing(period)
        self.weights = self._weights()
        self.fees = registry.due_fees(period)
        about = registry.mending, registry.settled, settled, registry.issued
        self.redoing = Redoing(*about)

    def cases(self) -> Iterator[Given]:
        """Yield everybody who is in a settled model, or is due a fee or an advance."""
        for handle in sorted({s.handle for s in self.known.signed.values()}):
            yield from self._of(handle)

    def _of(self, handle: str) -> Iterator[Given]:
        weights = self.weights.get(handle, [])
        fees = [n for n in self.fees if self.known.signed[self._under(n)].handle == handle]
        names = {self.names[p.agreement] for w in weights for p in w.parts}
        names |= {self._under(n) for n in fees} | self._promised(handle)
        signed = {self.known.digest(name): self.known.signed[name] for name in names}
        terms = {digest: signed[digest].terms for digest in sorted(signed)}
        shares = self._shares(handle, weights)
        currencies = {t.pay.currency for t in terms.values()} | self._near(weights, terms)
        for currency in sorted(currencies | self.redoing.whose(handle)):
            previous, carried = self.known.carried.get((handle, currency), (None, 0))
            last = self.known.last(handle, currency)
            key = digest_of(handle)
            redone = tuple(self.redoing.of(handle, currency))
            priced = {d: self._terms(d) for d in sorted(agreements_of(redone))}
            every = {**terms, **priced}
            taxed = sorted({t.pay.withhold for t in every.values() if t.pay.withhold})
            facts = Facts(
                period=self.settled.period,
                performer=handle,
                performer_key=key,
                currency=currency,
                trial=False,
                synthetic=False,
                weights=tuple(weights),
                sessions=tuple(self._held(n) for n in fees if self.known.fee(n) == currency),
                brought_forward_micro=carried,
                previous=previous,
                parties=tuple(Party(agreement=d, payer=signed[d].producer) for d in terms),
                advances=advances_after(last),
                taxes=tuple(self.known.entered.taxed(taxed, key, self.period)),
                directions=self.known.entered.directed(key, self.period),
                holds=self.known.contested.since(handle, currency),
            )
            yield Given(facts, every, shares, self._before(facts, redone), last)

    def _terms(self, digest: str) -> Terms:
        return self.known.signed[self.names[digest]].terms

    def _before(self, facts: Facts, redone: tuple[Redone, ...]) -> Before:
        certified = [t.certificate for t in facts.taxes if t.certificate]
        named = [*facts.directions, *(t.table for t in facts.taxes), *certified]
        instruments = {digest: self.known.entered.instruments[digest] for digest in named}
        return Before(instruments, redone)

    def _promised(self, handle: str) -> set[str]:
        """Return the standing agreements of a performer that promise an advance."""
        return {
            name
            for name, each in self.known.signed.items()
            if each.handle == handle
            and each.at < self.period.end
            and each.terms.valid_from < self.period.end.date()
            and each.terms.pay.advance
            and self.stand[name] == name
        }

    def _near(self, weights: list[Weight], terms: Mapping[str, Terms]) -> set[str]:
        """Return the currencies that revenue is paid in as it was earned."""
        used = self.settled.usage
        models = {
            w.model
            for w in weights
            if any(not terms[p.agreement].pay.one_currency for p in w.parts)
        }
        theirs = {u.licensee for u in used if u.model in models}
        return {u.currency for u in used if u.licensee in theirs and u.currency}

    def _under(self, session: str) -> str:
        return self.known.sessions[session][0]

    def _held(self, session: str) -> SessionHeld:
        name, at = self.known.sessions[session]
        payer = self.known.signed[name].producer
        about = {"agreement": self.known.digest(name), "payer": payer, "on": f"{at:%Y-%m-%d}"}
        return SessionHeld(session=session, **about)

    def _shares(self, handle: str, weights: list[Weight]) -> dict[str, Reliance]:
        found = {}
        for model in {w.model for w in weights}:
            name = self.known.name_of(model)
            if name in self.known.reports:
                told = self.known.measured(name, self.period)
                found[model] = share_in(report_named(name, told), told, handle)
        return found

    def _weights(self) -> dict[str, list[Weight]]:
        found = dict[str, list[Weight]]()
        for basis in self.settled.models:
            given = self._given(basis.model)
            placed = self._placed(basis, given)
            for handle, weight in {**placed, **self._beyond(basis, set(given))}.items():
                found.setdefault(handle, []).append(weight)
        return found

    def _given(self, model: str) -> dict[str, list[Part]]:
        given: dict[str, list[Part]] = {}
        for handle, agreement, ms in self.known.models[self.known.name_of(model)]:
            standing = self.known.digest(self.stand[agreement])
            part = Part(agreement=standing, takes=1, duration_ms=ms)
            given.setdefault(handle, []).append(part)
        return given

    def _beyond(self, basis: ModelBasis, within: set[str]) -> dict[str, Weight]:
        """Return the places of performers whom a report names and the manifest does not."""
        found: dict[str, Weight] = {}
        for ancestor in basis.ancestors:
            told = self.known.measured(self.known.name_of(basis.model), self.period)
            placed = places(basis.model, ancestor.manifest, self._given(ancestor.model))
            for handle in set(told) & set(placed) - within - set(found):
                found[handle] = placed[handle].model_copy(update={"via": ancestor.model})
        return found

    def _placed(self, basis: ModelBasis, given: Mapping[str, list[Part]]) -> dict[str, Weight]:
        placed = places(basis.model, basis.manifest, given)
        if basis.signal is None:
            return placed
        told = self.known.measured(self.known.name_of(basis.model), self.period)
        shares = [(told.get(who, (0, 0, 0))[0], equal_ppb(w)) for who, w in placed.items()]
        left = zip(placed.items(), rests(shares, basis.signal), strict=True)
        return {who: w.model_copy(update={"rest": rest}) for (who, w), rest in left}
