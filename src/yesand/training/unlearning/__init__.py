"""Withdrawal reaches the weights: exactly where that can be, and named where it is only nearly.

``membership`` asks whether a model still knows takes, ``verification`` holds it against one that
was trained anew, ``report`` says what is claimed; ``exact`` undoes takes in a convex head,
``shards`` in networks by parts, ``influence`` approximately; ``services`` register what came out.
"""
