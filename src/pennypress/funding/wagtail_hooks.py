from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from pennypress.funding import desk, desk_payments


class FundingMenuItem(MenuItem):
    def is_shown(self, request: object) -> bool:
        return bool(request.user.has_perm(desk.MANAGE))  # type: ignore[attr-defined]


@hooks.register("register_admin_menu_item")
def funding_menu() -> MenuItem:
    return FundingMenuItem(_("Funding"), reverse("funding_desk"), icon_name="calendar-check", order=310)


@hooks.register("register_admin_urls")
def funding_urls() -> list[URLPattern]:
    return [
        path("funding/", desk.desk, name="funding_desk"),
        path("funding/tiers/add/", desk.edit_tier, name="funding_add_tier"),
        path("funding/tiers/<uuid:tier_id>/", desk.edit_tier, name="funding_edit_tier"),
        path("funding/plan/", desk.edit_plan, name="funding_plan"),
        path("funding/gifts/", desk.gift_list, name="funding_gifts"),
        path("funding/pledges/<uuid:pledge_id>/end/", desk.end_pledge, name="funding_end_pledge"),
        path("funding/events/<uuid:event_id>/retry/", desk_payments.retry_event, name="funding_retry_event"),
        path("funding/gifts/<uuid:gift_id>/refund/", desk_payments.refund, name="funding_refund"),
        path("funding/reconcile/", desk_payments.reconcile_now, name="funding_reconcile"),
        path("funding/gift/", desk.offline_gift, name="funding_offline_gift"),
    ]
