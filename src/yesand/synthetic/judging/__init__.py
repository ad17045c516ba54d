"""What synthetic takes are worth: a panel of judges, never one score, beside other real actors."""
