"""Files as a bank writes them."""

from __future__ import annotations

OURS = "DE89370400440532013000"


def part(end_to_end: str, amount: str, more: str = "", reference: str = "") -> str:
    named = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f"<TxDtls><Refs>{named}<EndToEndId>{end_to_end}</EndToEndId></Refs>"
        f'<AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>'
        f"<RltdPties><Cdtr><Nm>Ada</Nm></Cdtr></RltdPties>{more}</TxDtls>"
    )


def entry(
    amount: str, code: str, parts: str, reference: str, status: str = "BOOK", currency: str = "EUR"
) -> str:
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{code}</CdtDbtInd>'
        f"<Sts>@{status}@</Sts><BookgDt><Dt>2026-11-03</Dt></BookgDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls>{parts}</NtryDtls></Ntry>"
    )


def booked(
    end_to_end: str, amount: str, *, parts: str = "", status: str = "BOOK", reference: str = ""
) -> str:
    """A payout that left."""
    made = parts or part(end_to_end, amount)
    return entry(amount, "DBIT", made, reference or f"REF-{end_to_end}", status)


def returned(
    end_to_end: str, amount: str, code: str = "AC04", words: str = "Account closed"
) -> str:
    """A payout that came back."""
    why = f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>{words}</AddtlInf></RtrInf>"
    return entry(amount, "CRDT", part(end_to_end, amount, why), f"RET-{end_to_end}")


def camt(*entries: str, kind: str = "camt.054", version: str = "08", account: str = OURS) -> bytes:
    """A file of one account; ``Sts`` has a code inside since version 05."""
    around, each = {
        "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
        "camt.053": ("BkToCstmrStmt", "Stmt"),
    }[kind]
    before, after = ("<Cd>", "</Cd>") if version > "04" else ("", "")
    body = "".join(entries).replace("<Sts>@", f"<Sts>{before}").replace("@</Sts>", f"{after}</Sts>")
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.{version}"><{around}>'
        f"<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-03T06:00:00Z</CreDtTm></GrpHdr>"
        f"<{each}><Id>1</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>{body}</{each}>"
        f"</{around}></Document>"
    ).encode()
