"""A database server for simulated houses: one database for each, made from one and dropped."""
