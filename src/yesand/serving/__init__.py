"""A model in service: it answers, meters each answer, and refuses what law or terms exclude.

``Predictor`` needs ``yesand[train]`` and the house's address: no house of its own, no Django.
"""

from yesand.serving.answer import Answer
from yesand.serving.intake import Bad
from yesand.serving.permitting import Use
from yesand.serving.predictor import Predictor

__all__ = ["Answer", "Bad", "Predictor", "Use"]
