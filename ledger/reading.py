# SPDX-License-Identifier: EUPL-1.2
"""Checks the values of a readable file against our inputs, and says of every mistake on which line it is."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ledger.formats import lined
from ledger.formats.lined import Fault, Lined, Path

M = TypeVar("M", bound=BaseModel)

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_WHOLE = re.compile(r"0|-?[1-9][0-9]*")
_EURO = re.compile(r"(0|[1-9][0-9]*)(?:[.,]([0-9]{2}))?")
_ROUNDS = 5
"""Values are repaired and judged again at most so often; what is deeper shows after what is above it."""


class Reading:
    """The values of one file, and the mistakes found so far."""

    def __init__(self, source: Lined) -> None:
        self.source = source
        self.faults: list[Fault] = list(source.faults)
        self._first: dict[tuple[object, ...], Path] = {}
        for path, value in list(lined.walked(source.value)):
            if isinstance(value, dict):
                self._judge_keys(path, value)

    def fault(self, path: Path, text: str) -> None:
        """Remember a mistake."""
        self.faults.append(Fault(line=self.source.line(path), path=path, text=text))

    def at(self, path: Path) -> object:
        """The value there; None where there is nothing."""
        found = self.source.value
        for step in path:
            found = _inside(found, step)
        return found

    def items(self, path: Path) -> Iterator[tuple[Path, object]]:
        """The items of a list with their paths; none where it is no list."""
        found = self.at(path)
        for place, item in enumerate(found if isinstance(found, list) else ()):
            yield (*path, place), item

    def once(self, path: Path, *key: object) -> None:
        """It is a mistake when the same key comes a second time."""
        first = self._first.setdefault(key, path)
        if first != path:
            self.fault(path, f"was given on line {self.source.line(first)} already")

    def euros(self, names: Mapping[str, str]) -> None:
        """Put eurocents in the place of euros: a key of names becomes the key it stands for."""
        for path, value in list(lined.walked(self.source.value)):
            for name in names.keys() & value.keys() if isinstance(value, dict) else ():
                assert isinstance(value, dict)
                if names[name] in value:
                    self.fault((*path, name), f"is given as {names[name]} as well")
                value[names[name]] = self._cents((*path, name), value.pop(name))
                self.source.lines[*path, names[name]] = self.source.line((*path, name))

    def take(self, model: type[M], path: Path) -> M | None:
        """What is there as a model; None when it has mistakes, which are remembered."""
        for _ in range(_ROUNDS):
            try:
                return model.model_validate(self.at(path))
            except ValidationError as error:
                found = error.errors(include_url=False, include_input=False)
            repaired = [self._repair(path, each) for each in found]
            if not any(repaired):
                break
        for each in found:
            self._tell(path, each)
        return None

    def tell(self, path: Path, error: ValidationError) -> None:
        """Remember the mistakes of something that was put together from what is there."""
        for each in error.errors(include_url=False, include_input=False):
            self._tell(path, each)

    def _judge_keys(self, path: Path, value: dict[str, object]) -> None:
        for key in value:
            if not _KEY.fullmatch(key):
                self.fault((*path, key), "unknown key")

    def _cents(self, path: Path, value: object) -> int:
        found = _EURO.fullmatch(str(value)) if isinstance(value, str | int) else None
        if found is None:
            self.fault(path, "must be euros with two decimals or none, such as 31.15 or 1250")
            return 1
        return int(found[1]) * 100 + int(found[2] or 0)

    def _repair(self, base: Path, error: ErrorDetails) -> bool:
        """Give a value the type that is asked for, where no doubt is possible."""
        path = self._path(base, error)
        value = self.at(path)
        if error["type"] == "int_type" and isinstance(value, str) and path not in self.source.quoted:
            return _WHOLE.fullmatch(value) is not None and self._put(path, int(value))
        if error["type"] == "string_type" and isinstance(value, int) and not isinstance(value, bool):
            return self._put(path, str(value))
        return False

    def _put(self, path: Path, value: object) -> bool:
        holder, step = self.at(path[:-1]), path[-1]
        if isinstance(holder, dict):
            holder.update({step: value})
        elif isinstance(holder, list) and isinstance(step, int):
            holder[step] = value
        return True

    def _tell(self, base: Path, error: ErrorDetails) -> None:
        path, last = self._path(base, error), error["loc"][-1:]
        match error["type"]:
            case "missing":
                text = f"{_snake(str(last[0]))} is missing"
            case "extra_forbidden":
                text = "unknown key"
            case "int_type":
                text = "must be a whole number, without quotes, decimals or leading zeros"
            case "string_type":
                text = "must be text"
            case "date_type" | "date_parsing" | "date_from_datetime_parsing" | "date_from_datetime_inexact":
                text = "must be a day, such as 2026-01-31"
            case "tuple_type" | "frozen_set_type":
                text = "must be a list"
            case "model_type" | "model_attributes_type":
                text = "must be a group of keys and values"
            case "value_error":
                text = str(error["ctx"]["error"])
            case _:
                text = error["msg"][:1].lower() + error["msg"][1:]
        self.fault(path, text)

    def _path(self, base: Path, error: ErrorDetails) -> Path:
        """Where pydantic's location is in the file: it adds kinds of unions, and missing keys."""
        path, found = base, self.at(base)
        for step in error["loc"]:
            for name in (step, _snake(step)) if isinstance(step, str) else (step,):
                inner = _inside(found, name)
                if inner is not None or (isinstance(found, dict) and name in found):
                    path, found = (*path, name), inner
                    break
        return path


def _inside(value: object, step: str | int) -> object:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)
