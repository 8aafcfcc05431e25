from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


def may_erase_itself(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Guests and readers may. Whoever has a desk first gives it back: articles and decisions hang on such an account."""
    has_desk = user.is_staff or user.is_superuser or user.has_perm("wagtailadmin.access_admin")  # type: ignore[union-attr]
    return not has_desk
