"""bin/crash: the drills at length, with a table at the end. Any failure prints the seed that repeats it."""

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.crash import drills
from tests.crash.site import CrashSite
from tests.postgresql import Cluster, installed

# Kills and images of one session; more sessions follow until the goal is reached, so that no record grows too large.
ROUNDS, IMAGES, SECONDS = 25, 600, 4.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/crash", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--kills", type=int, default=1000, help="how many processes to kill (default 1000)")
    parser.add_argument("--images", type=int, default=10_000, help="how many power cuts to simulate (default 10,000)")
    parser.add_argument("--postgresql", action="store_true", help="kill a site on PostgreSQL, and PostgreSQL with it")
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    folder = Path(tempfile.mkdtemp(prefix="pennypress-crash-"))
    try:
        if asked.postgresql:
            return kill_postgresql(folder, asked)
        made = CrashSite(folder / "made")
        made.make()
        return run(made, folder, asked)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(made: CrashSite, folder: Path, asked: argparse.Namespace) -> int:
    killed, cut, unflushed = drills.Seen(), drills.Seen(), drills.Seen()
    seed = asked.seed
    while killed.kills < asked.kills:
        seed += 1
        rounds = min(ROUNDS, max(1, (asked.kills - killed.kills) // 4))
        add(killed, drills.drill_kills(fresh(made, folder), seed, rounds))
        print(f"kills {killed.kills}, told {killed.told}, lost {killed.lost}, wrong {killed.wrong}", flush=True)
    while cut.images < asked.images:
        seed += 1
        session = folder / "power"
        shutil.rmtree(session, ignore_errors=True)
        session.mkdir()
        recorded = drills.drill_power(fresh(made, folder), session, seed, SECONDS)
        images = min(IMAGES, asked.images - cut.images)
        add(cut, drills.cut_power(session, *recorded, seed=seed, images=images))
        add(unflushed, drills.cut_power(session, *recorded, seed=seed, images=max(3, images // 10), pretend=True))
        print(f"images {cut.images}, told {cut.told}, lost {cut.lost}, wrong {cut.wrong}", flush=True)
    report(killed, cut, unflushed)
    sound = not (killed.lost or killed.wrong or cut.lost or cut.wrong or unflushed.wrong)
    # A drill that sees no loss where there must be one has seen nothing at all.
    return 0 if sound and (unflushed.lost or not unflushed.images) else 1


def kill_postgresql(folder: Path, asked: argparse.Namespace) -> int:
    """The same writers at a site on PostgreSQL; what is killed is its processes, PostgreSQL's, or all of both."""
    killed, seed = drills.Seen(), asked.seed
    while killed.kills < asked.kills:
        seed += 1
        cluster = Cluster(installed() or sys.exit("PostgreSQL is not here."), safe=True)
        cluster.start()
        data = folder / f"site-{seed}"
        site = CrashSite(data, cluster=cluster)
        try:
            site.make()
            rounds = min(ROUNDS, max(1, (asked.kills - killed.kills) // 4))
            add(killed, drills.drill_kills(site, seed, rounds))
        finally:
            if site.process is not None:
                site.kill_everything()
            cluster.remove()
            shutil.rmtree(data, ignore_errors=True)
        print(f"kills {killed.kills}, told {killed.told}, lost {killed.lost}, wrong {killed.wrong}", flush=True)
    print(
        f"On PostgreSQL: {killed.kills} kills, {killed.told} acknowledged, {killed.lost} lost, {len(killed.wrong)} otherwise wrong."
    )
    return 1 if killed.lost or killed.wrong else 0


def fresh(made: CrashSite, folder: Path) -> CrashSite:
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(made.data, data)
    return CrashSite(data)


def add(total: drills.Seen, seen: drills.Seen) -> None:
    for name in ("told", "kills", "images", "lost", "images_with_loss"):
        setattr(total, name, getattr(total, name) + getattr(seen, name))
    total.recovery += seen.recovery
    total.wrong += seen.wrong


def report(killed: drills.Seen, cut: drills.Seen, unflushed: drills.Seen) -> None:
    slowest = f"{max(killed.recovery):.1f} s" if killed.recovery else "-"
    print(
        f"""
                              acknowledged   lost   images with a loss   otherwise wrong
{killed.kills:6} kills                {killed.told:12} {killed.lost:6}                    - {len(killed.wrong):17}
{cut.images:6} power cuts           {cut.told:12} {cut.lost:6} {cut.images_with_loss:20} {len(cut.wrong):17}
{unflushed.images:6} without our flush    {unflushed.told:12} {unflushed.lost:6} {unflushed.images_with_loss:20} {len(unflushed.wrong):17}

Slowest start after a kill: {slowest}. Without our flush there must be losses; else the drill sees nothing."""
    )
    for sentence in [*killed.wrong, *cut.wrong, *unflushed.wrong][:20]:
        print("  " + sentence)


if __name__ == "__main__":
    sys.exit(main())
