"""The table and the picture of a run."""

import json
import statistics
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from tests.load.bench.drive import Figure

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
NGINX, ISSO = "nginx, the same bytes as a file", "Isso: posts, 8 posters"
SMALL, MIDDLE, LARGE = 5, 200, 10_000


@dataclass(frozen=True)
class Mark:
    """What a figure is to reach: so many a second, so much of another's figure in the same run, so many ms at the 99th percent."""

    per_second: float = 0.0
    share: float = 0.0
    of: str = NGINX
    p99_ms: float = 0.0


READY = f"ready page, {MIDDLE} comments"
MARKS = {
    READY: Mark(per_second=20_000, share=0.5),
    "ready page, not modified": Mark(per_second=30_000),
    f"ready page, {LARGE} comments": Mark(share=0.9, of=READY),
    "ready page, signed in": Mark(per_second=400),
    f"uncached page, {MIDDLE} comments": Mark(per_second=220),
    f"uncached page, {LARGE} comments": Mark(share=1 / 1.5, of=f"uncached page, {MIDDLE} comments"),
    f"posts into {SMALL} comments, 8 posters": Mark(share=1.2, of=ISSO),
    f"posts into {LARGE} comments, 8 posters": Mark(share=1.2, of=ISSO),
    "posts, flush 3 ms slower, 32 posters": Mark(per_second=1_000, p99_ms=100),
}
MOST = {
    "first page after a stop, s": 2.0, "first page after a kill, s": 2.0, "memory (PSS), MB": 250.0, "a post seen by everybody, ms (median)": 100.0,
}  # fmt: skip


def median(figures: list[Figure]) -> Figure:
    """The middle of each number over the rounds; all failures together."""
    return Figure(
        statistics.median(f.per_second for f in figures), statistics.median(f.p50_ms for f in figures),
        statistics.median(f.p99_ms for f in figures), sum(f.failed for f in figures),
    )  # fmt: skip


def table(figures: dict[str, list[Figure]], values: dict[str, float], machine: dict[str, object]) -> str:
    lines = [
        f"Measured on {machine['date']} with `{machine['command']}`: {machine['cores']} cores, client on the same,"
        f" Linux {machine['kernel']}, Python {machine['python']}. Medians of the rounds.",
        "",
        "| what | a second | p50 ms | p99 ms | failed | to reach |",
        "|---|---:|---:|---:|---:|---|",
    ]
    medians = {name: median(rounds) for name, rounds in figures.items()}
    for name, figure in medians.items():
        lines.append(
            f"| {name} | {figure.per_second:,.0f} | {figure.p50_ms:.2f} | {figure.p99_ms:.2f} | {figure.failed}"
            f" | {verdict(figure, MARKS[name], medians) if name in MARKS else ''} |"
        )
    lines += ["", "| what | | at most |", "|---|---:|---|"]
    for name, value in values.items():
        most = f"{MOST[name]:g}{'' if value <= MOST[name] else ', **missed**'}" if name in MOST else ""
        lines.append(f"| {name} | {value:,g} | {most} |")
    return "\n".join(lines)


def verdict(figure: Figure, mark: Mark, medians: dict[str, Figure]) -> str:
    """The mark beside what was reached of it; **missed** where it was not."""
    said, is_met = [], True
    if mark.share and mark.of in medians and medians[mark.of].failed:
        # What was refused is no measure.
        said.append(f"{mark.share:.2g} of {mark.of.partition(',')[0]}, which failed: nothing to compare")
    elif mark.share and mark.of in medians:
        reached = figure.per_second / medians[mark.of].per_second
        said.append(f"{mark.share:.2g} of {mark.of.partition(',')[0]}: {reached:.2f}")
        is_met = is_met and reached >= mark.share
    if mark.per_second:
        said.append(f"{mark.per_second:,.0f}")
        is_met = is_met and figure.per_second >= mark.per_second
    if mark.p99_ms:
        said.append(f"p99 {mark.p99_ms:g} ms")
        is_met = is_met and figure.p99_ms <= mark.p99_ms
    return "; ".join(said) + ("" if is_met else ", **missed**")


def write(folder: Path, figures: dict[str, list[Figure]], values: dict[str, float], machine: dict[str, object]) -> None:
    """performance.json and the picture; in performance.md the part between the marks is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    rounds = {name: [asdict(figure) for figure in found] for name, found in figures.items()}
    (folder / "performance.json").write_text(
        json.dumps({"machine": machine, "values": values, "rounds": rounds}, indent=1) + "\n"
    )
    (folder / "performance.svg").write_text(picture(figures))
    page = folder / "performance.md"
    if page.exists():
        text = page.read_text()
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        page.write_text(f"{before}{BEGIN}\n{table(figures, values, machine)}\n{END}{after}")


def picture(figures: dict[str, list[Figure]]) -> str:
    """Bars on a scale of powers of ten: a hundred times is as far as from a hundred to ten thousand."""
    from math import log10

    rows = [(name, median(found).per_second) for name, found in figures.items()]
    left, width, height = 330, 420, 22
    top = max(6, *(log10(max(1, rate)) for _name, rate in rows))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 100} {len(rows) * height + 34}"'
        ' font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for power in range(int(top) + 1):
        x = left + width * power / top
        parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="8" y2="{len(rows) * height + 10}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.0f}" y="{len(rows) * height + 26}" text-anchor="middle">{10**power:,}</text>')
    for number, (name, rate) in enumerate(rows):
        y = 10 + number * height
        bar = width * log10(max(1, rate)) / top
        colour = "#999" if name.startswith(("nginx", "Isso")) else "#1a5e63"
        parts.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="{left}" y="{y + 3}" width="{bar:.0f}" height="{height - 8}" fill="{colour}"/>')
        parts.append(f'<text x="{left + bar + 6:.0f}" y="{y + 14}">{rate:,.0f}</text>')
    return "\n".join([*parts, "</svg>\n"])
