"""Proofs that a process keeps to the law: legal properties over the steps that say which legal act they are."""

from engine.definitions.lawful.checking import Breach, Verdict, breaches, judge, verdicts
from engine.definitions.lawful.vocabulary import Act, Property, acts, properties

__all__ = ["Act", "Breach", "Property", "Verdict", "acts", "breaches", "judge", "properties", "verdicts"]
