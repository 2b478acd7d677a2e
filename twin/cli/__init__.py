"""The command line: one file a verb, imported when it is called, so that `twin --help` answers at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

__all__ = ["main"]

VERBS = {
    "check": "Read and check scenarios; print every fault with file, line, path, what was given, what is allowed.",
    "run": "Run one scenario, here and now.",
    "submit": "Run all jobs of a sweep as a batch.",
    "status": "How far a batch is.",
    "logs": "What the jobs of a batch said.",
    "cancel": "Stop a batch; what is finished stays.",
    "retry": "Run the failed jobs of a batch again.",
    "results": "Results of a batch as a table, or asked with SQL.",
    "view": "See a result or a batch in 3-D, in the browser or as one offline page.",
    "report": "A batch as one offline page.",
    "explain": "Why a result passed, failed or stopped, in sentences with the numbers.",
    "list": "Bundled scenarios and installed kinds.",
    "new": "Write a commented scenario that runs.",
    "schema": "JSON Schema of a kind's scenarios.",
    "validate": "Compare with the literature, on this machine.",
    "doctor": "What works here, what is missing, and the remedy.",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code.

    0 all expectations hold; 1 one failed; 2 bad input; 3 a simulation stopped itself; 4 a target or node failed.
    """
    _app()(args=list(arguments) if arguments is not None else None, prog_name="twin")


class _Verbs(TyperGroup):
    """Lists verbs from the table above and imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Verbs whose part exists."""
        return [verb for verb in VERBS if find_spec(f"twin.cli.{verb}") is not None]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Name and summary only: enough for help and for suggestions."""
        return TyperCommand(cmd_name, help=VERBS[cmd_name]) if cmd_name in self.list_commands(ctx) else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb itself."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, _loaded(name) if command is not None and name is not None else command, rest


def _app() -> Any:
    app = typer.Typer(cls=_Verbs, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
    app.callback()(_twin)
    return typer.main.get_command(app)


def _twin(version: Annotated[bool, typer.Option("--version", help="Print the version and end.", is_eager=True)] = False) -> None:
    """pytest for factories: a scenario says what stands where, what happens and what must hold; `twin run` answers."""
    if version:
        from twin import __version__

        typer.echo(__version__)
        raise typer.Exit


def _loaded(verb: str) -> Any:
    """The verb's function as a command whose errors are messages."""
    function = getattr(import_module(f"twin.cli.{verb}"), verb)
    app = typer.Typer(add_completion=False)
    app.command(verb, help=VERBS[verb])(_readable(function))
    return typer.main.get_command(app)


def _readable(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with every error told on standard error, as the exit code says."""

    @wraps(function)
    def told(*args: Any, **kwargs: Any) -> Any:
        from twin.cli.output import tell_error, tell_interrupted, tell_nobody
        from twin.errors import TwinError

        as_json = "--json" in sys.argv
        try:
            try:
                return function(*args, **kwargs)
            finally:
                sys.stdout.flush()  # here, where a reader that is gone can still be taken for what it is
        except BrokenPipeError as error:
            raise typer.Exit(tell_nobody()) from error
        except (TwinError, OSError) as error:
            raise typer.Exit(tell_error(error, as_json=as_json)) from error
        except KeyboardInterrupt as error:
            raise typer.Exit(tell_interrupted()) from error
        except Exception as error:
            if _of_typer(error):
                raise
            raise typer.Exit(tell_error(error, as_json=as_json)) from error

    return told


def _of_typer(error: Exception) -> bool:
    """Whether the error is the command line's own way of ending (Exit, a usage error)."""
    return type(error).__module__.split(".")[0] in ("typer", "click")
