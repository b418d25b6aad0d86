# SPDX-License-Identifier: EUPL-1.2
"""Files that people write for a command: YAML, TOML or JSON, with every mistake told on its line."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cli.faults import Fault, Status

if TYPE_CHECKING:
    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel")


class Written:
    """A file of keys and values. Raises Fault when it is none."""

    def __init__(self, file: Path) -> None:
        from ledger.formats import lined
        from ledger.reading import Reading

        suffix = ".yaml" if file.suffix == ".json" else file.suffix  # JSON is YAML
        self.file = file
        self._reading = Reading(lined.read(file.read_bytes(), suffix))
        if self._reading.source.value is None or self._reading.faults:
            self._fail()
        if not isinstance(self._reading.source.value, dict):
            raise Fault(f"{file}: must hold keys and values", Status.MALFORMED)

    @property
    def values(self) -> dict[str, Any]:
        """The keys and values; what is changed in them is what is taken."""
        found = self._reading.source.value
        assert isinstance(found, dict), "judged when it was read"
        return found

    def euros(self, **names: str) -> None:
        """A key in euros becomes a key in eurocents."""
        self._reading.euros(names)

    def maybe(self, model: type[M], *path: str) -> M | None:
        """What is there as a model; None when it has mistakes, which take() tells."""
        return self._reading.take(model, path)

    def take(self, model: type[M], *path: str) -> M:
        """What is there as a model. Raises Fault with every mistake found so far, each with its line."""
        found = self.maybe(model, *path)
        if found is None or self._reading.faults:
            self._fail()
        assert found is not None, "else there were faults"
        return found

    def _fail(self) -> None:
        ordered = sorted({(each.line, str(each)) for each in self._reading.faults}) or [
            (1, "line 1: is empty")
        ]
        raise Fault("\n".join(f"{self.file}: {text}" for _, text in ordered), Status.MALFORMED)
