"""`matinee prepare`: make renditions ahead of time from the terminal."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from matinee.features.playback.preparation import Preparation
from matinee.infra.feature import Container
from matinee.infra.jobs.definitions import Jobs, JobView
from matinee.infra.terminal import in_app

commands = typer.Typer()


@commands.command("prepare")
def prepare(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="A title (movie-603, show-1399, local-...) or an item of the library.")],
    rendition: Annotated[
        list[str] | None, typer.Option("--rendition", "-r", help="A size, such as 720p; may be repeated. All when left out.")
    ] = None,
) -> None:
    """Make the renditions of a title ahead of time. Interrupted, the same command goes on where it stopped."""
    console = Console()

    async def work(container: Container) -> JobView:
        return await _prepare(container, console, target, rendition)

    job = in_app(context, work)
    if job.state != "succeeded":
        typer.echo(f"{job.state}: {job.error or job.message}", err=True)
        raise typer.Exit(1)


@commands.command("prepared")
def prepared(context: typer.Context) -> None:
    """List what is prepared."""

    async def work(container: Container) -> Table:
        table = Table("item", "rendition", "segments", "size", box=None)
        for view in await container.get(Preparation).listed():
            for one in view.renditions:
                state = f"{one.segments}/{one.total}" + ("" if one.complete else " (not complete)")
                table.add_row(view.item_id, one.name, state, f"{one.bytes / 1e6:.1f} MB")
        return table

    Console().print(in_app(context, work))


async def _prepare(container: Container, console: Console, target: str, renditions: list[str] | None) -> JobView:
    jobs = container.get(Jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    is_title = target.startswith(("movie-", "show-", "local-"))
    chosen = {"title_id": target} if is_title else {"item_id": target}
    job_id = await container.get(Preparation).start(**chosen, renditions=renditions)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    last: JobView | None = None
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Preparing", total=None)
        async for job in jobs.watch(job_id):
            progress.update(task, completed=job.done, total=job.total, description=job.message or "Preparing")
            last = job
    assert last is not None  # `watch` gives at least the state now
    return last
