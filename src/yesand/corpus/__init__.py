"""Floor 3: the gate, its manifests, and datasets that obey them."""
