"""How far raters agree, what each of them is worth, and where the next rating tells most."""
