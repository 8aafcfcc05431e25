"""The demo's pictures, drawn by the program: flat shapes in few colours with some grain, like a two-colour print."""

import io
import random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1600, 1066
PAPER, INK, RED, BLUE, SAND = (244, 236, 220), (38, 44, 58), (184, 72, 52), (88, 122, 140), (214, 178, 122)

DESCRIPTIONS = {
    "ferry": "A small ferry crosses a wide river under a low red sun.",
    "wall": "A brick wall with a gap in which a tree can be seen.",
    "library": "A telescope on a tripod under a sky of stars.",
    "chart": "Columns of different height above a long table.",
    "archive": "Shelves full of bound volumes, one pulled half out.",
    "bridge": "An arched bridge and its reflection in still water.",
    "eel": "Eels like ribbons in dark water below a weir.",
    "water": "Rain falls on a river that has risen to the trees.",
    "barge": "A flat barge with a man and a long pole at its bow.",
    "bread": "A round loaf with a crossed top on a table.",
    "choir": "A row of singers, mouths open, seen from the front.",
    "clock": "A clock tower with its hands at four minutes to eight.",
}


def draw(motif: str) -> bytes:
    """The motif as JPEG; the same bytes each time."""
    chance = random.Random(motif)  # noqa: S311 - for looks, not for secrets
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    DRAWINGS[motif](pen, chance)
    noise = Image.effect_noise((WIDTH // 2, HEIGHT // 2), 26).resize((WIDTH, HEIGHT))
    image = Image.blend(image, Image.merge("RGB", [noise] * 3), 0.045).filter(ImageFilter.SMOOTH)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72, optimize=True)
    return out.getvalue()


def _river(
    pen: ImageDraw.ImageDraw, chance: random.Random, top: int = 620, colour: tuple[int, int, int] = BLUE
) -> None:
    pen.rectangle((0, top, WIDTH, HEIGHT), fill=colour)
    for _ in range(70):
        x, y = chance.randint(-100, WIDTH), chance.randint(top + 15, HEIGHT)
        pen.line((x, y, x + chance.randint(40, 220), y), fill=PAPER, width=3)


def _hills(pen: ImageDraw.ImageDraw, top: int = 620) -> None:
    pen.polygon(
        [(0, top), (0, 480), (300, 400), (640, 540), (1000, 430), (1320, 520), (WIDTH, 440), (WIDTH, top)], fill=SAND
    )


def ferry(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.ellipse((1010, 160, 1330, 480), fill=RED)
    _hills(pen)
    _river(pen, chance)
    pen.polygon([(420, 700), (1080, 700), (1010, 810), (490, 810)], fill=INK)
    pen.rectangle((560, 560, 900, 700), fill=PAPER, outline=INK, width=8)
    for x in range(590, 880, 75):
        pen.rectangle((x, 595, x + 45, 650), fill=INK)
    pen.rectangle((930, 500, 975, 700), fill=RED)
    pen.line((520, 700, 520, 420), fill=INK, width=8)
    pen.polygon([(520, 420), (610, 450), (520, 480)], fill=RED)


def wall(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.ellipse((610, 160, 990, 560), fill=BLUE)
    pen.rectangle((780, 480, 820, 900), fill=INK)
    for row in range(14):
        y = 290 + row * 50
        for column in range(-1, 17):
            x = column * 110 + (55 if row % 2 else 0)
            gap = 240 - row * 9 + chance.randint(-25, 25)
            if abs(x + 50 - 800) > gap:
                pen.rectangle((x, y, x + 100, y + 40), fill=chance.choice([RED, RED, SAND]))
    pen.rectangle((0, 980, WIDTH, HEIGHT), fill=INK)


def library(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill=INK)
    for _ in range(160):
        x, y, r = chance.randint(0, WIDTH), chance.randint(0, 800), chance.choice([2, 3, 3, 6])
        pen.ellipse((x - r, y - r, x + r, y + r), fill=PAPER)
    pen.ellipse((1140, 110, 1340, 310), fill=SAND)
    pen.line((520, 720, 980, 420), fill=RED, width=90)
    pen.line((950, 440, 1060, 368), fill=PAPER, width=110)
    for x in (520, 720, 900):
        pen.line((720, 600, x, 990), fill=SAND, width=20)
    pen.rectangle((0, 985, WIDTH, HEIGHT), fill=BLUE)


def chart(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for number, height in enumerate((260, 340, 300, 460, 390, 610)):
        x = 250 + number * 190
        pen.rectangle((x, 860 - height, x + 130, 860), fill=RED if number == 5 else BLUE)
    pen.rectangle((120, 860, 1480, 900), fill=INK)
    for x in (220, 1330):
        pen.rectangle((x, 900, x + 40, HEIGHT), fill=INK)


def archive(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for shelf in range(3):
        base, x = 350 + shelf * 330, 60
        while x < 1520:
            width, height = chance.randint(28, 74), chance.randint(190, 265)
            drop = 40 if shelf == 1 and 700 < x < 760 else 0
            pen.rectangle((x, base - height + drop, x + width, base + drop), fill=chance.choice([RED, BLUE, INK, SAND]))
            pen.rectangle((x, base - height + 36 + drop, x + width, base - height + 46 + drop), fill=PAPER)
            x += width + 6
        pen.rectangle((0, base, WIDTH, base + 26), fill=INK)


def bridge(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.ellipse((200, 120, 420, 340), fill=RED)
    _hills(pen)
    _river(pen, chance)
    pen.rectangle((0, 470, WIDTH, 540), fill=INK)
    for x in (140, 600, 1060):
        pen.pieslice((x, 500, x + 400, 900), 180, 360, fill=INK)
        pen.pieslice((x + 45, 550, x + 355, 860), 180, 360, fill=SAND)
        pen.rectangle((x + 45, 620, x + 355, 705), fill=BLUE)
    for x in range(20, WIDTH, 60):
        pen.line((x, 400, x, 470), fill=INK, width=6)
    pen.line((0, 400, WIDTH, 400), fill=INK, width=8)


def eel(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill=INK)
    pen.rectangle((0, 0, WIDTH, 200), fill=BLUE)
    for number in range(13):
        x, y = chance.randint(60, 1250), 280 + number * 56
        points = [(x + step * 42, y + (28 if step % 2 else -28)) for step in range(8)]
        pen.line(points, fill=SAND if number % 3 else RED, width=16, joint="curve")
        pen.ellipse((points[-1][0] - 13, points[-1][1] - 13, points[-1][0] + 13, points[-1][1] + 13), fill=PAPER)


def water(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for x in (260, 620, 1130, 1400):
        pen.rectangle((x - 14, 380, x + 14, 760), fill=INK)
        pen.ellipse((x - 110, 190, x + 110, 480), fill=SAND)
    _river(pen, chance, top=640)
    for _ in range(130):
        x, y = chance.randint(0, WIDTH), chance.randint(-20, 640)
        pen.line((x, y, x - 26, y + 80), fill=INK, width=3)
    pen.rectangle((880, 420, 920, 900), fill=PAPER, outline=INK, width=5)
    for y in range(460, 880, 60):
        pen.rectangle((880, y, 920, y + 28), fill=RED)


def barge(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    _hills(pen)
    _river(pen, chance)
    pen.polygon([(180, 720), (1420, 720), (1330, 830), (260, 830)], fill=INK)
    pen.polygon([(560, 720), (760, 590), (930, 650), (1180, 720)], fill=SAND)
    pen.ellipse((352, 470, 418, 536), fill=INK)
    pen.polygon([(335, 545), (435, 545), (450, 720), (320, 720)], fill=RED)
    pen.line((250, 1010, 520, 260), fill=INK, width=12)


def bread(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.rectangle((0, 720, WIDTH, HEIGHT), fill=BLUE)
    pen.ellipse((380, 340, 1220, 860), fill=INK)
    pen.ellipse((400, 330, 1200, 830), fill=SAND)
    pen.line((560, 470, 1040, 690), fill=PAPER, width=26)
    pen.line((1040, 470, 560, 690), fill=PAPER, width=26)
    for _ in range(260):
        x, y = chance.randint(120, 1480), chance.randint(740, 1050)
        pen.ellipse((x, y, x + 5, y + 5), fill=PAPER)


def choir(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for number in range(8):
        x, y = 130 + number * 190, 420 + chance.randint(-60, 40)
        pen.polygon(
            [(x - 85, HEIGHT), (x - 70, y + 120), (x + 70, y + 120), (x + 85, HEIGHT)],
            fill=[RED, INK, BLUE][number % 3],
        )
        pen.ellipse((x - 66, y - 66, x + 66, y + 100), fill=SAND)
        pen.ellipse((x - 16, y + 36, x + 16, y + 36 + chance.randint(18, 44)), fill=INK)
        pen.line((x - 34, y, x - 14, y), fill=INK, width=6)
        pen.line((x + 14, y, x + 34, y), fill=INK, width=6)


def clock(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    pen.rectangle((560, 260, 1040, HEIGHT), fill=RED)
    pen.polygon([(520, 260), (800, 20), (1080, 260)], fill=INK)
    pen.ellipse((620, 340, 980, 700), fill=PAPER, outline=INK, width=16)
    pen.line((800, 520, 712, 470), fill=INK, width=20)
    pen.line((800, 520, 748, 372), fill=INK, width=12)
    pen.ellipse((784, 504, 816, 536), fill=INK)
    for x in (700, 860):
        pen.rectangle((x, 790, x + 60, 930), fill=INK)
    for _ in range(9):
        x, y = chance.randint(60, 1500), chance.randint(80, 320)
        pen.arc((x, y, x + 44, y + 30), 180, 300, fill=INK, width=5)
        pen.arc((x + 38, y, x + 82, y + 30), 240, 360, fill=INK, width=5)


DRAWINGS = {
    "ferry": ferry, "wall": wall, "library": library, "chart": chart, "archive": archive, "bridge": bridge,
    "eel": eel, "water": water, "barge": barge, "bread": bread, "choir": choir, "clock": clock,
}  # fmt: skip
