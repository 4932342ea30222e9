"""One rule a file: CODE, SEVERITY and `check(model, library) -> Iterator[Problem]`. The linter finds them by name."""
