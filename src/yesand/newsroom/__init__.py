"""Articles and transparency reports, each labelled with its writer, each claim with its source."""
