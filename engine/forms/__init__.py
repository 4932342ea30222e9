"""Forms: the language, what a page shows, and the one check of what comes back."""

from engine.forms.checking import check
from engine.forms.loading import load
from engine.forms.model import Field, FieldState, Form, FormProblem, Mode, Option
from engine.forms.showing import fields
from engine.forms.validating import may_write, validate

__all__ = ["Field", "FieldState", "Form", "FormProblem", "Mode", "Option", "check", "fields", "load", "may_write", "validate"]
