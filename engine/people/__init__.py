"""Who works in the town: units, people, their posts and roles, and what each of them may see."""

from engine.people.participant import Participant, Post
from engine.people.roles import CAPABILITIES, ROLES, Role

__all__ = ["CAPABILITIES", "ROLES", "Participant", "Post", "Role"]
