"""Small things to do with plain text."""


def shortened(text: str, letters: int) -> str:
    """The text on one line, cut at a word where it is longer than so many letters."""
    text = " ".join(text.split())
    if len(text) <= letters:
        return text
    cut = text[:letters]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:–-") + "…"
