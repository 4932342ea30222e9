"""deploy, lint: process folders become sealed versions."""

from pathlib import Path

import click

from engine import definitions
from engine.definitions import Finding, Package
from engine.runtime import service_registry
from engine.studio import exchange
from web import settings
from web.cli.opening import opened

WORDS = {"error": "错误", "warning": "警告", "info": "提示"}


def _show(package: Package, findings: tuple[Finding, ...] | list[Finding]) -> int:
    """Print the findings; the number of errors among them."""
    for finding in findings:
        click.echo(f"  {WORDS[finding.severity]} {finding.rule} {finding.element_id or package.key}：{finding.message}")
    return sum(finding.severity == "error" for finding in findings)


def folders(bpmn: Path) -> list[Path]:
    """The process folders: those that hold a diagram of their own name. A process that others call comes before them."""
    return definitions.called_first(folder for folder in bpmn.iterdir() if (folder / f"{folder.name}.bpmn").exists())


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), nargs=-1)
def deploy(folder: tuple[Path, ...]) -> None:
    """检查并发布流程文件夹（缺省：bpmn/ 下全部）。Check process folders and seal them as new versions."""
    with opened(write=True) as (in_force, db):
        for path in definitions.called_first(folder) or folders(Path(in_force.bpmn)):
            package = definitions.read_folder(path, Path(in_force.forms))
            version = db.run(lambda c, path=path: exchange.seal(c, path, Path(in_force.forms)))  # type: ignore[misc]
            _show(package, list(version.findings))
            words = "已发布" if version.created else "内容未变，仍为"
            click.echo(f"{package.name}（{package.key}）{words}第 {version.number} 版")


@click.command()
@click.argument("bpmn", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def lint(bpmn: Path | None) -> None:
    """检查流程文件夹，不发布。Check process folders without deploying."""
    in_force = settings.load()
    errors = 0
    packages = [definitions.read_folder(path, Path(in_force.forms)) for path in folders(bpmn or Path(in_force.bpmn))]
    called = definitions.callable_of(packages)
    for package in packages:
        findings = definitions.examine(package, service_registry.declared(), called)
        click.echo(f"{package.name}（{package.key}）：{len(findings)} 条")
        errors += _show(package, findings)
    if errors:
        raise click.ClickException(f"共有 {errors} 个错误，不能发布。")


COMMANDS = (deploy, lint)
