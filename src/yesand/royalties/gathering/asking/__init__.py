"""What terms ask of a settlement beside its usage: noise, tariffs, counts."""
