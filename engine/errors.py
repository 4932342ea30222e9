"""Every way in which the engine refuses, one class each.

`message` is the sentence a person reads: what was wanted, what stands in the way, what to do now. `detail` is for the log only
and may hold ids; it never reaches a page.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class EngineError(Exception):
    """A refusal. Nothing was changed."""

    default: ClassVar[str] = "操作没有完成，请稍后再试。"

    def __init__(self, message: str | None = None, **detail: Any) -> None:
        self.message = message or self.default
        self.detail = detail
        super().__init__(self.message)


class NotFound(EngineError):
    """The thing does not exist, or this person may not know that it does: both read the same."""

    default = "没有找到您要的内容，或者您无权查看。请返回列表重新选择。"


class NotAllowed(EngineError):
    """The person is known, the thing is visible, but this action is not theirs."""

    default = "您的岗位不能进行这项操作。如确有需要，请联系本单位管理员。"


class InvalidState(EngineError):
    """The case or work item has moved on, so the action no longer fits."""

    default = "当前状态不能进行这项操作，请刷新后查看最新情况。"


class JumpRefused(InvalidState):
    """A send-back or withdrawal that would break a parallel block or a side branch."""

    default = "不能退回到这一步。"


class TooEarly(InvalidState):
    """A hard gate: the law does not allow this step yet, or any more. `earliest` is the first lawful moment (aware UTC), None when there is
    none any more or it cannot be told yet."""

    default = "法定期限未到，现在不能进行这一步。"

    def __init__(self, message: str | None = None, earliest: dt.datetime | None = None, **detail: Any) -> None:
        super().__init__(message, **detail)
        self.earliest = earliest


class DeadlineRefused(EngineError):
    """A rule, a date or an entry of a clock's ledger that cannot be used; the ledger is unchanged. `rule` is the rule's id."""

    default = "这样登记期限不符合规定，请核对日期、依据文书和审批人。"

    def __init__(self, message: str | None = None, rule: str = "", **detail: Any) -> None:
        super().__init__(message, **detail)
        self.rule = rule


class InvalidValues(EngineError):
    """A form with missing or wrong fields. `errors` maps the path of a field ("witnesses.0.tel") to what is wrong with it."""

    default = "表单有需要更正的内容，请按提示修改后重新提交。"

    def __init__(self, errors: Mapping[str, str], message: str | None = None, **detail: Any) -> None:
        super().__init__(message, **detail)
        self.errors = dict(errors)


class InvalidDefinition(EngineError):
    """A diagram, decision table or form that cannot be deployed. `findings` name the element, the rule and the reason."""

    default = "流程定义有错误，不能发布。请按检查结果修改后再试。"

    def __init__(self, findings: Sequence[Any] = (), message: str | None = None, **detail: Any) -> None:
        super().__init__(message, **detail)
        self.findings = tuple(findings)


class UnsafeInput(EngineError):
    """A file that is refused before it is understood: too large, a DTD, an archive bomb, not what it claims to be."""

    default = "文件格式不安全或过大，已拒绝。"


class ExpressionFailed(EngineError):
    """A FEEL expression could not be evaluated within its limits, or gave a value that cannot be used."""

    default = "流程中的表达式无法计算，请联系流程设计人员。"


class StepBudgetExceeded(EngineError):
    """Automatic steps went on without reaching a wait: a loop without a human or a timer."""

    default = "流程的自动步骤没有停下来，已中止本次操作。请联系流程设计人员检查循环。"


class Conflict(EngineError):
    """The case changed since the page was opened (stale revision)."""

    default = "这件事刚刚被他人更新。您填写的内容已保留，请核对最新情况后再提交。"


class KeyReused(EngineError):
    """The same submission key arrived with different content."""

    default = "这次提交与之前的提交编号相同但内容不同，已拒绝。请刷新页面后重新提交。"


class Busy(EngineError):
    """Too many writes wait already: answer 503 with Retry-After."""

    default = "系统正忙，请几秒后再提交；您填写的内容不会丢失。"


class UnknownOutcome(EngineError):
    """The commit's answer did not arrive: it may have happened. Ask again with the same key."""

    default = "暂时无法确认这次提交是否成功。请再次点击提交，系统不会重复办理。"


class Unavailable(EngineError):
    """The database or the disk cannot be used at all."""

    default = "数据库暂时无法使用，请联系管理员检查数据库和磁盘空间。"
