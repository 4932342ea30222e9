"""Everything a participant can make happen to a case. Each command refuses with a typed error or answers a plain mapping."""

from engine.runtime.commands.claiming import claim, receivers, transfer, unclaim
from engine.runtime.commands.completing import complete, discard_draft, draft_of, save_draft
from engine.runtime.commands.copying import copy_to
from engine.runtime.commands.copying import read as read_copy
from engine.runtime.commands.copying import receivers as copy_receivers
from engine.runtime.commands.delegating import delegate, hand_back, helpers, recall
from engine.runtime.commands.keeping import (
    Paper,
    Stretch,
    correct_entry,
    exclude_period,
    extend_clock,
    resume_clock,
    revoke_entry,
    suspend_clock,
)
from engine.runtime.commands.many import claim_many, transfer_many
from engine.runtime.commands.migrating import Plan, migrate, why_not_undone
from engine.runtime.commands.migrating import undo as undo_move
from engine.runtime.commands.moving import Target, may_withdraw, send_back, targets, withdraw
from engine.runtime.commands.retrying import retry
from engine.runtime.commands.signing import add_signer, remove_signer, signers
from engine.runtime.commands.starting import Opening, open_case, start
from engine.runtime.commands.steering import cancel, resume, suspend
from engine.runtime.commands.talking import comment, urge
from engine.runtime.messages import correlate

__all__ = [
    "Opening",
    "Paper",
    "Plan",
    "Stretch",
    "Target",
    "add_signer",
    "cancel",
    "claim",
    "claim_many",
    "comment",
    "complete",
    "copy_receivers",
    "copy_to",
    "correct_entry",
    "correlate",
    "delegate",
    "discard_draft",
    "draft_of",
    "may_withdraw",
    "migrate",
    "exclude_period",
    "extend_clock",
    "hand_back",
    "helpers",
    "open_case",
    "read_copy",
    "recall",
    "receivers",
    "remove_signer",
    "resume",
    "resume_clock",
    "retry",
    "revoke_entry",
    "save_draft",
    "send_back",
    "signers",
    "start",
    "suspend",
    "suspend_clock",
    "targets",
    "transfer",
    "transfer_many",
    "unclaim",
    "undo_move",
    "why_not_undone",
    "urge",
    "withdraw",
]
