"""Every error that Brève raises on purpose.

BreveError
├── OptionError          a value that an option can't take
├── InputError           an input that can't be used
│   ├── EmptyInput       no words in it
│   ├── WrongLanguage    not French
│   ├── UnreadableInput  no such file, no permission, not text
│   ├── TooLarge         more bytes than a batch takes
│   └── UnsupportedFormat
├── ModelError           a model that can't be used
│   ├── ModelMissing     not installed, not prepared, not reachable
│   └── ModelBroken      present, but it doesn't load or its files are damaged
├── OutputError          a result that can't be written
└── WorkerDied           an article that ended the process which worked on it

A message says what was received and what is allowed; ``hint`` says what to do.
"""

from __future__ import annotations


class BreveError(Exception):
    """Base of all errors that are meant to be shown to a user."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class OptionError(BreveError):
    """A value that an option can't take."""


class InputError(BreveError):
    """An input that can't be used."""


class EmptyInput(InputError):
    """The input has no words."""


class WrongLanguage(InputError):
    """The input is not in the language that was asked for."""


class UnreadableInput(InputError):
    """The input can't be read as text."""


class TooLarge(InputError):
    """The input has more bytes than are taken."""


class UnsupportedFormat(InputError):
    """The input is of a format that no reader takes."""


class ModelError(BreveError):
    """A model that can't be used."""


class ModelMissing(ModelError):
    """A model is not installed, not prepared, or not reachable."""


class ModelBroken(ModelError):
    """A model is present but its files are damaged or don't load."""


class OutputError(BreveError):
    """A result that can't be written."""


class WorkerDied(BreveError):
    """An article that ended the process which worked on it."""
