"""The predicate types of our in-toto statements, one per kind of signed thing."""

from enum import StrEnum


class Predicate(StrEnum):
    """What a statement is about."""

    MANIFEST = "https://yes-and.org/attestation/manifest/v1"
    MODEL = "https://yes-and.org/attestation/model/v1"
    DESCENT = "https://yes-and.org/attestation/descent/v1"
    DEPLOYMENT = "https://yes-and.org/attestation/deployment/v1"
    DECOMMISSION = "https://yes-and.org/attestation/decommission/v1"
    EXPORT = "https://yes-and.org/attestation/export/v1"
    RELIANCE = "https://yes-and.org/attestation/reliance/v1"
    USAGE = "https://yes-and.org/attestation/usage/v1"
    TARIFF = "https://yes-and.org/attestation/tariff/v1"
    ESTIMATE = "https://yes-and.org/attestation/estimate/v1"
    SETTLEMENT = "https://yes-and.org/attestation/settlement/v1"
    STATEMENT = "https://yes-and.org/attestation/statement/v1"
    INSTRUMENT = "https://yes-and.org/attestation/instrument/v1"
    PAY_AUDIT = "https://yes-and.org/attestation/pay-audit/v1"
    RATE = "https://yes-and.org/attestation/rate/v1"
    RATER_PAY = "https://yes-and.org/attestation/rater-pay/v1"
    PAYOUT_RUN = "https://yes-and.org/attestation/payout-run/v1"
    PAYOUT_DECISION = "https://yes-and.org/attestation/payout-decision/v1"
    INVOICE = "https://yes-and.org/attestation/invoice/v1"
    ARTICLE = "https://yes-and.org/attestation/article/v1"
    REVOCATION = "https://yes-and.org/attestation/revocation/v1"
    SUSPENSION = "https://yes-and.org/attestation/suspension/v1"
    FULFILMENT = "https://yes-and.org/attestation/fulfilment/v1"
    OVERTAKEN = "https://yes-and.org/attestation/overtaken/v1"
    UNLEARNING = "https://yes-and.org/attestation/unlearning/v1"
    TRANSPARENCY = "https://yes-and.org/attestation/transparency/v1"
