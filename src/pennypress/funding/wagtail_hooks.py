from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from pennypress.funding import (
    desk,
    desk_appeals,
    desk_attacks,
    desk_bank,
    desk_books,
    desk_door,
    desk_earnings,
    desk_giving,
    desk_payments,
    desk_supporters,
)


class FundingMenuItem(MenuItem):
    def is_shown(self, request: object) -> bool:
        return bool(request.user.has_perm(desk_door.MANAGE))  # type: ignore[attr-defined]


@hooks.register("register_admin_menu_item")
def funding_menu() -> MenuItem:
    return FundingMenuItem(_("Funding"), reverse("funding_desk"), icon_name="calendar-check", order=310)


@hooks.register("register_admin_urls")
def funding_urls() -> list[URLPattern]:
    return [
        path("funding/", desk.desk, name="funding_desk"),
        path("funding/tiers/add/", desk.edit_tier, name="funding_add_tier"),
        path("funding/tiers/<uuid:tier_id>/", desk.edit_tier, name="funding_edit_tier"),
        path("funding/plan/", desk_giving.edit_plan, name="funding_plan"),
        path("funding/fees/<slug:provider>/", desk_giving.edit_fee_cover, name="funding_fee_cover"),
        path("funding/supporters/", desk_supporters.supporters, name="funding_supporters"),
        path("funding/gifts/", desk.gift_list, name="funding_gifts"),
        path("funding/appeals/", desk_appeals.appeal_list, name="funding_appeals"),
        path("funding/appeals/add/", desk_appeals.edit_appeal, name="funding_add_appeal"),
        path("funding/appeals/pause/", desk_appeals.edit_pause, name="funding_appeal_pause"),
        path("funding/appeals/<uuid:appeal_id>/", desk_appeals.edit_appeal, name="funding_edit_appeal"),
        path("funding/appeals/<uuid:appeal_id>/stop/", desk_appeals.stop_appeal, name="funding_stop_appeal"),
        path("funding/earned/", desk_earnings.earned, name="funding_earned"),
        path("funding/earned.csv", desk_earnings.earned_file, name="funding_earned_file"),
        path("funding/pledges/<uuid:pledge_id>/end/", desk.end_pledge, name="funding_end_pledge"),
        path("funding/events/<uuid:event_id>/retry/", desk_payments.retry_event, name="funding_retry_event"),
        path("funding/gifts/<uuid:gift_id>/refund/", desk_payments.refund, name="funding_refund"),
        path("funding/reconcile/", desk_payments.reconcile_now, name="funding_reconcile"),
        path("funding/months/<int:year>-<int:month>/", desk.month_entries, name="funding_month"),
        path("funding/gifts/<uuid:gift_id>/", desk.gift_entries, name="funding_gift"),
        path("funding/counting/", desk_books.edit_counting, name="funding_counting"),
        path("funding/expenses/", desk_books.expense_list, name="funding_expenses"),
        path("funding/expenses/add/", desk_books.add_expense, name="funding_add_expense"),
        path("funding/expenses/<uuid:expense_id>/", desk_books.edit_expense, name="funding_edit_expense"),
        path("funding/matching/", desk_books.offer_list, name="funding_matching"),
        path("funding/matching/add/", desk_books.add_offer, name="funding_add_offer"),
        path("funding/matching/<uuid:offer_id>/<slug:deed>/", desk_books.act_on_offer, name="funding_act_on_offer"),
        path("funding/books.<slug:ending>", desk_books.books, name="funding_books"),
        path("funding/bank/", desk_bank.bank, name="funding_bank"),
        path("funding/bank/account/", desk_bank.account, name="funding_bank_account"),
        path("funding/bank/statements/", desk_bank.upload, name="funding_bank_upload"),
        path("funding/bank/columns/<uuid:draft_id>/", desk_bank.columns, name="funding_bank_columns"),
        path("funding/bank/sure/", desk_bank.book_sure, name="funding_book_sure"),
        path("funding/bank/rows/<uuid:row_id>/book/", desk_bank.book, name="funding_book_row"),
        path("funding/bank/rows/<uuid:row_id>/back/", desk_bank.came_back, name="funding_row_back"),
        path("funding/bank/rows/<uuid:row_id>/aside/", desk_bank.set_aside, name="funding_row_aside"),
        path("funding/bank/rows/<uuid:row_id>/again/", desk_bank.take_up_again, name="funding_row_again"),
        path("funding/bank/rows/<uuid:row_id>/unbook/", desk_bank.unbook, name="funding_unbook_row"),
        path("funding/looks/limit/", desk_bank.limit, name="funding_second_person"),
        path("funding/looks/<uuid:look_id>/confirm/", desk_bank.confirm_look, name="funding_confirm_look"),
        path("funding/looks/<uuid:look_id>/refuse/", desk_bank.refuse_look, name="funding_refuse_look"),
        path("funding/attacks/", desk_attacks.attacks, name="funding_attacks"),
        path("funding/attacks/end/", desk_attacks.end, name="funding_end_attack"),
        path("funding/gift/", desk.offline_gift, name="funding_offline_gift"),
    ]
