"""The `gridloop` command line. Every command explains itself in Chinese and English; long work shows a progress bar."""

import sys

import click

from engine.errors import EngineError, InvalidDefinition, InvalidValues
from web.cli import calendar, certificates, checking, deadline, intake, law, people, processes, serving, studio
from web.settings import SettingsError


class _Plain(click.Group):
    """Refusals are one plain sentence on stderr and exit status 1, never a trace."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error
        except InvalidDefinition as error:
            lines = [f"  {f.severity} {f.rule} {f.element_id or ''} {f.message}" for f in error.findings]
            raise click.ClickException("\n".join([error.message, *lines])) from error
        except InvalidValues as error:
            raise click.ClickException("\n".join([error.message, *(f"  {k}：{v}" for k, v in error.errors.items())])) from error
        except EngineError as error:
            cause = error.detail.get("cause")
            raise click.ClickException(f"{error.message}{f'（{cause}）' if cause else ''}") from error


@click.group(cls=_Plain, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="gridloop")
def main() -> None:
    """网格闭环 Gridloop：以流程图驱动的镇街综合执法协同系统。

    Runs the township enforcement loop from BPMN diagrams. Settings come from GRIDLOOP_… variables or gridloop.toml.
    """


for module in (serving, processes, studio, intake, people, certificates, law, calendar, deadline, checking):
    for command in module.COMMANDS:
        main.add_command(command)

if __name__ == "__main__":
    sys.exit(main())
