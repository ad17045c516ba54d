"""A bank's message (ISO 20022 camt.053 or camt.054), as short as one may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_AROUND = {
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    "camt.053": ("BkToCstmrStmt", "Stmt"),
}


@dataclass(frozen=True)
class Entry:
    """One movement as the bank tells it.

    Attributes
    ----------
    amount : in major units, as a decimal.
    reason : why it came back; empty: it left.
    """

    end_to_end: str
    currency: str
    amount: str
    reference: str
    on: date
    reason: str = ""

    def xml(self) -> str:
        """Write it as an entry of its own."""
        why = f"<RtrInf><Rsn><Cd>{self.reason}</Cd></Rsn></RtrInf>" if self.reason else ""
        money = f'<Amt Ccy="{self.currency}">{self.amount}</Amt>'
        return (
            f"<Ntry>{money}<CdtDbtInd>{'CRDT' if self.reason else 'DBIT'}</CdtDbtInd>"
            f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{self.on}</Dt></BookgDt>"
            f"<AcctSvcrRef>{self.reference}</AcctSvcrRef><NtryDtls><TxDtls>"
            f"<Refs><EndToEndId>{self.end_to_end}</EndToEndId></Refs>"
            f"<AmtDtls><TxAmt>{money}</TxAmt></AmtDtls>{why}</TxDtls></NtryDtls></Ntry>"
        )


def camt(entries: Iterable[Entry], kind: str, account: str) -> bytes:
    """Write a file of one account (IBAN)."""
    around, each = _AROUND[kind]
    body = "".join(entry.xml() for entry in entries)
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08"><{around}>'
        f"<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-01T06:00:00Z</CreDtTm></GrpHdr>"
        f"<{each}><Id>1</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>{body}</{each}>"
        f"</{around}></Document>"
    ).encode()
