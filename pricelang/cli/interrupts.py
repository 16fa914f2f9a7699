"""Interrupts: they end the process in silence, except while a command has something to tidy up.

A light module, since it comes before all others.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal  # what `signal` is made of, which takes longer to import

_ends = False


def end_quietly() -> None:
    """Lets an interrupt end the process as it ends any other program,
    while there is nothing to tidy up.
    """
    global _ends
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _ends = True


def raise_again() -> bool:
    """Makes an interrupt a `KeyboardInterrupt` where it ended the process;
    returns whether it did.
    """
    global _ends
    ended, _ends = _ends, False
    if ended:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return ended
