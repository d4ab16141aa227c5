"""Words into numbers: the CLIP vocabulary, and windows of 77 tokens.

Both text towers share one byte-pair vocabulary (the file that comes with open_clip; its format: one merge per line,
most frequent first). Text is brought to NFC and lower case and nothing else, so that one prompt has the same tokens
in both towers; open_clip alone would also repair mis-decoded text and HTML entities. The control words
`<|startoftext|>` and `<|endoftext|>` are plain text in a prompt.

A tower reads windows of 75 tokens between a start and an end token. A prompt that is longer goes on in the next
window, and is cut (1) at its `BREAK`s, (2) after a comma, if one lies within the last `COMMA_REACH` tokens, (3) else
before the word that does not fit. Only a word longer than a whole window is cut inside.

No torch and no open_clip is imported here: the window counts tokens while the artist types.
"""

from __future__ import annotations

import functools
import gzip
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split

from core.conditioning.syntax import Span, parse
from core.errors import HangaError
from core.request import PROMPT_LIMIT as PROMPT_LIMIT

BOS = 49406
EOS = 49407
COMMA = 267
"""A comma that stands alone; glued to other punctuation it is part of another token."""

WINDOW = 77
CAPACITY = WINDOW - 2
"""Prompt tokens in one window; the start and the end token take the other two places."""

COMMA_REACH = 20
_MERGES = 49408 - 2 * 256 - 2
"""Merges in the vocabulary: all tokens but the bytes, the bytes that end a word, and the two control words."""

_WORD = r"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"


@dataclass(frozen=True, slots=True)
class Window:
    """Up to 75 prompt tokens and what each weighs, without start, end and padding."""

    ids: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()

    def for_tower(self, pad_id: int) -> tuple[int, ...]:
        """All 77 ids, padded with the id that the tower was trained on."""
        return (BOS, *self.ids, EOS, *[pad_id] * (CAPACITY - len(self.ids)))

    def position_weights(self) -> tuple[float, ...]:
        """All 77 weights; start, end and padding weigh 1."""
        return (1.0, *self.weights, *[1.0] * (WINDOW - 1 - len(self.ids)))


@dataclass(frozen=True, slots=True)
class TokenizedPrompt:
    """A prompt as the windows that a tower reads one after the other; at least one."""

    windows: tuple[Window, ...]

    @property
    def empty(self) -> bool:
        """Whether there is no word in it."""
        return not any(window.ids for window in self.windows)

    def padded(self, count: int) -> TokenizedPrompt:
        """The same prompt with windows of the empty prompt appended, so that there are at least `count`."""
        return TokenizedPrompt(self.windows + (Window(),) * (count - len(self.windows)))


def tokenize(prompt: str) -> TokenizedPrompt:
    """Read the emphasis syntax, then the words.

    Raises HangaError `request.prompt_too_long` (size, limit in bytes).
    """
    size = len(prompt.encode("utf-8", "replace"))
    if size > PROMPT_LIMIT:
        raise HangaError("request.prompt_too_long", size=size, limit=PROMPT_LIMIT)
    *sections, last = (_windows(section) for section in parse(prompt))
    cut = [window for section in sections for window in section or [Window()]]
    return TokenizedPrompt(tuple(cut + last) or (Window(),))


def count_tokens(text: str) -> int:
    """How many tokens `text` takes of the 75 in each window, syntax left out. Raises as `tokenize`."""
    return sum(len(window.ids) for window in tokenize(text).windows)


def pad_together(*prompts: TokenizedPrompt) -> tuple[TokenizedPrompt, ...]:
    """The prompts, all with as many windows as the longest has."""
    count = max(len(prompt.windows) for prompt in prompts)
    return tuple(prompt.padded(count) for prompt in prompts)


@dataclass(slots=True)
class _Filling:
    """A window that is being filled."""

    ids: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    after_comma: int = 0
    """Tokens up to and including the last comma."""

    def add(self, ids: list[int], weight: float) -> None:
        self.ids += ids
        self.weights += [weight] * len(ids)
        if ids == [COMMA]:
            self.after_comma = len(self.ids)

    def cut(self, next_ids: list[int]) -> tuple[Window, _Filling]:
        """The finished window, and the next one with what is carried over to it."""
        end = len(self.ids)
        if next_ids != [COMMA] and self.after_comma and end - self.after_comma <= COMMA_REACH:
            end = self.after_comma
        return Window(tuple(self.ids[:end]), tuple(self.weights[:end])), _Filling(self.ids[end:], self.weights[end:])


def _windows(section: tuple[Span, ...]) -> list[Window]:
    finished: list[Window] = []
    filling = _Filling()
    for ids, weight in _words(section):
        while len(filling.ids) + len(ids) > CAPACITY:
            window, filling = filling.cut(ids)
            finished.append(window)
        filling.add(ids, weight)
    return finished + ([Window(tuple(filling.ids), tuple(filling.weights))] if filling.ids else [])


def _words(section: tuple[Span, ...]) -> Iterator[tuple[list[int], float]]:
    """The token ids of each word with its weight; a word longer than a window comes in pieces."""
    for span in section:
        for word in _encode(span.text):
            for start in range(0, len(word), CAPACITY):
                yield word[start : start + CAPACITY], span.weight


def _encode(text: str) -> list[list[int]]:
    """Token ids of each word of `text`. What is no character (a lone surrogate) reads as a question mark."""
    clean = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8")).lower()
    encoding = _tokenizer().encode(clean)
    words: list[list[int]] = []
    previous = None
    for token, word in zip(encoding.ids, encoding.word_ids, strict=True):
        if word != previous:
            words.append([])
        words[-1].append(token)
        previous = word
    return words


@functools.cache
def _tokenizer() -> Tokenizer:
    merges = _merges()
    symbols = _byte_symbols()
    tokens = [*symbols, *(symbol + "</w>" for symbol in symbols), *map("".join, merges)]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(BPE(vocabulary, merges, end_of_word_suffix="</w>"))
    split = Split(Regex(_WORD), behavior="removed", invert=True)
    tokenizer.pre_tokenizer = Sequence([split, ByteLevel(add_prefix_space=False, use_regex=False)])
    return tokenizer


def _merges() -> list[tuple[str, str]]:
    """Pairs of symbols to join, most frequent first. The first line of the file is its version."""
    with gzip.open(vocabulary_file(), "rt", encoding="utf-8") as lines:
        next(lines)
        pairs = (line.split() for line, _ in zip(lines, range(_MERGES), strict=False))
        return [(left, right) for left, right in pairs]


def vocabulary_file() -> Path:
    """The byte-pair vocabulary inside the installed open_clip, found without importing open_clip.

    Raises HangaError `engine.vocabulary_missing` where the installation is incomplete.
    """
    package = find_spec("open_clip")
    folders = package.submodule_search_locations if package else None
    for folder in folders or []:
        if (file := Path(folder) / "bpe_simple_vocab_16e6.txt.gz").is_file():
            return file
    raise HangaError("engine.vocabulary_missing")


def _byte_symbols() -> list[str]:
    """One visible character for each byte, in the order of the vocabulary: printable bytes stand for themselves and
    come first, the others are moved above U+0100."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    hidden = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(0x100 + number) for number in range(len(hidden))]
