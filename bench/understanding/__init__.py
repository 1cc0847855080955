"""How good the understanding is, and for whom: measured on texts by others that never taught the shipped models."""

from ascolto.understanding.engine.threads import one_thread

one_thread()  # before numpy is there: everything is measured on one thread
