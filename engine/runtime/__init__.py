"""A running case: commands of people, timers, jobs and messages, all moved by the same five steps of `turn`."""
