"""What an import did, told to the person who started it: a page on screen, everything in a file."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

# A screen is read at a glance; the file holds all.
EXAMPLES_ON_SCREEN = 5


@dataclass
class Report:
    title: str
    came: Counter[str] = field(default_factory=Counter)
    remarks: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))

    def count(self, what: str, number: int = 1) -> None:
        self.came[what] += number

    def remark(self, why: str, subject: str, detail: str = "") -> None:
        """Something that did not come, or came otherwise: the reason, the item it holds for, and what it was."""
        details = self.remarks[why].setdefault(subject, [])
        if detail and detail not in details:
            details.append(detail)

    def lines(self, *, examples: int | None = None) -> list[str]:
        lines = [self.title, "", "Came in:"]
        lines += [f"  {number:>6}  {what}" for what, number in self.came.items() if number] or ["  nothing new"]
        if self.remarks:
            lines += ["", "To know:"]
        for why, subjects in self.remarks.items():
            lines.append(f"  {why} ({len(subjects)})")
            for subject, details in list(subjects.items())[:examples]:
                lines.append(f"    - {subject}" + (f" ({', '.join(details)})" if details else ""))
            if examples is not None and len(subjects) > examples:
                lines.append(f"    … and {len(subjects) - examples} more, all in the file")
        return lines

    def on_screen(self) -> str:
        return "\n".join(self.lines(examples=EXAMPLES_ON_SCREEN))

    def whole(self) -> str:
        return "\n".join(self.lines()) + "\n"
