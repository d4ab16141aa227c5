"""Every control of the window in its states, for the sheet of widgets and for the tests that walk over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, islice

from PySide6.QtCore import QMimeData, QRectF, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.widgets.aesthetic_dial import AestheticDial
from app.widgets.aspect_picker import AspectPicker
from app.widgets.buttons import IconButton, TextButton
from app.widgets.choice import Choice, Option
from app.widgets.cost_line import FITS, STREAMS, TOO_LARGE, UNKNOWN, Cost, CostLine
from app.widgets.crop_pad import CropPad
from app.widgets.fold import Fold
from app.widgets.hand_over import HandOver
from app.widgets.imagined_size import ORIGINALS, TARGETS, ImaginedSize
from app.widgets.miniature import poster
from app.widgets.notice_bar import DONE, WARNING, NoticeBar
from app.widgets.number_field import NumberField
from app.widgets.picture_canvas import PictureCanvas
from app.widgets.picture_grid import PictureGrid
from app.widgets.picture_model import PictureRow
from app.widgets.prompt_editor import PromptEditor
from app.widgets.rating_stars import Rating
from app.widgets.seed_field import SeedField
from app.widgets.shape_sheet import ShapeSheet
from app.widgets.span_field import SpanField
from app.widgets.stage_bar import Moment, StageBar
from app.widgets.stage_strip import Span
from app.widgets.tag_editor import TagEditor
from app.widgets.token_meter import TokenCount

PROMPT = (
    "a (red lighthouse:1.2) on a cliff at sunset, calm sea, woodblock print, bold flat colours "
    "<lora:shin-hanga:0.7> __weather__ BREAK 夕暮れの灯台"
)

SPANS = [Span(*each) for each in (("load", 2), ("encode", 1), ("base", 20), ("swap", 1), ("refiner", 5), ("decode", 2))]

Make = Callable[[Atelier], QWidget]

GIGABYTE = 1024**3


def panel_width() -> dict[str, Make]:
    """Controls of the side panel, by name."""
    return {
        "prompt": prompt,
        "prompt-empty": lambda atelier: PromptEditor(atelier, "negative", "window.negative", lines=2),
        "aspect": AspectPicker,
        "hand-over": hand_over,
        "hand-over-off": hand_over_off,
        "numbers": numbers,
        "numbers-off": numbers_off,
        "seed": seed,
        "sampler": sampler,
        "fold": fold,
        "buttons": buttons,
        "costs": costs,
        "framing": framing,
        "dials": dials,
        "rating": rating,
        "tags": tags,
    }


def window_width() -> dict[str, Make]:
    """Controls that take the rest of the window."""
    return {
        "canvas": canvas,
        "canvas-preview": preview,
        "stages": stages,
        "notices": notices,
        "grid": grid,
        "shapes": shapes,
    }


def every() -> dict[str, Make]:
    return panel_width() | window_width()


def count_words(text: str) -> TokenCount:
    """A stand-in for a tokenizer: words, twelve to a window."""
    starts = [index for index, character in enumerate(text) if index == 0 or text[index - 1] == " " != character]
    return TokenCount(
        tokens=tuple(6 * len(starts[at : at + 12]) for at in range(0, max(len(starts), 1), 12)),
        boundaries=tuple(starts[12::12]),
    )


def prompt(atelier: Atelier) -> QWidget:
    editor = PromptEditor(atelier, "prompt", "window.prompt", count_words)
    editor.history.set_prompts(["a fox in the snow", PROMPT])
    editor.set_text(PROMPT)
    editor.set_counter(count_words)
    return editor


def hand_over(atelier: Atelier) -> QWidget:
    return HandOver(atelier)


def hand_over_off(atelier: Atelier) -> QWidget:
    control = HandOver(atelier, "handoff_off")
    control.set_refined(False)
    return control


def numbers(atelier: Atelier) -> QWidget:
    steps = NumberField(atelier, "steps", "window.steps", 1, 60, hard=1000)
    steps.set_value(25)
    guidance = NumberField(atelier, "guidance", "window.guidance", 1, 15, 0.1, help_shown=False)
    guidance.set_value(5.5)
    return stacked(steps, guidance)


def numbers_off(atelier: Atelier) -> QWidget:
    merged = NumberField(
        atelier, "merge_tokens", "window_create.merge_tokens", 0, 75, unit=" %", least_code="window_create.faster.off"
    )
    guided = SpanField(atelier, "guided", "window_create.guided")
    guided.set_span(0.1, 0.8)
    return stacked(merged, guided)


def seed(atelier: Atelier) -> QWidget:
    free, held = SeedField(atelier, "seed"), SeedField(atelier, "seed_held")
    held.set_picture_seed(1234567)
    held.set_seed(7)
    return stacked(free, held)


def sampler(atelier: Atelier) -> QWidget:
    options = [
        Option(value, words, f"window.sampler.{value}")
        for value, words in (("dpmpp_2m", "DPM++ 2M"), ("euler", "Euler"), ("euler_ancestral", "Euler a"))
    ]
    return Choice(atelier, "sampler", "window.sampler.name", options)


def fold(atelier: Atelier) -> QWidget:
    folded = Fold(atelier, "framing", "window.framing.name", QWidget())
    folded.set_summary(atelier.language.say("window.framing.as_trained"))
    inside = NumberField(atelier, "inside", "window.steps", 1, 60)
    opened = Fold(atelier, "framing_open", "window.framing.name", inside)
    opened.set_open(True)
    return stacked(folded, opened)


def buttons(atelier: Atelier) -> QWidget:
    row, holder = QHBoxLayout(), QWidget()
    row.setContentsMargins(0, 0, 0, 0)
    for role in ("", "outlined", "chip"):
        row.addWidget(TextButton(atelier, f"button_{role}", "window.notice.undo", role))
    chip = TextButton(atelier, "button_checked", "window.rating.reject", "chip")
    chip.setCheckable(True)
    chip.setChecked(True)
    row.addWidget(chip)
    row.addWidget(IconButton(atelier, "button_icon", "settings", "window.shape.swap"))
    row.addStretch()
    holder.setLayout(row)
    action = TextButton(atelier, "button_action", "window.stages.cancel", "action")
    pale = TextButton(atelier, "button_disabled", "window.stages.cancel", "action")
    pale.setEnabled(False)
    return stacked(holder, action, pale)


def costs(atelier: Atelier) -> QWidget:
    lines = []
    for number, verdict in enumerate((FITS, STREAMS, TOO_LARGE, UNKNOWN)):
        line = CostLine(atelier, f"cost_{verdict}")
        known = verdict != UNKNOWN
        line.show_cost(
            Cost(
                verdict=verdict,
                pictures=1 + 3 * number,
                seconds=(14.0 * 9**number) if known else None,
                need=round(6.1 * (1 + number) * GIGABYTE),
                have=8 * GIGABYTE if known else 0,
            )
        )
        lines.append(line)
    return stacked(*lines)


def framing(atelier: Atelier) -> QWidget:
    original = ImaginedSize(atelier, "original", "window.original", ORIGINALS)
    target = ImaginedSize(atelier, "target", "window.target", TARGETS)
    target.set_imagined((512, 512))
    crop = CropPad(atelier)
    crop.set_crop(128, 256)
    return stacked(original, target, crop)


def dials(atelier: Atelier) -> QWidget:
    holder, row = QWidget(), QHBoxLayout()
    for score in (2.5, 6.0, 9.4):
        dial = AestheticDial(atelier, f"aesthetic_{score}", "window.aesthetic")
        dial.set_score(score)
        row.addWidget(dial)
    dial.setEnabled(False)
    row.addStretch()
    holder.setLayout(row)
    return holder


def rating(atelier: Atelier) -> QWidget:
    four, none = Rating(atelier, "rating"), Rating(atelier, "rating_rejected")
    four.set_rating(4)
    none.set_rating(0, rejected=True)
    return stacked(four, none)


def tags(atelier: Atelier) -> QWidget:
    editor = TagEditor(atelier)
    editor.set_tags(["lighthouse", "night", "print", "sea", "ミカへ"])
    return editor


def canvas(atelier: Atelier) -> QWidget:
    shown = PictureCanvas(atelier)
    size = QSize(1152, 896)
    shown.compare(poster(size, detail=0.08), poster(size), ("base, step 20", "refined, step 25"))
    shown.setFixedHeight(360)
    return shown


def preview(atelier: Atelier) -> QWidget:
    shown = PictureCanvas(atelier, "canvas_preview")
    small = poster(QSize(36, 28)).convertToFormat(QImage.Format.Format_RGB888)
    rows = bytes(small.constBits())
    pixels = b"".join(rows[y * small.bytesPerLine() :][: 3 * small.width()] for y in range(small.height()))
    shown.show_preview(pixels, small.width(), small.height(), QSize(1152, 896))
    shown.setFixedHeight(220)
    return shown


def stages(atelier: Atelier) -> QWidget:
    bars = []
    for stage, share, index in (("refiner", 0.4, 1), ("load", 0.5, 0)):
        bar = StageBar(atelier, f"stages_{stage}")
        bar.set_spans([*SPANS, Span("save", 0.5)])
        bar.show_moment(Moment(stage=stage, share=share, index=index, count=4, picture_left=3, all_left=29))
        bars.append(bar)
    return stacked(*bars)


def notices(atelier: Atelier) -> QWidget:
    done, warning = NoticeBar(atelier, "notice"), NoticeBar(atelier, "notice_warning")
    done.tell(atelier.language.say("window.prompt.history_help"), DONE, undo=lambda: None)
    warning.tell(atelier.language.say("window.prompt.cut", limit=64), WARNING)
    return stacked(done, warning)


def grid(atelier: Atelier) -> QWidget:
    shown = PictureGrid(atelier, "grid", lambda wanted: None, lambda identities: QMimeData())
    rows = list(pictures(40))
    shown.pictures.set_rows(rows)
    for row in rows[:24]:
        size = QSize(row.width, row.height) / 4
        shown.pictures.deliver(row.identity, poster(size, QRectF(0, 0, 1, 1)))
    for number in (1, 2, 5):
        index = shown.pictures.index(number)
        shown.selectionModel().select(index, shown.selectionModel().SelectionFlag.Select)
    shown.setFixedHeight(420)
    return shown


def pictures(count: int) -> Iterator[PictureRow]:
    shapes = cycle([(1152, 896), (1024, 1024), (832, 1216), (1344, 768), (896, 1152), (640, 1536), (1536, 640)])
    for number, (width, height) in enumerate(islice(shapes, count)):
        yield PictureRow(f"p{number}", width, height, number % 6, number % 9 == 7, f"picture {number + 1}")


def shapes(atelier: Atelier) -> QWidget:
    picker = AspectPicker(atelier, "shape_in_sheet")
    sheet: ShapeSheet = picker.sheet()
    picker.setParent(sheet)
    picker.hide()
    sheet.setFixedHeight(420)
    return sheet


def stacked(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        column.addWidget(widget)
    return holder
