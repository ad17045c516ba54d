"""Reviewing takes: a verdict with its reason, and the queue of those that need one."""
