"""What raters are paid for what they judge."""
