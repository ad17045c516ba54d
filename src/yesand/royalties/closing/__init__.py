"""Closing a month: what to see to before it is settled, settling it, and what waits for a person.

``checks``     what a check of a month says
``services``   the checks, and settling by the worker
``queueing``   what waits for somebody: escrow, held, returned, unmatched
"""
