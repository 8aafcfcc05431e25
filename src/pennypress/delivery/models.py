from django.db import models
from django.utils import timezone


class Spending(models.Model):
    """How often somebody did something that is limited, within one window of time.

    `who` is an identity or a keyed network hash; never an address. Rows are deleted when their window is over.
    """

    limit = models.CharField(max_length=40)
    who = models.CharField(max_length=80)
    window = models.BigIntegerField(help_text="Number of the window since 1970: Unix time divided by its length.")
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["limit", "who", "window"], name="one_spending_per_window")]

    def __str__(self) -> str:
        return f"{self.limit}: {self.count}"


class Purge(models.Model):
    """A tag whose pages the cache in front of the site has yet to forget; deleted once it has been told."""

    tag = models.CharField(max_length=80)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.tag


class Machine(models.Model):
    """One of several machines that serve the site. See delivery/machines.py, which writes these two tables."""

    number = models.BigIntegerField(primary_key=True)
    alive_until = models.DateTimeField()

    class Meta:
        default_permissions = ()


class Seen(models.Model):
    """A machine's answer that it has counted every change committed before it was asked."""

    ask = models.BigIntegerField()
    machine = models.ForeignKey(Machine, on_delete=models.DO_NOTHING, db_constraint=False)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["ask", "machine"], name="seen_once")]


class LiveEvent(models.Model):
    """What open pages are told of something public: a comment, its votes, its removal. See delivery/live.

    Of each kind of thing about one subject only the latest stands, and it stands for some hours. `number` is the order in
    which events became visible; where the database lets writers commit side by side it is given after the commit.
    """

    channel = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, blank=True)
    about = models.CharField(max_length=40, blank=True)
    payload = models.JSONField(default=dict)
    instead = models.BooleanField(default=False, help_text="Nothing told of this subject before is to be told again.")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    number = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["channel", "kind", "about"], name="one_live_event_of_a_kind")]
        indexes = [models.Index(fields=["channel", "number"], name="live_event_by_channel")]

    def __str__(self) -> str:
        return f"{self.number}: {self.channel} {self.kind}"


class LiveCount(models.Model):
    """The number of the last live event: one row."""

    number = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)
