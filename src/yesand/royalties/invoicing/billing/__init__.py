"""Who is billed how, and by which rates of tax."""
