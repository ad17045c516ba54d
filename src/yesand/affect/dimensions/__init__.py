"""Valence, arousal and dominance read out of a trained voice model, by take and over its time.

``said`` is what raters said, ``agreed`` what they say together, ``ridge`` the convex read-out,
``learning`` fits and scores it on performers whom it never met, ``readouts`` is what is kept.
"""
