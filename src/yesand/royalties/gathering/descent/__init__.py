"""Through which models performers beyond a manifest have a share."""
