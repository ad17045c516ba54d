"""Takes with a picture: their sound, what the picture is, and whether the two agree in time."""
