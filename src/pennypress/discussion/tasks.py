from django.tasks import task

from pennypress.discussion.actions.learning import forget_rare_words
from pennypress.discussion.actions.posting import forget_said
from pennypress.discussion.actions.voting import count_votes_left
from pennypress.jobs.schedule import every


@every(minutes=60)
@task()
def forget_what_screens_need_no_more() -> None:
    forget_said()
    forget_rare_words()


@every(minutes=1)
@task()
def count_left_votes() -> None:
    count_votes_left()
