"""From arguments to options: a parser that complains in one sentence, and commands that bring their options along."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import NamedTuple, NoReturn, TypeVar

from core.cli.reporter import Reporter
from core.cli.values import Kind
from core.errors import HangaError

Help = Callable[[str], str]
Value = TypeVar("Value")


class Parser(argparse.ArgumentParser):
    """Complains in one sentence, as everything else does."""

    def error(self, message: str) -> NoReturn:
        raise HangaError("request.arguments", detail=message, command=self.prog)


class Options:
    """Adds options whose help is the sentence `cli.option.NAME`."""

    def __init__(self, command: argparse.ArgumentParser, help_of: Help) -> None:
        self._command = command
        self._help_of = help_of

    def add(self, name: str, **keywords: object) -> None:
        code = f"cli.option.{name.lstrip('-').replace('-', '_').lower()}"
        self._command.add_argument(name, help=self._help_of(code), **keywords)  # type: ignore[arg-type]

    def add_value(self, name: str, kind: Kind[Value], default: Value | None = None) -> None:
        self.add(name, type=kind.reader(name), metavar=kind.metavar, default=default)


class Command(NamedTuple):
    """What a command takes, and what it does with it."""

    add_options: Callable[[Options], None]
    carry_out: Callable[[argparse.Namespace, Reporter], None]


Commands = Mapping[str, "Command | Commands"]
"""Commands by name; a name may stand for a group of further ones."""


def no_options(options: Options) -> None:
    """None but --json, which every command has."""


def parser(commands: Commands, help_of: Help) -> Parser:
    """The parser of all commands; what it parses has a member `carry_out`. `help_of` gives the sentence of a code."""
    top = Parser(prog="hanga", description=help_of("cli.hanga"), allow_abbrev=False)
    _add_commands(top, commands, help_of, "cli")
    return top


def _add_commands(above: argparse.ArgumentParser, commands: Commands, help_of: Help, path: str) -> None:
    below = above.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for name, contents in commands.items():
        code = f"{path}.{name}".replace("-", "_")
        command = below.add_parser(name, help=help_of(code), description=help_of(code), allow_abbrev=False)
        if isinstance(contents, Command):
            contents.add_options(Options(command, help_of))
            Options(command, help_of).add("--json", action="store_true")
            command.set_defaults(carry_out=contents.carry_out)
        else:
            _add_commands(command, contents, help_of, code)
