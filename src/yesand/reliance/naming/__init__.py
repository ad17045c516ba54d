"""By which names a report speaks of performers, to whom."""
