"""Recording a batch: signed, with every parent, and its files put in place last."""
