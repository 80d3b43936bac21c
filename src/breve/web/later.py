"""Packages that are imported once something of them is used."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any


def load_when_used(name: str, taken: Iterable[str] = ()) -> None:
    """Put a module in another's place that imports it once a name of it is asked for.

    ``taken`` are names that others import from it and needn't use: these import it when they are called, subclassed or
    looked into. importlib's LazyLoader won't do: on Python 3.11 an import statement already counts as use.
    """
    if name in sys.modules:
        return
    package = importlib.util.find_spec(name.partition(".")[0])
    if package is None:
        return
    stand_in = ModuleType(name)
    if "." in name:  # its own spec can't be had without an import of the package
        stand_in.__path__ = [str(folder) for folder in _folders(package, name) if folder.is_dir()]
    else:
        stand_in.__spec__ = package  # for those who ask whether the package is there

    def real() -> ModuleType:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        return importlib.import_module(name)

    def load(attribute: str) -> Any:
        if attribute == "__file__":  # asked of every module by those who look for the source of something
            raise AttributeError(attribute)
        return getattr(real(), attribute)

    setattr(stand_in, "__getattr__", load)  # noqa: B010 - for a type checker, a module has no such attribute
    for attribute in taken:
        setattr(stand_in, attribute, Later(real, attribute))
    sys.modules[name] = stand_in


def _folders(package: ModuleSpec, name: str) -> Iterator[Path]:
    """Yield where the modules of a package in a package would lie."""
    for folder in package.submodule_search_locations or ():
        yield Path(folder, *name.split(".")[1:])


class Later:
    """Something of a module that is imported when it is called, subclassed, looked into or compared with."""

    def __init__(self, module: Callable[[], ModuleType], name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call what it stands for."""
        return self._real()(*args, **kwargs)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._real(), attribute)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._real(),)

    def __instancecheck__(self, thing: Any) -> bool:
        return isinstance(thing, self._real())

    def __subclasscheck__(self, thing: Any) -> bool:
        return issubclass(thing, self._real())

    def __or__(self, other: Any) -> Any:
        return self._real() | other

    def __ror__(self, other: Any) -> Any:
        return other | self._real()

    def _real(self) -> Any:
        return getattr(self._module(), self._name)
