"""Training as a pure function of the takes' weights, so that it can be differentiated."""
