"""The command line: `matinee serve`, `worker`, `scan`, `user`, ..."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

import typer
from rich.console import Console
from rich.table import Table

from matinee import __version__
from matinee.config import Settings, SettingsError, load_settings, masked, unknown_variables

if TYPE_CHECKING:
    from matinee.infra.feature import Container, Role
    from matinee.infra.jobs.definitions import Queue

T = TypeVar("T")
out, err = Console(), Console(stderr=True)
_OWN_COMMANDS = [["serve"], ["worker"], ["migrate"], ["version"], ["openapi"], ["config"]]
app = typer.Typer(no_args_is_help=True, add_completion=False, help="Matinee: your own streaming service.")
config_app = typer.Typer(no_args_is_help=True, help="Show and check the settings.")
app.add_typer(config_app, name="config")


@app.callback()
def _root(context: typer.Context) -> None:
    context.obj = run_in_app


@app.command()
def serve(
    role: Annotated[str, typer.Option(help="Roles, separated by commas: client,admin,auth,catalog,streaming.")] = "all",
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    jobs: Annotated[bool, typer.Option("--jobs/--no-jobs", help="Work on background jobs in this process too.")] = True,
) -> None:
    """Run the server. One process does everything unless told otherwise."""
    overrides = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = _settings(overrides, into_log=True)
    roles = _roles(role)
    _run(_serve(settings, roles, jobs))


@app.command()
def worker(
    queues: Annotated[str, typer.Option(help="Queues, separated by commas: default,media.")] = "default,media",
) -> None:
    """Work on background jobs in a process of its own."""
    _run(_work(_settings(into_log=True), _queues(queues)))


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from matinee.infra.database import Database, DatabaseOptions
    from matinee.infra.database.migrations import current, newest, upgrade

    settings = _settings()

    async def run() -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        database = Database(DatabaseOptions(settings.effective_database_url))
        try:
            before = await current(database)
            await upgrade(database)
        finally:
            await database.close()
        out.print(f"schema: {before or 'empty'} -> {newest()}")

    _run(run())


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document of all roles."""
    from matinee.bootstrap import openapi_document

    sys.stdout.write(json.dumps(openapi_document(), indent=1, sort_keys=True) + "\n")


@config_app.command("show")
def config_show() -> None:
    """Print the effective settings, secrets masked."""
    table = Table("variable", "value", "meaning", box=None)
    for variable, value in masked(_settings()).items():
        field = Settings.model_fields[variable.removeprefix("MATINEE_").lower()]
        table.add_row(variable, value, field.description or "")
    out.print(table)


@config_app.command("check")
def config_check() -> None:
    """Say whether the server could start with these settings; exit status 1 when not."""
    _settings()
    out.print("The settings are good.")


def main() -> None:
    """The entry point: adds the features' commands, unless one of ours is asked for (loading them takes a second), and runs."""
    gc.disable()  # until `_settle`
    if sys.argv[1:2] not in _OWN_COMMANDS:
        from matinee.bootstrap import FEATURES

        for feature in FEATURES:
            if feature.commands is not None:
                app.add_typer(feature.commands())
    app()


def run_in_app(action: Callable[[Container], Awaitable[T]]) -> T:
    """What feature commands find in `ctx.obj`; see `infra.feature.RunInApp`."""
    from matinee.bootstrap import Parts, opened

    settings = _settings(quiet=True)

    async def run() -> T:
        async with opened(settings, Parts(queues=("default", "media"))) as container:
            _settle()
            return await action(container)

    return _run(run())


async def _serve(settings: Settings, roles: tuple[Role, ...], jobs: bool) -> None:
    from matinee.bootstrap import Parts, application, connections, first_steps, hot_lane, opened
    from matinee.infra.http.edge import server
    from matinee.infra.http.health import HealthChecks
    from matinee.infra.jobs.service import JobService

    try:
        listener = server.listen_on(settings.host, settings.port)
    except server.CannotListen as error:
        err.print(f"{error}. Choose another with --host and --port.", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    parts = Parts(queues=("default", "media") if jobs else (), serving=True, tending=jobs)
    with listener:
        async with opened(settings, parts) as container:
            link = await first_steps(container, settings)
            served = application(container, settings, roles)
            lane = hot_lane(container, settings, roles)
            options = server.ServerOptions(settings.shutdown_timeout, connections(container, settings), lane)
            shutdown, checks = container.get(server.Shutdown), container.get(HealthChecks)

            def listening(url: str) -> None:
                _greet(settings, url, link)
                container.get(JobService).release()

            _settle()
            await server.serve(served, listener, options, shutdown, checks, listening)


def _greet(settings: Settings, url: str, setup_link: str | None) -> None:
    """For people, so on standard output: standard error has the log, which machines read."""
    shown = settings.public_url.rstrip("/") or url + settings.base_path
    out.print(f"\n  [bold]Matinee[/bold] {__version__} is at [link={shown}]{shown}[/link]", highlight=False, soft_wrap=True)
    if setup_link:
        out.print(f"  Create the first admin: {shown}{setup_link}", highlight=False, soft_wrap=True)
    out.print()


async def _work(settings: Settings, queues: tuple[Queue, ...]) -> None:
    import signal

    from matinee.bootstrap import Parts, opened

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with opened(settings, Parts(queues=queues, tending="default" in queues)):
        _settle()
        out.print(f"Working on {', '.join(queues)}; stop with Ctrl-C.")
        await stop.wait()


def _settle() -> None:
    """Have the garbage collector begin, and leave alone what the start has made: modules, models and routes stay to the end.

    During the start it would look through them again and again, which takes a fifth of it; afterwards each full collection would.
    Afterwards it looks less often than it would by itself: making one answer makes thousands of objects, hardly any in a circle.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def _settings(
    overrides: dict[str, Any] | None = None,  # Any: values of fields
    *,
    quiet: bool = False,
    into_log: bool = False,
) -> Settings:
    """The settings, with the log set up by them. `into_log`: for processes that nobody watches, warnings too."""
    import structlog

    from matinee.infra.observability import configure_logs

    try:
        settings = load_settings(**(overrides or {}))
    except SettingsError as error:
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(2) from None
    level = "warning" if quiet and settings.log_level == "info" else settings.log_level
    configure_logs(level, "text" if settings.profile == "development" else "json")
    for name in unknown_variables():
        if into_log:
            structlog.get_logger(__name__).warning("unknown_setting", variable=name, hint="see: matinee config show")
        else:
            err.print(f"warning: there is no setting {name}; see `matinee config show`", markup=False, soft_wrap=True)
    return settings


def _roles(text: str) -> tuple[Role, ...]:
    from matinee.infra.feature import ROLES

    if text == "all":
        return ROLES
    chosen = tuple(role for role in ROLES if role in text.split(","))
    if len(chosen) != len(set(text.split(","))):
        raise typer.BadParameter(f"use some of {', '.join(ROLES)}, or all", param_hint="--role")
    return chosen


def _queues(text: str) -> tuple[Queue, ...]:
    from matinee.infra.jobs.definitions import Queue

    known = get_args(Queue)
    chosen = tuple(queue for queue in known if queue in text.split(","))
    if len(chosen) != len(set(text.split(","))):
        raise typer.BadParameter(f"use some of {', '.join(known)}", param_hint="--queues")
    return chosen


def _run(work: Coroutine[Any, Any, T]) -> T:  # Any: what a coroutine is sent and yields
    import uvloop

    from matinee.infra.errors import MatineeError

    try:
        try:
            return uvloop.run(work)
        except ExceptionGroup as group:
            raise _only(group) from None
    except MatineeError as error:
        err.print(f"{error.code}: {error.detail}", markup=False, highlight=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _only(error: Exception) -> Exception:
    """What went wrong, without the task groups that it came through."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


if __name__ == "__main__":
    main()
