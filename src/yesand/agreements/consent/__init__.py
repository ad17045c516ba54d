"""Consent records and receipts after ISO/IEC TS 27560, by the guide of the W3C's DPVCG."""
