"""The articles of the Lowmarsh Courier, a paper of a town that is on no map."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Story:
    section: str
    title: str
    standfirst: str
    bylines: tuple[str, ...]
    tags: tuple[str, ...]
    motif: str
    hours_old: int
    paragraphs: tuple[str, ...]
    quote: tuple[str, str] = ("", "")
    facts: tuple[str, tuple[str, ...]] = ("", ())
    comments: int = field(default=3)


STORIES = (
    Story(
        "Town",
        "The ferry will run until midnight after all",
        "Four votes to three: the council keeps the last crossing, and finds the money in a place nobody had looked.",
        ("Ida Holm", "Tomas Reever"),
        ("ferry", "council"),
        "ferry",
        5,
        (
            "At eleven minutes past ten on Tuesday evening, with the public gallery full and two people asleep in it, Lowmarsh council voted to keep the ferry running until midnight. Four hands went up for it, three against. Then somebody in the second row began to clap, and the chair let it go on for longer than the rules allow.",
            "The last crossing carries, on an ordinary weeknight, nineteen people. The administration had counted them for six weeks with a clicker and a folding chair. Nineteen, it argued, was not enough to pay two deckhands and a pilot for three more hours. What the clicker did not say was who they were: the late shift of the bakery, three nurses, the cook of the Anchor, and whoever has missed the bus home from the county town.",
            "It was Berit Sand, who has run the bakery on the far bank since her father gave it up, who brought the list. She had asked her people to write down how they would come home without the boat. The answers came back on flour-stained paper. One would give up the job. Two would drive round by the upper bridge, forty minutes each way. One, aged nineteen, had written only: swim.",
            "The money comes from the harbour fund, which was made in 1961 to repair a crane. The crane was sold in 1988. Since then the fund has received its share of the mooring fees every year, and nobody has drawn on it, because nobody remembered what it was called. The town clerk found it while looking for something else.",
            "It is enough for four years. After that, as the mayor put it, somebody will have to look for something else again. The new timetable is in force from Monday; the paper one at the landing stage still says half past nine, and will until the glass is mended.",
        ),
        ("We counted heads for six weeks. We could have asked one of them.", "Berit Sand, baker"),
        (
            "The ferry in figures",
            (
                "First crossing 5.40, last crossing 0.10",
                "612,000 passengers last year",
                "A single crossing costs 1.20, as it has since 2014",
            ),
        ),
        200,
    ),
    Story(
        "Town",
        "Who owns the wall that fell on Mill Lane?",
        "Three tonnes of brick, no one hurt, and a deed from 1894 that names a family nobody can find.",
        ("Tomas Reever",),
        ("mill lane", "housing"),
        "wall",
        20,
        (
            "The wall came down on a Sunday, between the second and third bell, which is why nobody was under it. By Monday the lane was closed, and by Wednesday three parties had explained in writing that it was not theirs.",
            "The housing association has a map on which its land ends a hand's breadth before the bricks. The owner of the old maltings has another, drawn by another hand, on which his ends a hand's breadth after them, on the other side. Between the two maps is a strip forty centimetres wide and sixty metres long that belongs to neither.",
            "The land registry, asked by this paper, sent a copy of a deed. It was signed in 1894 by one Josiah Penhallow, who bought the strip for a shilling so that no one might build against his window. The window is gone. So, as far as the parish books tell, are the Penhallows.",
            "Until an heir appears, the town may clear the lane but must not rebuild. Neighbours have put out a table where the wall stood, and two benches. The association calls this unauthorised. The residents call it an improvement.",
        ),
        comments=24,
    ),
    Story(
        "Town",
        "The library lends out a telescope, and the sky does the rest",
        "It has a waiting list longer than any novel. We spent a night with the people at the front of it.",
        ("Ida Holm",),
        ("library", "night sky"),
        "library",
        30,
        (
            "It comes in a bag that once held a cello, with a leaflet, a red torch and a warning never to point it at the sun. The library bought the telescope with the fines of eleven years, in the last year in which there were fines. Forty-three people are waiting for it.",
            "On Thursday it was with the Okafors, in a garden by the sluice. Four neighbours had come with flasks. It took a quarter of an hour to find the moon, which was the only thing in the sky, and after that nobody wanted to go home.",
            "'I thought it would look like the pictures,' said Mr Okafor, who is eighty-one and had waited since March. 'It doesn't. It looks like a place.'",
            "The librarian keeps a notebook in the bag in which borrowers write what they saw. It holds Saturn eleven times, a fox twice, and once, in a child's hand, the whole of the bakery's back window. A second telescope would cost as much as a new photocopier. There has been a vote among the readers; the photocopier lost.",
        ),
        ("It doesn't look like the pictures. It looks like a place.", "Emeka Okafor"),
        comments=11,
    ),
    Story(
        "Council",
        "What the budget says, and what it leaves out",
        "We read all 214 pages, so that you need only read these four paragraphs.",
        ("Tomas Reever",),
        ("council", "budget"),
        "chart",
        44,
        (
            "The draft budget is two pages shorter than last year's, because the annex on the swimming pool is missing. The pool itself is not: it is there on page 88, under 'other', with a sum that would heat it until about the end of February.",
            "Roads get more, and say so on the cover. Youth work gets the same figure as last year to the last cent, which after a year of rising prices is a cut in all but name. The largest new item is the roof of the town hall. It has leaked on the budget committee twice, which may have sharpened its sense of urgency.",
            "What is left out is the agreement with the county on the bus. It ran out in the summer. Both sides go on as if it had not, and nobody has written down what happens in the spring if the county stops.",
            "The hearing is on the ninth, in the gymnasium because of the roof. Anyone may speak for three minutes; last year four people did. We will be there, and we will write down who promises what.",
        ),
        facts=(
            "How to have a say",
            (
                "Hearing on the ninth at seven, school gymnasium",
                "Written comments until the twelfth",
                "The whole draft is at the library, chained to the desk",
            ),
        ),
        comments=38,
    ),
    Story(
        "Council",
        "A clerk, a scanner and ninety years of minutes",
        "Every word the council has said since 1934 can be searched by Christmas, thanks to one person's lunch breaks.",
        ("Mara Quill",),
        ("council", "archive"),
        "archive",
        70,
        (
            "Nobody asked Jonas Ebel to do it. The scanner stood in the corridor, the minute books stood in the cellar, and the cellar had been wet twice. So he carried the first volume up in his lunch break, and then the next, and by now he is at 1979.",
            "The early books are in a hand so even that the machine reads it better than print. The worst are the seventies, when somebody bought a typewriter without an e. Ebel has corrected those by hand. He has grown fond, he says, of a councillor who opened every speech for thirty years with the words 'I shall be brief'.",
            "There are finds. In 1951 the council resolved to plant a lime tree for every child born in the town, and did so for five years; that is where the avenue comes from. In 1962 it resolved to look into the matter of the second bridge. It has been looking since.",
            "When it is done anyone will be able to search the lot from home. The administration is now considering whether this needs a policy. Ebel has shown it the resolution of 1934 by which all minutes are public. It was, he notes, a brief one.",
        ),
        comments=7,
    ),
    Story(
        "Council",
        "The second bridge, explained from the beginning",
        "Sixty years, five plans, no bridge. A short history of a long crossing.",
        ("Tomas Reever", "Mara Quill"),
        ("bridge", "council"),
        "bridge",
        96,
        (
            "The first plan was drawn in 1962 and is still the prettiest: a single white arch from the tannery to the church meadow. It failed because the church did not wish to sell the meadow, and because the arch would have been eleven centimetres too low for the sand barges.",
            "The second plan raised the arch and lost the money. The third, in 1984, was a tunnel, and is remembered mostly for the model, which stood in the savings bank and leaked. The fourth would have been built, everyone agrees, if the county had not been dissolved in the same week.",
            "The fifth plan is before the council now. It is not pretty. It is a flat steel deck for people on foot and on bicycles, with a lay-by for an ambulance, and it costs a ninth of what the tunnel would have. Its engineer, asked what was special about it, thought for a while and said: it reaches the other side.",
            "Against it stand the rowing club, which fears for its course, and those who say that a bridge without cars is half a bridge. For it stand two schools, the clinic and, since last week, the ferry's own pilot, who would like to retire.",
            "The vote is in the new year. Readers with a longer memory than ours are asked to correct this history; we have left space.",
        ),
        ("It reaches the other side.", "The engineer of the fifth plan"),
        comments=52,
    ),
    Story(
        "River",
        "The eels are back, and they have brought questions",
        "For the first time since 1990 young eels climb the weir. A night with the people who carry the rest.",
        ("Mara Quill",),
        ("river", "nature"),
        "eel",
        120,
        (
            "They are as long as a finger and as clear as glass; you see them by their eyes. On a wet night in the right week they come up the weir by the hundred, along the moss where the water is thin, and those that fall try again.",
            "At the foot of the weir stands Lene Abrams with a bucket. She is one of eleven volunteers who carry up what cannot climb. The bucket is weighed, not counted. This year it has weighed, all nights together, two kilograms and a half, which is about eight thousand eels.",
            "Why they are back nobody can say for certain. The tannery has been closed for twelve years, and the new sewage works for once does what its brochure promised. But eels come from far away, from a sea that none of these people has seen, and they may have reasons of their own.",
            "The angling club has agreed not to take any for five years. It was a short meeting, says its chair. The oldest member got up, said that he had eaten enough of them for everyone, and sat down.",
        ),
        comments=15,
    ),
    Story(
        "River",
        "High water on Friday, and who should move the car",
        "The gauge at Sluice House will pass the second mark in the night. What to do, street by street.",
        ("Ida Holm",),
        ("river", "flood"),
        "water",
        12,
        (
            "The rain of the week is on its way down from the hills and will be here on Friday between two and five in the morning. The gauge at Sluice House is expected to pass the second mark, which means wet cellars in Tanner's Row and a lake on the fairground. It does not mean what it meant in 2002.",
            "Cars should be off the fairground by ten in the evening; the school yard will be open for them. The lower landing stage is closed from eight, and the ferry will use the upper one. Sandbags are at the fire station. They are free, and heavier than they look: come in twos.",
            "The fire brigade asks, as every year, that nobody goes to look. It adds, as every year, that if people must look they should do so from the church steps, where there is a railing and, until eleven, tea.",
        ),
        facts=(
            "Numbers to keep",
            (
                "Flood line of the town: posted at every bus stop",
                "Gauge readings: each hour on the board at Sluice House",
                "Sandbags: fire station, open all night",
            ),
        ),
        comments=9,
    ),
    Story(
        "River",
        "The last pilot of the sand barges puts down the pole",
        "He knew every bank between the quarry and the sea. Now the machine does.",
        ("Mara Quill", "Ida Holm"),
        ("river", "people"),
        "barge",
        200,
        (
            "The pole is four metres of ash, shod with iron, and on its upper half the varnish is gone where two generations of hands have been. With it Anselm Rook felt his way down the river for forty-one years. On Saturday he leaned it against the wall of the shed and said that it could stay there.",
            "The barges have carried a sounder for a long time. It draws the bottom in colours on a screen, and it is right, Rook says, nearly always. 'But it tells you what is there. The pole told you what was coming.'",
            "He can recite the river like a poem, from the quarry gate to the salt: the two stones called the Sisters, the bend where the current lies to you, the deep place where the bell of the old church is said to be. He does not believe in the bell. He has heard it twice.",
            "A student from the county town has spent the summer with him and a recorder. There are nineteen hours of it. The library will keep them beside the telescope. And the pole, though Rook pretends not to know this, will hang over the door of the Anchor from next week, if somebody can be found to carry it there without his seeing.",
        ),
        ("It tells you what is there. The pole told you what was coming.", "Anselm Rook"),
        comments=18,
    ),
    Story(
        "Living",
        "A recipe for the bread that does not want to rise",
        "The bakery's answer to a cold kitchen: time, a wooden spoon and no heroics.",
        ("Berit Sand",),
        ("bread", "recipes"),
        "bread",
        60,
        (
            "People bring me their failed loaves. They carry them in like something that has been run over, in a cloth, and ask what they did wrong. Nearly always it is this: they were in a hurry, and the kitchen was not.",
            "Take five hundred grams of flour, three hundred and fifty of water, ten of salt and as much yeast as fits on the tip of a knife. Less than that. Stir it with a spoon until there is no dry flour left, and then stop. Do not knead it. Put a plate on the bowl and go to bed.",
            "In the morning it will look as if nothing had happened. Leave it until the afternoon. When there are bubbles at the edge, fold it four times like a letter, and leave it again until it is half as large again and trembles when you push the bowl.",
            "Bake it in a hot lidded pot, thirty minutes with the lid and fifteen without. It is done when it sounds like a door. If it has still not risen, slice it thin, toast it, and tell your guests that it is Nordic.",
        ),
        comments=21,
    ),
    Story(
        "Living",
        "The choir that only rehearses",
        "It has met every Monday for nine years and has never given a concert. That is the point.",
        ("Ida Holm",),
        ("music", "people"),
        "choir",
        150,
        (
            "There are thirty of them, in the room over the fire station, and at the beginning of each evening somebody asks whether they ought to perform at the summer fair. Then there is a vote. It has been unanimous for nine years.",
            "The choir was founded by a piano tuner, Ruth Vane, who had sung in choirs all her life and had noticed that she liked Mondays and hated the concerts. She put up a note in the launderette: singing, badly at first, no audience, bring a cup.",
            "They are, it must be said, no longer bad. The Bach that came through the floor last Monday made the firemen turn off the radio. A critic from the county paper once hid on the stairs, was found, and was given the choice between leaving and singing second bass. He has come every week since.",
            "If you want to hear them, there is only one way. There is a chair free among the altos.",
        ),
        comments=13,
    ),
    Story(
        "Living",
        "The clockmaker who lets the town hall run late",
        "Four minutes, on purpose, since 1973. We asked why, and he asked us to sit down.",
        ("Mara Quill",),
        ("people", "town hall"),
        "clock",
        260,
        (
            "Everyone in Lowmarsh knows that the town-hall clock is four minutes slow. It is said to be the stairs, or the pigeons, or the war. It is none of these. It is Walter Finch, who climbs up every Thursday with an oil can and sets it wrong.",
            "His master did so before him, and told him why. When the railway still ran, the evening train left at six exactly and the mill closed at six exactly, and the mill's people saw the train go every evening from the bridge. The owner of the mill would not close early. The railway would not leave late. So one night the clock of the town hall, by which the mill went, was four minutes fast.",
            "Then the railway closed and so did the mill, and the school began to go by the clock. Children who live across the river come by the ferry that lands at two minutes past eight. School begins at eight. You may work out the rest.",
            "'So it was fast and now it is slow,' said Finch. 'It has never been wrong.' He has an apprentice at last, a girl of sixteen, and on her first Thursday she asked whether it should not be corrected. He told her what you have just read. She took the oil can and went up.",
        ),
        ("It has never been wrong.", "Walter Finch, clockmaker"),
        comments=29,
    ),
)
