"""The sample troupe: voices made by code, so that a house can be tried without anyone's voice.

``make.make_troupe(folder)`` writes the recordings and the table to import them by.
"""
