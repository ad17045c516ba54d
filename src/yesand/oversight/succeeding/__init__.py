"""A duty to retrain, met by a model that was made without what was withdrawn."""
