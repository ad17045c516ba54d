"""Floor 4: training runs, the model registry and deployments."""
