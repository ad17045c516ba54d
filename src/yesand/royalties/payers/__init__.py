"""User-centric pools: what each paying customer brings in goes to what this one used."""
