"""What came of a rehearsal, counted from the stored cases and not from what the actors believe."""

from collections import Counter
from dataclasses import dataclass, field

from engine.cases import findings
from engine.database import Database
from engine.errors import EngineError
from engine.runtime import overview, watch

LINKS = {"discovery": "网格发现", "correction": "村社纠正", "reporting": "点片上报", "handling": "执法队处置", "feedback": "结果反馈"}


@dataclass
class Report:
    """Counts of one rehearsal. `lost`: taken in but not found again; `stuck`: running with nothing to wait for, or not closed."""

    seed: int
    taken_in: int = 0
    completed: int = 0
    refused: int = 0
    wrong: int = 0
    sent_back: int = 0
    timers: int = 0
    cases: int = 0
    closed: int = 0
    late: int = 0
    escalated: int = 0
    lost: int = 0
    stuck: list[str] = field(default_factory=list)
    paths: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)

    def refuse(self, error: EngineError) -> None:
        """Count a refusal by its sentence."""
        self.refused += 1
        self.refusals[error.message] += 1

    def attempts(self, item_id: str) -> int:
        """How often somebody tried this work item."""
        return self.tries[item_id]

    def text(self) -> str:
        """For people to read."""
        lines = [f"随机种子 {self.seed}：共 {self.cases} 件，办结 {self.closed} 件；办理 {self.completed} 步，定时触发 {self.timers} 次。",
                 f"超期完成 {self.late} 步，超期升级 {self.escalated} 次；退回 {self.sent_back} 次，填错被拒 {self.wrong} 次。",
                 "走过的路径："]
        lines += [f"  {count:6}  {path}" for path, count in self.paths.most_common()]
        if self.refusals:
            lines += ["被拒绝的操作："] + [f"  {count:6}  {words}" for words, count in self.refusals.most_common(8)]
        lines += [f"丢失 {self.lost} 件，停滞 {len(self.stuck)} 件。"] + [f"  {sentence}" for sentence in self.stuck[:20]]
        return "\n".join(lines)


def conclude(database: Database, found: Report) -> None:
    """Fill in what only the stored cases can tell."""
    with database.reading() as c:
        totals = overview.totals(c)
        found.cases, found.closed, found.late, found.escalated = totals.cases, totals.closed, totals.late, totals.escalated
        found.paths = Counter("→".join(LINKS.get(link, link) for link in path.split("→")) for path in overview.paths(c))
        found.lost = findings.missing(c)
        found.stuck = [f"{state.number}：{state.sentence}" for state in watch.check_instances(c) if not state.sound]
