"""Laying the log open for an auditor."""
