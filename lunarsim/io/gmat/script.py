"""The grammar of GMAT's scripts, as far as resources and commands are told apart: nothing of one is executed.

GMAT's User Guide, "Script Language": statements end at semicolons or line ends, ``%`` begins a comment, ``...`` goes on
in the next line, a resource is created by ``Create``, its fields are set by assignments, and after
``BeginMissionSequence`` all is commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lunarsim.errors import DataError, clipped
from lunarsim.orbits.files.key_value import number_of
from lunarsim.orbits.files.text_lines import Line, read_lines

KIND = "a script of GMAT"

_CREATE = re.compile(r"Create\s+(?P<type>[A-Za-z]\w*)\s+(?P<names>.+)")
_NAME = re.compile(r"[A-Za-z]\w*")
_ASSIGNMENT = re.compile(r"(?:GMAT\s+)?(?P<target>[A-Za-z][\w.]*(?:\([^()]*\))?)\s*=(?!=)\s*(?P<value>.*)")
_BEGIN = "BeginMissionSequence"
_OPEN, _CLOSE = "{[(", "}])"


@dataclass(frozen=True)
class Setting:
    """What a field of a resource is set to."""

    line: Line
    text: str

    @property
    def word(self) -> str:
        """The value without quotes."""
        return self.text[1:-1] if len(self.text) > 1 and self.text[0] == self.text[-1] == "'" else self.text

    @property
    def words(self) -> tuple[str, ...]:
        """The members of a list such as ``{Earth, Sun}``; of one word, it alone."""
        inner = self.text[1:-1] if self.text.startswith(("{", "[")) else self.text
        return tuple(word.strip().strip("'") for word in inner.replace(",", " ").split())

    def is_on(self) -> bool:
        """Return whether a switch is on.

        Raises
        ------
        DataError
            If it is no switch.
        """
        word = self.word.lower()
        if word not in {"on", "off", "true", "false", "none"}:
            raise self.line.wrong(f"{self.text!r} is no switch: expected On, Off, true, false or None")
        return word in {"on", "true"}

    def number(self) -> float:
        """Return the value as a number.

        Raises
        ------
        DataError
            If it is none, such as an expression.
        """
        return number_of(self.line, self.word)


@dataclass
class Resource:
    """A resource of a script, and its fields in the order in which they are set; the last setting counts."""

    type: str
    name: str
    line: Line
    fields: dict[str, Setting] = field(default_factory=dict)


@dataclass
class Script:
    """A script: its resources by name, settings of what it does not create, and its commands."""

    path: Path
    resources: dict[str, Resource] = field(default_factory=dict)
    others: dict[str, Setting] = field(default_factory=dict)
    commands: list[Line] = field(default_factory=list)

    def of_type(self, kind: str) -> list[Resource]:
        """Return the resources of a type."""
        return [each for each in self.resources.values() if each.type == kind]


def read_script(path: Path) -> Script:
    """Read a script.

    Raises
    ------
    DataError
        If it cannot be read, or creates nothing.
    """
    script, begun = Script(path), False
    for statement in _statements(read_lines(path, KIND)):
        created, assigned = _CREATE.fullmatch(statement.text), _ASSIGNMENT.fullmatch(statement.text)
        if statement.text == _BEGIN:
            begun = True
        elif created is not None and not begun:
            for name in _names(statement, created["names"]):
                script.resources[name] = Resource(created["type"], name, statement)
        elif assigned is not None and not begun:
            _assign(script, assigned["target"], Setting(statement, assigned["value"].strip()))
        else:
            begun = True  # old scripts have commands without saying where they begin
            script.commands.append(statement)
    if not script.resources:
        raise DataError(f"{path}: the file creates no resource: expected {KIND}, with Create Spacecraft ...")
    return script


def _names(line: Line, text: str) -> list[str]:
    """Return the names that a statement creates; of an array, without its size."""
    names = re.sub(r"\[[^\]]*\]", "", text).replace(",", " ").split()
    if not names or not all(_NAME.fullmatch(name) for name in names):
        raise line.wrong(f"{clipped(line.text)!r} creates no resource with a name: expected Create TYPE NAME")
    return names


def _assign(script: Script, target: str, setting: Setting) -> None:
    name, _, path = target.partition(".")
    resource = script.resources.get(name)
    if resource is None or not path:
        script.others[target] = setting
    else:
        resource.fields[path] = setting


def _statements(lines: list[Line]) -> Iterator[Line]:
    """Give the statements of lines, without comments; one that goes on has the number of its first line."""
    held: Line | None = None
    for line in lines:
        text = _without_comment(line.text).strip()
        if held is not None:
            text, line = f"{held.text} {text}".strip(), held._replace(text="")  # noqa: PLW2901
        if text.endswith("..."):
            held = line._replace(text=text[:-3].strip())
            continue
        held = None
        for part in _split(line, text):
            yield line._replace(text=" ".join(part.split()))
    if held is not None:
        raise held.wrong("the script ends where '...' says that a statement goes on: it is cut short")


def _without_comment(text: str) -> str:
    quoted = False
    for i, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif character == "%" and not quoted:
            return text[:i]
    return text


def _split(line: Line, text: str) -> Iterator[str]:
    """Give the parts of a line between semicolons that stand in no quotes."""
    quoted, start, depth = False, 0, 0
    for i, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted and character in _OPEN:
            depth += 1
        elif not quoted and character in _CLOSE:
            depth -= 1
        elif character == ";" and not quoted and depth == 0:
            if part := text[start:i].strip():
                yield part
            start = i + 1
    if quoted or depth != 0:
        raise line.wrong(f"{clipped(text)!r}: a quote or a bracket has no other end")
    if part := text[start:].strip():
        yield part
