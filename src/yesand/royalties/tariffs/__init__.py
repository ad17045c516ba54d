"""Published tables of prices: versioned, dated, signed and logged, never changed."""
