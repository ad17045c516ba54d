"""Certificates that sign credentials: a small authority for development, made by this house.

The profile is that of C2PA 2.2 §14.5.1: a leaf of version 3 with ``digitalSignature``, not a
certificate authority, key identifiers of itself and its issuer, and the purposes that readers of
C2PA accept.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from yesand.kernel.keys import Signer

#: C2PA's own purpose for the signer of a claim, beside the one that older readers know.
_CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_PURPOSES = (ExtendedKeyUsageOID.EMAIL_PROTECTION, _CLAIM_SIGNING)
#: A signature without a time stamp holds for as long as its certificate does. A house whose clock
#: is set for a rehearsal must fit in, too, since readers go by the real time.
_BEFORE, _AFTER = timedelta(days=730), timedelta(days=3650)
_LONGEST = 64  # X.520: an organisation's name
_USAGES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
    "key_cert_sign crl_sign encipher_only decipher_only"
).split()


def development(organisation: str, authority: Signer, leaf: Signer, now: datetime) -> str:
    """Return a chain of two certificates in PEM, the leaf first, signed by an authority of ours.

    Parameters
    ----------
    organisation : the house's name, which readers show.
    """
    issuer = _name(organisation, "Yes-And development authority")
    root = _certificate(issuer, issuer, authority, now)
    root = _with(root, authority, ca=True, usages=("key_cert_sign", "crl_sign"))
    own = _certificate(_name(organisation, "Yes-And credentials"), issuer, leaf, now)
    own = _with(own, leaf, ca=False, usages=("digital_signature",))
    own = own.add_extension(x509.ExtendedKeyUsage(_PURPOSES), critical=False).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(_public(authority)), critical=False
    )
    signed = (built.sign(authority.private, None) for built in (own, root))
    return "".join(pem(certificate) for certificate in signed)


def pem(certificate: x509.Certificate) -> str:
    """Return a certificate as text."""
    return certificate.public_bytes(Encoding.PEM).decode()


def _name(organisation: str, title: str) -> x509.Name:
    parts = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, title))
    return x509.Name([x509.NameAttribute(oid, text[:_LONGEST]) for oid, text in parts if text])


def _public(signer: Signer) -> Ed25519PublicKey:
    return signer.private.public_key()


def _certificate(
    subject: x509.Name, issuer: x509.Name, signer: Signer, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(_public(signer))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + _AFTER)
    )


def _with(
    built: x509.CertificateBuilder, signer: Signer, *, ca: bool, usages: tuple[str, ...]
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(**{name: name in usages for name in _USAGES})
    return (
        built.add_extension(x509.BasicConstraints(ca, 0 if ca else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(_public(signer)), critical=False)
    )
