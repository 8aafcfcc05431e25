"""The drills: kills, power cuts, failing flushes. Each returns what it has seen; the caller says what may be."""

import random
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash import check, power
from tests.crash.load import Load, Told
from tests.crash.site import CrashSite, NoAnswer, kill

# What a round's clients are told before the first kill.
HEARD_FIRST = 25


@dataclass
class Seen:
    """Counts for the summary, and a sentence for everything that is wrong."""

    told: int = 0
    kills: int = 0
    images: int = 0
    lost: int = 0
    refused: int = 0
    images_with_loss: int = 0
    recovery: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def drill_kills(site: CrashSite, seed: int, rounds: int) -> Seen:
    """Kill -9 something of the running site under load, again and again; then see what is there."""
    chance, seen, told = random.Random(seed), Seen(), Told()
    site.start()
    for number in range(rounds):
        with Load(site, seed * 1000 + number, told):
            hear(told, len(told.facts) + HEARD_FIRST)
            for _ in range(3):
                time.sleep(chance.uniform(0.2, 0.8))
                victims = site.children()
                what = chance.choice([kind for kind in ("part", "part", "part", "database") if kind in victims])
                if victims[what]:
                    kill(chance.choice(victims[what]))
                    seen.kills += 1
            time.sleep(chance.uniform(0.1, 0.6))
            site.kill_everything()
            seen.kills += 1
        seen.recovery.append(site.start())
        seen.wrong += [f"round {number}: {fault}" for fault in check.faults(site.database)]
        seen.lost += len(check.missing(site.database, told.facts))
    seen.told = len(told.facts)
    if any(status not in (302, 503, 500) for status in told.failures):
        seen.wrong.append(f"answers {sorted(set(told.failures))}")
    seen.wrong += settle(site)
    seen.wrong += compare_pages(site)
    site.stop()
    return seen


def hear(told: Told, number: int, seconds: float = 60) -> None:
    """Wait until clients were told so much: on a slow machine a kill that comes sooner has nothing to lose."""
    until = time.monotonic() + seconds
    while len(told.facts) < number and time.monotonic() < until:
        time.sleep(0.02)


def settle(site: CrashSite, seconds: float = 60) -> list[str]:
    """Every job is done in the end, those of killed workers too."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not check.unfinished_jobs(site.database) and not unapplied(site):
            return []
        time.sleep(0.5)
    return [f"{check.unfinished_jobs(site.database)} jobs are not done after {seconds:.0f} seconds"]


def unapplied(site: CrashSite) -> int:
    return check.number(site.database, "SELECT count(*) FROM funding_providerevent WHERE applied_at IS NULL")


def compare_pages(site: CrashSite) -> list[str]:
    """What the ready pages say is what the database says."""
    with check.connected(site.database) as ask:
        counts = dict(
            ask("SELECT p.slug, t.comment_count FROM discussion_thread t JOIN wagtailcore_page p ON p.id = t.page_id")
        )
        raised = ask("SELECT coalesce(sum(raised), 0) FROM funding_monthtotal")[0][0]
    wrong = []
    for slug, count in counts.items():
        for _ in range(4):
            if f"{count} comments</h2>" not in site.ask("GET", f"/town/{slug}/").text:
                wrong.append(f"the page {slug} does not say {count} comments")
    if f'"raised": {raised},' not in site.ask("GET", "/meter.json").text:
        wrong.append(f"meter.json does not say {raised}")
    return wrong


def drill_power(site: CrashSite, folder: Path, seed: int, seconds: float) -> tuple[Path, bytes, bytes, Told]:
    """Load with the shim in place. Returns the record, database and log at its beginning, and what clients were told."""
    record = folder / "record"
    site.environment |= {"LD_PRELOAD": str(power.build_shim(folder)), "CRASH_LOG": str(record)}
    # The site is at rest: its files are what the disk holds, and every step from its start on is in the record.
    log_file = Path(f"{site.database}-wal")
    database, log = site.database.read_bytes(), log_file.read_bytes() if log_file.exists() else b""
    record.touch()
    site.start()
    told = Told(also=lambda number: power.tell(record, number))
    with Load(site, seed, told):
        time.sleep(seconds)
    site.kill_everything()
    return record, database, log, told


def cut_power(
    folder: Path,
    record: Path,
    database: bytes,
    log: bytes,
    told: Told,
    *,
    seed: int,
    images: int,
    pretend: bool = False,
) -> Seen:
    """Build so many images at seeded instants and see what each holds."""
    chance, seen = random.Random(seed), Seen(told=len(told.facts))
    steps = power.count_steps(record)
    instants = set(chance.sample(range(steps), min(steps, max(1, images // len(power.KINDS)))))
    place = folder / "image"
    for number, instant in enumerate(power.replay(record, database, log, pretend=pretend)):
        if number not in instants:
            continue
        for kind in power.KINDS:
            lost, wrong = look_at(place, instant, kind, chance, told)
            seen.images += 1
            seen.lost += lost
            seen.images_with_loss += bool(lost)
            seen.wrong += [f"step {number}, {kind}: {fault}" for fault in wrong]
    return seen


def look_at(place: Path, instant: power.Instant, kind: str, chance: random.Random, told: Told) -> tuple[int, list[str]]:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    database = place / "pennypress.sqlite3"
    database.write_bytes(instant.files[power.DATABASE].after_a_cut(kind, chance))
    Path(f"{database}-wal").write_bytes(instant.files[power.LOG].after_a_cut(kind, chance))
    try:
        return len(check.missing(database, told.facts[: instant.told])), check.faults(database)
    except check.sqlite.DatabaseError as error:
        return 0, [f"it cannot be read: {error}"]


def drill_failing_flushes(site: CrashSite, folder: Path, seed: int) -> Seen:
    """From one moment on the disk refuses to flush: nothing more is acknowledged until the site is started again."""
    seen, told, fault = Seen(), Told(), folder / "fault"
    site.environment |= {"LD_PRELOAD": str(power.build_shim(folder)), "CRASH_FAULT": str(fault)}
    site.start()
    with Load(site, seed, told):
        time.sleep(1)
        fault.write_text("F")
        time.sleep(0.5)
        after = len(told.facts)
        time.sleep(1)
        fault.write_text("")
        time.sleep(1)
        if len(told.facts) != after:
            seen.wrong.append("writes were acknowledged after a flush had failed")
        if not told.failures:
            seen.wrong.append("no writer was told that the disk failed")
        if site.ask("GET", "/town/story-0/").status != 200:
            seen.wrong.append("reading did not go on")
    site.stop()
    seen.told = len(told.facts)
    seen.lost = len(check.missing(site.database, told.facts))
    seen.wrong += check.faults(site.database)
    site.start()
    if site.ask("POST", "/support/", {"often": "once", "own": "5", "email": "a@example.org", "key": "k"}).status != 302:
        seen.wrong.append("after a new start nothing is written")
    site.stop()
    return seen


def drill_failing_reads(site: CrashSite, folder: Path) -> Seen:
    """The database cannot be read: whoever asks for a write is told no, and what was there is there afterwards."""
    seen, fault = Seen(), folder / "fault"
    site.environment |= {"LD_PRELOAD": str(power.build_shim(folder)), "CRASH_FAULT": str(fault)}
    site.start()
    fault.write_text("R")
    fields = {"often": "once", "own": "5", "email": "read@example.org", "key": "k"}
    for _ in range(20):
        try:
            status = site.ask("POST", "/support/", fields).status
        except NoAnswer:
            continue
        if status == 302:
            seen.told += 1
        else:
            seen.refused += 1
    fault.write_text("")
    site.stop()
    seen.lost = len(check.missing(site.database, [("gift", "read@example.org")] if seen.told else []))
    seen.wrong += check.faults(site.database)
    return seen
