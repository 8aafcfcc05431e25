"""The supporters' wall as everybody sees it, and as the moderators do."""

# What pages that show the wall are tagged with; money that goes back changes it, too, and has the meter's tag.
WALL = "wall"
