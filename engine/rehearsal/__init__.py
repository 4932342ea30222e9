"""Plays a town: seeded people who do their work on a simulated clock, some late, some wrong, some sending back.

It only uses what every person uses, the commands; so whatever it finds stuck would have been stuck for them too.
"""

from engine.rehearsal.drive import Arrival, Plan, drive
from engine.rehearsal.report import Report

__all__ = ["Arrival", "Plan", "Report", "drive"]
