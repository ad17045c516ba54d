"""A convex head on frozen features: one optimum, whatever the start, so that takes can be undone.

``scaling`` puts features on one scale, ``problem`` is what is minimised, ``fitting`` finds its
minimum, ``head`` is what comes of it and ``sources`` say where features come from.
"""
