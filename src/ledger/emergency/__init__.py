"""Emergency 急难救助: aid first or small amounts first, paperwork after, and the imprest of a regiment."""
