"""Reports, manifests and standing agreements: what the sharing of a month rests on."""
