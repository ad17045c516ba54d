"""What a closed month still lacks: usage, or the word of who meters it."""
