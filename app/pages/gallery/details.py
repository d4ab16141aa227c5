"""Details: one picture, what the artist thinks of it, how it was made and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.atelier import Atelier
from app.look.metrics import APART, GROUP, NEAR, PICTURE_RADIUS
from app.pages.gallery.about import About
from app.pages.gallery.lineage_strip import LineageStrip
from app.pages.gallery.recipe import Recipe
from app.widgets.buttons import TextButton
from app.widgets.painting import painting
from app.widgets.rating_stars import Rating
from app.widgets.tag_editor import TagEditor
from app.widgets.words import Words

WIDTH: Final = 288
PICTURE: Final = 230
"""Greatest height of the picture."""

USE, COPY_PROMPT, SHOW_IN_FOLDER, REFINE = "use", "copy_prompt", "folder", "refine"


class Details(QScrollArea):
    """`asked` carries what is to be done with the picture: one of the words above."""

    asked = Signal(str)
    rated = Signal(int)
    rejected = Signal(bool)
    tagged = Signal(str)
    untagged = Signal(str)
    relative_chosen = Signal(object)

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier = atelier
        self.about: About | None = None
        self.setObjectName("gallery.details")
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.picture = SmallPicture(atelier)
        self.rating = Rating(atelier, "gallery.rating")
        self.tags = TagEditor(atelier, "gallery.tags")
        self.recipe = Recipe(atelier)
        self.lineage = LineageStrip(atelier)
        self.buttons = {
            USE: TextButton(atelier, "gallery.use", "window_gallery.use", "action"),
            REFINE: TextButton(atelier, "gallery.refine_later", "window_gallery.refine_later", "outlined"),
            COPY_PROMPT: TextButton(atelier, "gallery.copy_prompt", "window_gallery.copy_prompt", "outlined"),
            SHOW_IN_FOLDER: TextButton(atelier, "gallery.folder", "window_gallery.folder", "outlined"),
        }
        self._empty = Words(atelier, "window_gallery.details.none", "dim")
        self._all = QWidget()
        self._lay_out()
        self._connect()
        self.show_nothing()
        atelier.language.follow(self._say)

    def show_nothing(self) -> None:
        self.about = None
        self._all.hide()
        self._empty.show()

    def show_picture(self, about: About, thumbnail: QImage | None) -> None:
        """All that is known of it. A sharper image may follow with `picture.show_image`."""
        same = self.about is not None and self.about.picture.digest == about.picture.digest
        self.about = about
        if not same:
            self.picture.show_image(thumbnail or QImage())
        picture = about.picture
        self.rating.set_rating(picture.rating, rejected=picture.rejected)
        if list(picture.tags) != self.tags.tags:
            self.tags.set_tags(picture.tags)
        self.recipe.show_picture(about)
        self.lineage.show_picture(about)
        self.buttons[USE].setEnabled(picture.request is not None)
        self.buttons[COPY_PROMPT].setEnabled(bool(picture.prompt))
        self.buttons[REFINE].setEnabled(about.record is not None)
        self._empty.hide()
        self._all.show()

    def set_known_tags(self, tags: Iterable[str]) -> None:
        self.tags.set_known(tags)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._all)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(APART)
        for widget in (self.picture, self.rating, self.recipe, self.tags, self.lineage):
            column.addWidget(widget)
        buttons = QVBoxLayout()
        buttons.setSpacing(NEAR)
        for button in self.buttons.values():
            buttons.addWidget(button)
        column.addLayout(buttons)
        inside = QWidget()
        inside.setProperty("role", "panel")
        outer = QVBoxLayout(inside)
        outer.setContentsMargins(GROUP, GROUP, GROUP, GROUP)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        outer.addWidget(self._empty)
        outer.addWidget(self._all)
        outer.addStretch()
        self.setWidget(inside)

    def _connect(self) -> None:
        self.rating.rated.connect(self.rated)
        self.rating.rejected.connect(self.rejected)
        self.tags.tags_changed.connect(self._tags_changed)
        self.lineage.chosen.connect(self.relative_chosen)
        for name, button in self.buttons.items():
            button.clicked.connect(lambda _, name=name: self.asked.emit(name))

    def _tags_changed(self, tags: list[str]) -> None:
        known = set() if self.about is None else set(self.about.picture.tags)
        for tag in (tag for tag in tags if tag not in known):
            self.tagged.emit(tag)
        for tag in known - set(tags):
            self.untagged.emit(tag)

    def _say(self) -> None:
        self.setAccessibleName(self._atelier.language.say("window_gallery.details.name"))


class SmallPicture(QWidget):
    """A picture in its shape, as wide as there is room."""

    def __init__(self, atelier: Atelier) -> None:
        super().__init__()
        self._atelier, self._image = atelier, QImage()

    def show_image(self, image: QImage) -> None:
        self._image = image
        width = WIDTH - 2 * GROUP
        high = width * image.height() / max(image.width(), 1) if not image.isNull() else width * 0.6
        self.setFixedHeight(round(min(max(high, 60), PICTURE)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 2 * GROUP, PICTURE)

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            if self._image.isNull():
                painter.fillRect(self.rect(), QColor(self._atelier.look.tokens.card))
                return
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF((self.width() - size.width()) / 2, 0, size.width(), size.height())
            shape = QPainterPath()
            shape.addRoundedRect(place, PICTURE_RADIUS, PICTURE_RADIUS)
            painter.setClipPath(shape)
            painter.drawImage(place, self._image)
