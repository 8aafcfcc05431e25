from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pennypress.delivery.ready import changed
from pennypress.funding import ledger
from pennypress.funding.models import Expense
from pennypress.newsroom.queries import current_newsroom


def record_expense(*, month: date, category: str, note: str, amount: int, by: Any, number: UUID) -> Expense:
    """Tell readers what a month's money was spent on. The same form sent twice is one expense."""
    with transaction.atomic():
        expense, created = Expense.objects.get_or_create(
            pk=number,
            defaults={
                "month": month, "category": category, "note": note, "amount": amount, "entered_by": by,
                "currency": current_newsroom().currency,
            },
        )  # fmt: skip
        if created:
            changed(ledger.METER)
    return expense


def change_expense(*, expense: Expense, month: date, category: str, note: str, amount: int, by: Any) -> Expense:
    """Mend an expense; the month's page says when it was changed last."""
    with transaction.atomic():
        expense.month, expense.category, expense.note, expense.amount = month, category, note, amount
        expense.entered_by, expense.changed_at = by, timezone.now()
        expense.save()
        changed(ledger.METER)
    return expense


def remove_expense(*, expense: Expense) -> None:
    """Take an expense off its month's page."""
    with transaction.atomic():
        expense.delete()
        changed(ledger.METER)
