"""Tokens and windows: the ids of the published vocabulary, and where a long prompt is cut."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import ModuleSpec
from itertools import accumulate, chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from open_clip.tokenizer import SimpleTokenizer

from core.conditioning.tokens import (
    BOS,
    CAPACITY,
    COMMA,
    COMMA_REACH,
    EOS,
    PROMPT_LIMIT,
    TokenizedPrompt,
    Window,
    count_tokens,
    pad_together,
    tokenize,
    vocabulary_file,
)
from core.errors import HangaError

OPEN_CLIP = SimpleTokenizer()
CAT = 2368


def lengths(prompt: str) -> list[int]:
    return [len(window.ids) for window in tokenize(prompt).windows]


def all_ids(prompt: TokenizedPrompt) -> list[int]:
    return [token for window in prompt.windows for token in window.ids]


@pytest.mark.parametrize(
    "text",
    [
        "a photo of an astronaut riding a horse on mars, 8k!!! highly-detailed... it's he'll",
        "über naïve café",
        "cafe\u0301",
        "東京タワー、浮世絵",
        "🐱🎨 cats",
        "x" * 300,
        " \n\tcat \u00a0 dog",
        "İstanbul ΣΑΣ",
        "100% 3.14 e=mc2",
    ],
)
def test_ids_are_those_of_open_clip(text: str) -> None:
    assert all_ids(tokenize(text)) == OPEN_CLIP.encode(text)


@given(st.text(alphabet="abcdefgHIJK 0123456789,.;:!?'-+*/=#@\n", max_size=60))
def test_ids_of_ordinary_text_are_those_of_open_clip(text: str) -> None:
    assert all_ids(tokenize(text)) == OPEN_CLIP.encode(text)


def test_control_words_are_plain_text() -> None:
    assert not {BOS, EOS} & set(all_ids(tokenize("<|startoftext|> cat <|endoftext|>")))


def test_the_comma_is_the_comma() -> None:
    assert tokenize(",").windows == (Window((COMMA,), (1.0,)),)


def test_a_window_for_each_tower() -> None:
    (window,) = tokenize("cat").windows
    assert window.for_tower(0) == (BOS, CAT, EOS, *[0] * 74)
    assert window.for_tower(EOS) == (BOS, CAT, EOS, *[EOS] * 74)
    assert Window().for_tower(0) == (BOS, EOS, *[0] * 75)


def test_weights_follow_the_words() -> None:
    (window,) = tokenize("a (cat:1.3)").windows
    assert window.position_weights() == (1.0, 1.0, 1.3, *[1.0] * 74)


@pytest.mark.parametrize("blank", ["", "   ", "()", "[[]]"])
def test_a_blank_prompt_is_one_empty_window(blank: str) -> None:
    assert tokenize(blank) == TokenizedPrompt((Window(),))
    assert tokenize(blank).empty


def test_a_full_window_holds_75_words() -> None:
    assert lengths("cat " * 75) == [75]
    assert lengths("cat " * 76) == [75, 1]


def test_cuts_after_a_near_comma() -> None:
    assert lengths("cat " * 60 + ", " + "dog " * 15) == [61, 15]


def test_a_far_comma_does_not_matter() -> None:
    assert lengths("cat " * (CAPACITY - COMMA_REACH - 2) + ", " + "dog " * 30) == [75, 9]


def test_a_comma_that_does_not_fit_goes_on_alone() -> None:
    assert lengths("cat " * 60 + ", " + "dog " * 14 + ", cat") == [75, 2]


def test_the_last_comma_counts_after_what_was_carried_over() -> None:
    assert lengths("cat " * 60 + ", " + "dog " * 89) == [61, 75, 14]


def test_does_not_split_a_word() -> None:
    assert len(all_ids(tokenize("pneumonoultra"))) == 4
    assert lengths("cat " * 73 + "pneumonoultra") == [73, 4]


def test_carries_over_before_a_word_that_fills_a_window() -> None:
    assert lengths("cat " * 60 + ", " + "dog " * 10 + "!?" * 140)[:2] == [61, 10]


def test_a_word_longer_than_a_window_is_cut() -> None:
    ids = all_ids(tokenize("日本" * 100))
    assert len(ids) > CAPACITY
    assert lengths("日本" * 100)[0] == CAPACITY


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("cat BREAK cat cat", [1, 2]),
        ("(cat BREAK cat:1.2)", [1, 1]),
        ("cat BREAK BREAK cat", [1, 0, 1]),
        ("BREAK cat", [0, 1]),
        ("cat BREAK", [1]),
        ("BREAK", [0]),
        ("cat " * 76 + "BREAK cat", [75, 1, 1]),
    ],
)
def test_break_starts_a_window(prompt: str, expected: list[int]) -> None:
    assert lengths(prompt) == expected


@given(st.text(alphabet="ab, ()[]:1日BREAK\n") | st.text())
def test_any_prompt_fits_its_windows(text: str) -> None:
    prompt = tokenize(text)
    assert prompt.windows
    assert all(len(window.ids) == len(window.weights) <= CAPACITY for window in prompt.windows)


@given(st.lists(st.sampled_from(["cat", ",", "pneumonoultra", "!?!?"]), max_size=200))
def test_no_word_is_lost_or_split(words: list[str]) -> None:
    ids = [OPEN_CLIP.encode(word) for word in words]
    assert all_ids(tokenize(" ".join(words))) == list(chain.from_iterable(ids))
    ends = set(accumulate(lengths(" ".join(words))))
    assert ends <= {0, *accumulate(map(len, ids))}


def test_prompts_grow_to_the_longest() -> None:
    short, long = pad_together(tokenize("cat"), tokenize("cat BREAK dog BREAK bird"))
    assert short.windows == (Window((CAT,), (1.0,)), Window(), Window())
    assert len(long.windows) == 3


def test_a_token_count_ignores_the_notation() -> None:
    assert count_tokens("a (cat:1.3) BREAK sat") == 3


def test_refuses_a_prompt_over_the_limit() -> None:
    assert count_tokens("é" * (PROMPT_LIMIT // 2)) > 0
    with pytest.raises(HangaError) as caught:
        tokenize("é" * (PROMPT_LIMIT // 2) + "x")
    assert caught.value.code == "request.prompt_too_long"
    assert caught.value.data == {"size": PROMPT_LIMIT + 1, "limit": PROMPT_LIMIT}


def test_says_that_the_vocabulary_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    incomplete = ModuleSpec("open_clip", None, is_package=True)
    incomplete.submodule_search_locations = [str(tmp_path)]
    for spec in (None, incomplete):
        monkeypatch.setattr("core.conditioning.tokens.find_spec", lambda name, spec=spec: spec)
        with pytest.raises(HangaError, match="vocabulary_missing"):
            vocabulary_file()


def test_reads_what_is_no_character() -> None:
    assert tokenize("cat \ud800") == tokenize("cat ?")


def test_counts_without_torch() -> None:
    code = (
        "import sys; from core.conditioning.tokens import count_tokens as n; print(n('a cat'), 'torch' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert result.stdout == "2 False\n"
