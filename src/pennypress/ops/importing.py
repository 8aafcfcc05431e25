"""`pennypress import`: the command around the importers of the archive."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pennypress.ops.data import DataDirectory, Unusable


def run(data: DataDirectory, files: Sequence[Path], *, media: Path | None) -> int:
    """Import into a site that has been set up, whether or not it is being served; print and keep the report."""
    if media is not None and not media.is_dir():
        raise Unusable(f"{media} is not a folder, so no pictures can be taken from it.")
    if not (data.path / "secret.key").exists():
        raise Unusable(f"there is no newsroom in {data.path} yet; start `pennypress serve` and set it up first.")
    data.make_usable()

    import django

    django.setup()
    from django.core.management import call_command

    from pennypress.archive.wordpress.actions import import_wordpress, keep_report
    from pennypress.archive.wordpress.export import BadExport
    from pennypress.newsroom.actions import entered
    from pennypress.newsroom.models import Newsroom

    call_command("migrate", verbosity=0, interactive=False)
    newsroom = Newsroom.objects.select_related("site").first()
    if newsroom is None:
        raise Unusable("the set-up page has not been answered yet; open the site, answer it, and import then.")
    with _alone(data):
        try:
            report = import_wordpress(files=files, newsroom=newsroom, media=media)
        except BadExport as error:
            raise Unusable(str(error)) from None
    with entered(newsroom):
        file = keep_report(report, data.path / "imports")
    print(report.on_screen())
    print(f"\nThe whole report is in {file}.")
    return 0


@contextmanager
def _alone(data: DataDirectory) -> Iterator[None]:
    """Two imports at once would each take the other's pages for somebody's own work."""
    with open(data.path / "import.lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unusable("another import is already running here.") from None
        yield
