"""``python -m yesand.cli``."""

from yesand.cli import main

main()
