"""A person as the engine sees them while they act: who, and from which posts."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from engine.people.roles import ROLES


@dataclass(frozen=True)
class Post:
    """One role held at one unit. `unit_path` is the unit's place in the tree, for instance "/x/qs/qs-e/"."""

    role: str
    unit_id: str
    unit_path: str
    unit_name: str
    level: str
    instead_of: str = ""

    @property
    def title(self) -> str:
        """As people say it: 青石镇 调度员, and for whom while somebody is away: 青石镇 镇长（代吕壬）."""
        return f"{self.unit_name} {ROLES[self.role].name}{f'（代{self.instead_of}）' if self.instead_of else ''}"


@dataclass(frozen=True)
class Absence:
    """Somebody who is away, and the roles in which a deputy acts for them."""

    person_id: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Participant:
    """Whoever acts: a person with their posts, those of people they stand in for (代理) included. Timers and jobs act as nobody (None)."""

    id: str
    name: str
    posts: tuple[Post, ...]
    acts_for: tuple[Absence, ...] = ()

    def in_hand(self, assignee: str | None, role: str | None) -> bool:
        """Whether what was assigned by name to that person, in that role, is this person's to do: their own, or a deputy's."""
        return assignee is not None and (assignee == self.id
                                         or any(assignee == one.person_id and role in one.roles for one in self.acts_for))

    @cached_property
    def own_posts(self) -> tuple[Post, ...]:
        """Without those of people they stand in for."""
        return tuple(post for post in self.posts if not post.instead_of)

    @cached_property
    def candidate_keys(self) -> tuple[str, ...]:
        """The keys under which work is offered to this person: "role@unit"."""
        return tuple(f"{post.role}@{post.unit_id}" for post in self.posts)

    @cached_property
    def capabilities(self) -> frozenset[str]:
        """Everything any of the posts allows."""
        return frozenset().union(*(ROLES[post.role].capabilities for post in self.posts))

    def has(self, *roles: str) -> bool:
        """Holds at least one of these roles, anywhere."""
        return any(post.role in roles for post in self.posts)

    def may(self, capability: str, unit_path: str | None = None) -> bool:
        """Has a capability; with `unit_path`, from a post whose unit contains that unit."""
        return any(capability in ROLES[post.role].capabilities and (unit_path is None or unit_path.startswith(post.unit_path))
                   for post in self.posts)

    def seen_paths(self, capability: str = "read_cases") -> tuple[str, ...]:
        """The units below which every case may be read (or supervised …) by this person; outermost only."""
        return outermost(post.unit_path for post in self.posts if capability in ROLES[post.role].capabilities)


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that no other of them contains."""
    every = set(paths)
    return tuple(sorted(p for p in every if not any(p != q and p.startswith(q) for q in every)))
