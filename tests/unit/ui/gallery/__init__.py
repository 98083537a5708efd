"""Invented pages that show every macro, rendered as a service would."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from libs.ui.assets import Assets
from libs.ui.elements import Option, OptionGroup, Tone, stage_steps
from libs.ui.forms import Form
from libs.ui.navigation import ANONYMOUS_MENU, CITIZEN_MENU, STAFF_MENUS, NavLink
from libs.ui.pages import PageContext, Pages

PACKAGE = "tests.unit.ui.gallery"
NAMES = ("home", "register", "register-blank", "space", "queue", "confirm", "error")


@dataclass(frozen=True)
class Row:
    """One request of a list."""

    stage: int
    tone: Tone
    moved_at: datetime
    reference: str
    name: str
    centre: str


def gallery(lang: str, assets: Assets) -> dict[str, str]:
    """Render every page of the gallery in one language, by name."""
    pages = Pages(PACKAGE, assets)

    def word(key: str) -> str:
        return pages.word(lang, key)

    tones: tuple[tuple[int, Tone], ...] = ((2, "info"), (3, "wait"), (8, "good"), (7, "neutral"), (0, "bad"))
    rows = [
        Row(
            stage=stage,
            tone=tone,
            moved_at=datetime(2026, 11, 1 + stage, 9, 5, tzinfo=UTC),
            reference=f"2026-000{stage}123",
            name=word("gallery.name"),
            centre=word("gallery.city"),
        )
        for stage, tone in tones
    ]
    staff_menu = (NavLink("nav.staff_home", "/staff"), *STAFF_MENUS["central_agent"])
    space = PageContext(lang, "/space", nav=CITIZEN_MENU, signed_in=True, signed_in_as="ZZ100001")
    staff = PageContext(
        lang, "/staff/requests", nav=staff_menu, signed_in=True, signed_in_as=word("gallery.name"), staff=True
    )
    anonymous = PageContext(lang, "/register", nav=ANONYMOUS_MENU)
    return {
        "home": pages.render(PageContext(lang, "/", nav=ANONYMOUS_MENU), "home.html"),
        "register": _register(pages, anonymous, _failed_form(), word),
        "register-blank": _register(pages, anonymous, Form(), word),
        "space": _space(pages, space, rows, word),
        "queue": pages.render(staff, "queue.html", rows=rows * 3),
        "confirm": _confirm(pages, space, word),
        "error": pages.render(
            space, "error.html", title=word("error.title.404"), text=word("error.not-found"), reference="0b6f"
        ),
    }


def _space(pages: Pages, page: PageContext, rows: Sequence[Row], word: Callable[[str], str]) -> str:
    reached = {number: row.moved_at for number, row in zip((0, 1, 2, 4), rows, strict=False)}
    steps = stage_steps(4, reached, word("gallery.space.note"))
    return pages.render(page, "space.html", rows=rows, born_on=date(1983, 8, 5), steps=steps)


def _confirm(pages: Pages, page: PageContext, word: Callable[[str], str]) -> str:
    return pages.render(
        page,
        "confirm.html",
        title=word("gallery.confirm.title"),
        reference="2026-0000123",
        texts=[word("gallery.confirm.text")],
        href="/space",
    )


def _register(pages: Pages, page: PageContext, form: Form, word: Callable[[str], str]) -> str:
    return pages.render(
        page,
        "register.html",
        form=form,
        kinds=[Option(kind, word(f"identifier.{kind}")) for kind in ("cin", "birth_certificate")],
        needs=[
            Option("sign", word("gallery.register.sign")),
            Option("ramp", word("gallery.register.ramp"), word("gallery.register.ramp_hint")),
        ],
        groups=[OptionGroup(word("gallery.region"), (Option("061", word("gallery.city")),))],
    )


def _failed_form() -> Form:
    form = Form(
        {"number": "", "born_on-day": "31", "born_on-month": "2", "born_on-year": "1983", "email": "x"}
    )
    form.text("number", missing="gallery.register.number_missing")
    form.date("born_on", missing="form.error.date")
    form.email("email")
    form.choice("centre", (), missing="gallery.register.centre_missing")
    form.fail("scan", "form.error.file_size", most=10)
    form.agreed("consent", missing="gallery.register.consent_missing")
    return form
