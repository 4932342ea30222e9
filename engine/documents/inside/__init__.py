"""What runs inside the box: it imports nothing of the program, so that nothing of it can be reached from a hostile template."""
