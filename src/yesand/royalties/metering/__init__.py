"""From a delivery of usage events to accepted batches."""
