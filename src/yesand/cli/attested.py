"""What a house signed and hands out as JSON, checked at the command line without the house."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yesand.agreements import wording
from yesand.agreements.odrl import reading
from yesand.corpus import manifest
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest
from yesand.provenance import dsse
from yesand.provenance.note import Verifier
from yesand.provenance.statements import Predicate
from yesand.reliance.report import open_rows

Checked = tuple[dict[str, Any], list[str]]
#: What each kind of statement is called.
_CALLED = {kind.value: kind.name.lower() for kind in Predicate}


def attested(
    told: Any, path: Path, key: Verifier | None, model: Path | None = None
) -> Checked | None:
    """Check a manifest, a reliance report, any other statement or an ODRL agreement; else None.

    Parameters
    ----------
    model : the folder of a reliance report's model, to compute the report again.

    Raises
    ------
    BadInput : it is one, and no key was given. CheckFailed : it is not what was signed.
    """
    if not isinstance(told, dict):
        return None
    if told.get("@type") == "Agreement":
        return _odrl(told)
    if set(told) == {"denied", "envelope", "takes"}:
        return _manifest(path, _needed("A manifest", path, key))
    if set(told) == {"openings", "report"}:
        return _report(told, _needed("A reliance report", path, key), model)
    if set(told) == {"payload", "payloadType", "signatures"}:
        return _statement(told, _needed("A signed statement", path, key))
    return None


def _needed(what: str, path: Path, key: Verifier | None) -> dict[str, bytes]:
    if key is None:
        raise BadInput(
            f"{what} is checked against its house's key",
            where=str(path),
            remedy="Give it with --key, as the house's log page shows it.",
        )
    return {digest(key.public): key.public}


def _manifest(path: Path, keys: Mapping[str, bytes]) -> Checked:
    found = manifest.load(path, keys)
    asked = found.request
    told = {
        "manifest": found.digest,
        "takes": len(found.takes),
        "denied": len(found.denied),
        "log_size": found.log_size,
        "request": asked,
    }
    return told, [
        f"manifest {found.digest}: signed, and every take and refusal is under its roots",
        f"{len(found.takes):,} takes permitted and {len(found.denied):,} denied to "
        f"{asked['licensee']} for {asked['purpose']} ({asked['use_class']}), "
        f"at log size {found.log_size:,}",
        "That none is missing, and that each decision follows from the terms, is checked by "
        "`yesand audit` with the log's disclosure.",
    ]


def _report(told: Mapping[str, Any], keys: Mapping[str, bytes], model: Path | None) -> Checked:
    statement = _opened(told["report"], keys)
    if statement["predicateType"] != Predicate.RELIANCE:
        raise CheckFailed("The envelope holds something else", where="report")
    try:
        rows = {str(n): opening["row"] for n, opening in enumerate(told["openings"])}
        salts = {str(n): opening["salt"] for n, opening in enumerate(told["openings"])}
    except (KeyError, TypeError) as fault:
        raise BadInput("Rows of a reliance report that cannot be read", where=str(fault)) from fault
    found = open_rows(statement["predicate"], rows, salts)
    said = statement["predicate"]
    pays = "sets shares" if said["sets_shares"] else f"sets no shares: {said['reason']}"
    lines = [f"reliance report by {said['method']}, {said['at']}: signed, {pays}"]
    lines += [f"  {row.performer}: {row.share_ppb / 10_000_000:.2f} %" for row in found]
    checked = {"method": said["method"], "sets_shares": said["sets_shares"]}
    if model is None:
        lines.append("Its figures are computed again from the model's folder: --model FOLDER.")
        return checked, lines
    from yesand.reliance.recomputing import again  # PyTorch

    came = again(said, told["openings"], model)
    apart = f"{came.apart_ppb / 10_000_000:.6f}"
    how = "the same, to the byte" if came.same else f"within the intervals, {apart} points apart"
    lines.append(f"computed again from the model's folder: {how}")
    return {**checked, "same": came.same, "apart_ppb": came.apart_ppb}, lines


def _statement(told: Mapping[str, Any], keys: Mapping[str, bytes]) -> Checked:
    statement = _opened(told, keys)
    if statement["predicateType"] == Predicate.PAY_AUDIT:
        from yesand.royalties.auditing.audit import parse_audit  # pydantic's models take long

        parse_audit(statement["predicate"])
    kind = _CALLED.get(statement["predicateType"], statement["predicateType"])
    subjects = {each["name"]: each["digest"]["sha256"] for each in statement["subject"]}
    lines = [f"{kind} statement: signed"]
    lines += [f"  about {name}: {value}" for name, value in subjects.items()]
    plain = {k: v for k, v in statement["predicate"].items() if isinstance(v, str | int)}
    lines += [f"  {name}: {value}" for name, value in plain.items()]
    return {"statement": kind, "subject": subjects, "predicate": statement["predicate"]}, lines


def _opened(envelope: Any, keys: Mapping[str, bytes]) -> Any:
    try:
        statement = dsse.opened(envelope, keys)
        return {n: statement[n] for n in ("predicate", "predicateType", "subject")}
    except (KeyError, TypeError, AttributeError) as fault:
        raise BadInput("A signed statement that cannot be read", where=str(fault)) from fault


def _odrl(told: Mapping[str, Any]) -> Checked:
    found = reading.read(told)
    changed = [
        f"{len(part)} {name}"
        for name, part in (
            ("withdrawals", found.withdrawals),
            ("single uses", found.approvals),
            ("suspensions", found.suspensions),
        )
        if part
    ]
    since = f" Since then: {', '.join(changed)}." if changed else ""
    return {"terms": found.terms.as_json(), "digest": found.terms.digest}, [
        f"ODRL agreement of our profile, read without loss: terms {found.terms.digest}.{since}",
        "An ODRL document is not signed: the agreement's receipt is.",
        "",
        *wording.summary(found.terms, "en").splitlines(),
    ]
