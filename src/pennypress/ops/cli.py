"""`pennypress`: serve, demo, import, ledger, doctor, funding, manage. Loads Django only where a command needs it."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pennypress.ops.data import DataDirectory, Unusable


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parser().parse_args(argv)
    data = DataDirectory(Path(arguments.data or os.environ.get("PENNYPRESS_DATA") or "var"))
    os.environ["PENNYPRESS_DATA"] = str(data.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pennypress.config.settings")
    try:
        return arguments.run(arguments, data)
    except Unusable as error:
        print(f"pennypress: {error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="pennypress", description="A news site paid by its readers.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: object, help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.add_argument("--data", metavar="DIR", help="the data directory (default: $PENNYPRESS_DATA or ./var)")
        sub.set_defaults(run=run)
        return sub

    serve = command("serve", run_serve, "Start the whole site: web server, worker and schedule.")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=port_number, default=8000, help="port to listen on (default: 8000)")
    serve.add_argument("--empty", action="store_true", help="begin with a set-up page instead of the demo newsroom")
    command("demo", run_demo, "Fill an empty data directory with the demo newsroom.")
    bring = command("import", run_import, "Bring in the archive of another system.")
    bring.add_argument("system", choices=["wordpress"], help="where the files come from")
    bring.add_argument("files", nargs="+", metavar="FILE", type=Path, help="the export, in one file or several")
    bring.add_argument("--media", metavar="DIR", type=Path, help="a copy of the old site's uploads, for the pictures")
    ledger = command("ledger", run_ledger, "Check the books, or hand them to an accounting program.")
    deeds = ledger.add_subparsers(dest="deed", required=True, metavar="check|export")
    check = deeds.add_parser("check", help="audit the books, the months and the gifts")
    export = deeds.add_parser("export", help="write the books to the standard output")
    export.add_argument("--format", choices=["beancount", "hledger", "csv"], default="beancount")
    export.add_argument("--from", dest="first", type=day, metavar="DAY", help="from this day on, such as 2026-01-01")
    export.add_argument("--to", dest="last", type=day, metavar="DAY", help="to this day, and with it")
    for deed in (check, export):
        deed.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="the data directory")
    doctor = command("doctor", run_doctor, "Look whether everything the site needs is in order.")
    doctor.add_argument("--json", action="store_true", help="answer in JSON")
    funding = command("funding", run_funding, "Compare the books with the payment providers.")
    funding.add_argument("what", choices=["reconcile"], help="say what is missing on either side, and book what can be")
    funding.add_argument("--days", type=int, default=35, help="how far to look back (default: 35)")
    manage = command("manage", run_manage, "Run one of Django's management commands.")
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
    return top


def port_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; ports are numbers from 1 to 65535")
    return int(text)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; days are written like 2026-01-31") from None


def run_serve(arguments: argparse.Namespace, data: DataDirectory) -> int:
    from pennypress.ops.supervisor import serve

    return serve(data, host=arguments.host, port=arguments.port, empty=arguments.empty)


def run_demo(arguments: argparse.Namespace, data: DataDirectory) -> int:
    import django

    from pennypress.ops.prepare import collect_files, prepare_database

    data.make_usable()
    with data.locked():
        django.setup()
        collect_files()
        prepare_database(demo=True)
    print(f"The demo newsroom is in {data.path}.")
    return 0


def run_import(arguments: argparse.Namespace, data: DataDirectory) -> int:
    from pennypress.ops.importing import run

    return run(data, arguments.files, media=arguments.media)


def run_ledger(arguments: argparse.Namespace, data: DataDirectory) -> int:
    from pennypress.ops import books

    if arguments.deed == "check":
        return books.check(data)
    return books.export(data, format=arguments.format, first=arguments.first, last=arguments.last)


def run_doctor(arguments: argparse.Namespace, data: DataDirectory) -> int:
    from pennypress.ops.doctor import report

    return report(data, as_json=arguments.json)


def run_funding(arguments: argparse.Namespace, data: DataDirectory) -> int:
    from pennypress.ops.reconciling import run

    return run(data, days=arguments.days)


def run_manage(arguments: argparse.Namespace, data: DataDirectory) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["pennypress manage", *arguments.arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main())
