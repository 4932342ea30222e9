"""`make bench`: what the system can do on this machine, each figure beside a limit measured in the same run."""
