"""What may happen to a household's assistance, and the sealed record that it happened."""
