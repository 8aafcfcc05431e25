from pennypress.readers.views.account import account

__all__ = ["account"]
