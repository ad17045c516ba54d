"""ODRL 2.2 policies evaluated: a policy, a request and a state of the world give a decision.

Plain data and plain functions; reading a policy from RDF is the reader's business.
"""
