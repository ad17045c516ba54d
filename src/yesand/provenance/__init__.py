"""Floor 1: the transparency log, its proofs, signed envelopes and evidence bundles."""
