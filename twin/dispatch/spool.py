"""Files between a driver and nodes that share nothing but a file system.

    token            random, the same for all drivers of the batch; every file carries it
    setup, handshake what every element is told
    orders/E         the order of element E, as long as it is wanted: an element without an order ends
    reports/E.L.n    news of element E in its life L, until the driver has committed them
    lives/E          the last sign of life of E
    leftover/...     reports that an earlier driver had not taken up

An element's name is `WAVE.INDEX`. Every file is written aside and renamed; what is torn or not ours is not there.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic_core import from_json, to_json

from twin.dispatch.envelope import opened, sealed
from twin.dispatch.wire import Order, Report, Setup
from twin.errors import StoreFault
from twin.result.aside import aside, write_bytes

__all__ = ["Beat", "Element", "Letter", "Spool"]


@dataclass(frozen=True, slots=True, order=True)
class Element:
    """Place of an order in a wave; a wave's name holds a random part, so that no element ever gets another's name."""

    wave: str
    index: int

    def __str__(self) -> str:
        return f"{self.wave}.{self.index}"

    @classmethod
    def named(cls, text: str) -> Element | None:
        """From `WAVE.INDEX`; None when it is no such name."""
        wave, dot, index = text.partition(".")
        return cls(wave, int(index)) if wave and dot and index.isdigit() else None


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life.

    Attributes:
        life: random, of one start of the element; a requeued element lives again.
        count: of beats in this life.
        told: how many jobs from the order's beginning are reported.
        at: number and attempt of the job at hand; None before the first.
        elapsed: seconds that it has been running; None between jobs.
        node: where it runs.
    """

    life: str
    count: int
    told: int
    at: tuple[int, int] | None
    elapsed: float | None
    node: str


@dataclass(frozen=True, slots=True)
class Letter:
    """News of an element as found in the spool.

    Attributes:
        word: empty while it works; its last one is `ended`, `stopped` (told to), `refused` (other code).
        text: why it refused.
        file: what holds it.
    """

    element: Element
    report: Report
    word: str
    text: str
    file: Path


class Spool:
    """The folder `path`; the driver opens it with `prepare`, an element as it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._token = ""

    @property
    def token(self) -> str:
        """Of the batch.

        Raises:
            StoreFault: the folder was never prepared.
        """
        if not self._token:
            try:
                self._token = (self.path / "token").read_text(encoding="ascii").strip()
            except (OSError, ValueError) as error:
                raise StoreFault(f"{self.path}: no token there ({error}); is the batch's folder seen from this machine?") from error
        return self._token

    def prepare(self, setup: Setup, handshake: Mapping[str, str]) -> None:
        """Make what elements need at their start. The token of an earlier driver stays.

        Raises:
            StoreFault: it cannot be written.
        """
        for name in ("orders", "reports", "lives", "leftover"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
        if not (self.path / "token").exists():
            write_bytes(self.path / "token", secrets.token_hex(6).encode())
        self._write("setup", {}, setup.encode())
        self._write("handshake", {}, to_json(dict(handshake)))

    def setup(self) -> Setup:
        """What every element is told.

        Raises:
            StoreFault: it is missing or damaged.
        """
        return Setup.decode(self._needed("setup"))

    def handshake(self) -> dict[str, str]:
        """The driver's fingerprint.

        Raises:
            StoreFault: it is missing or damaged.
        """
        told: dict[str, str] = from_json(self._needed("handshake"))
        return told

    def put_order(self, element: Element, order: Order) -> None:
        """Write an element's order.

        Raises:
            StoreFault: it cannot be written.
        """
        self._write(f"orders/{element}", {}, order.encode())

    def order(self, element: Element) -> Order | None:
        """The element's order; None when nobody wants its work any more."""
        found = self._read(self.path / "orders" / str(element))
        return Order.decode(found[1]) if found else None

    def wanted(self, element: Element) -> bool:
        """Whether the element's order still stands; opens it, for a shared file system remembers names for a while."""
        try:
            with (self.path / "orders" / str(element)).open("rb"):
                return True
        except OSError:
            return False

    def elements(self) -> list[Element]:
        """Those whose orders stand."""
        found = (Element.named(file.name) for file in _files(self.path / "orders"))
        return [element for element in found if element is not None]

    def revoke(self, element: Element) -> None:
        """Nobody waits for this element any more: where it still runs, or starts again, it ends."""
        for folder in ("orders", "lives"):
            (self.path / folder / str(element)).unlink(missing_ok=True)

    def put_report(self, element: Element, life: str, number: int, report: Report, word: str = "", text: str = "") -> None:
        """Write the news number `number` of an element's life.

        Raises:
            StoreFault: it cannot be written.
        """
        head = {"element": str(element), "word": word, "text": text}
        self._write(f"reports/{element}.{life}.{number:06}", head, report.encode())

    def set_aside(self) -> list[Letter]:
        """News for an earlier driver, this time's and older ones; they stay until the spool is cleared, should this driver die too."""
        for file in _files(self.path / "reports"):
            file.replace(self.path / "leftover" / file.name)
        return self.letters("leftover")

    def letters(self, folder: str = "reports") -> list[Letter]:
        """All news that are there, in each element's order."""
        found = []
        for file in sorted(_files(self.path / folder)):
            read = self._read(file)
            element = Element.named(str(read[0].get("element"))) if read else None
            if read and element:
                found.append(_letter(element, *read, file))
        return found

    def drop(self, letters: Iterable[Letter]) -> None:
        """Their news are in the journal."""
        for letter in letters:
            letter.file.unlink(missing_ok=True)

    def put_beat(self, element: Element, beat: Beat) -> None:
        """Replace the element's sign of life; not forced to disk.

        Raises:
            StoreFault: it cannot be written.
        """
        target = self.path / "lives" / str(element)
        with aside(target) as path:
            path.write_bytes(sealed(self.token, {}, to_json(asdict(beat))))
            path.replace(target)

    def beat(self, element: Element) -> Beat | None:
        """The element's last sign of life."""
        found = self._read(self.path / "lives" / str(element))
        if not found:
            return None
        text = from_json(found[1])
        return Beat(**{**text, "at": tuple(text["at"]) if text["at"] else None})

    def clear(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _write(self, name: str, head: Mapping[str, str], body: bytes) -> None:
        write_bytes(self.path / name, sealed(self.token, head, body))

    def _read(self, file: Path) -> tuple[dict[str, str], bytes] | None:
        try:
            return opened(self.token, file.read_bytes())
        except OSError:
            return None

    def _needed(self, name: str) -> bytes:
        found = self._read(self.path / name)
        if found is None:
            raise StoreFault(f"{self.path / name}: missing, damaged or of another batch; is the batch's folder seen from this machine?")
        return found[1]


def _letter(element: Element, head: Mapping[str, str], body: bytes, file: Path) -> Letter:
    """The news; those of an element with other code are not read: it may write them in another way."""
    report = Report() if head["word"] == "refused" else Report.decode(body)
    return Letter(element, report, head["word"], head["text"], file)


def _files(folder: Path) -> list[Path]:
    """Published files: names of unfinished ones begin with a dot."""
    try:
        return [file for file in folder.iterdir() if not file.name.startswith(".")]
    except OSError:
        return []
