"""Signs that somebody may have worked for the figures instead of the matter. Each is a hint with its evidence, never a verdict."""
