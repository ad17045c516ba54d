"""Whether the ledger says of payouts what their steps say."""
