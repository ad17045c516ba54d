"""Witnesses: others who vouch that they have only ever seen the log grow (C2SP tlog-witness)."""
