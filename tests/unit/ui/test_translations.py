from itertools import chain
from pathlib import Path

import pytest

from libs.chassis.web.errors import CHASSIS_SLUGS
from libs.contracts.certificates import CertificateStatus
from libs.contracts.people import IdentifierKind, Role, Sex
from libs.contracts.requests import Category, Degree, Duration
from libs.ui.navigation import STAFF_MENUS
from libs.ui.pages import Pages
from libs.ui.translations import MissingWordsError, load_translations
from libs.ui.translations_check import problems_of, used_in_code, used_in_templates
from tests.unit.ui.gallery import PACKAGE


def _shared_keys() -> list[str]:
    families = {
        "status": CertificateStatus,
        "identifier": IdentifierKind,
        "role": Role,
        "sex": Sex,
        "category": Category,
        "degree": Degree,
        "duration": Duration,
        "stage": range(9),
        "error": CHASSIS_SLUGS,
    }
    return list(
        chain.from_iterable([f"{name}.{value}" for value in values] for name, values in families.items())
    )


def test_every_shared_value_has_words_in_both_languages() -> None:
    assert problems_of("libs.ui", more_keys=_shared_keys()) == []


def test_every_word_of_the_gallery_exists() -> None:
    assert problems_of(PACKAGE) == []


def test_every_staff_role_has_a_menu() -> None:
    assert set(STAFF_MENUS) == set(Role) - {Role.APPLICANT, Role.REPRESENTATIVE, Role.PARTNER}


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "لا طلبات"),
        (1, "طلب واحد"),
        (2, "طلبان"),
        (3, "3 طلبات"),
        (11, "11 طلباً"),
        (100, "100 طلب"),
        (103, "103 طلبات"),
    ],
)
def test_arabic_counts_in_six_forms(count: int, words: str) -> None:
    translations = load_translations("libs.ui", "ar")
    form = translations.ngettext("count.requests", "count.requests", count)
    assert form % {"num": count} == words


@pytest.mark.parametrize(("count", "words"), [(0, "0 demande"), (1, "1 demande"), (2, "2 demandes")])
def test_french_counts_nothing_in_the_singular(count: int, words: str) -> None:
    translations = load_translations("libs.ui", "fr")
    assert translations.ngettext("count.requests", "count.requests", count) % {"num": count} == words


def test_a_key_of_nobody_raises() -> None:
    with pytest.raises(MissingWordsError):
        Pages("libs.ui").word("ar", "no.such.key")


def test_a_package_that_does_not_exist_is_told() -> None:
    with pytest.raises(ModuleNotFoundError):
        load_translations("services.nowhere", "ar")


HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "invented_service"
    for part in ("templates", "translations"):
        (folder / part).mkdir(parents=True)
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_the_check_tells_missing_untranslated_and_differing_words(service: Path) -> None:
    arabic = 'msgid "a.b"\nmsgstr "%(name)s"\n\nmsgid "a.c"\nmsgstr ""\n\nmsgid "a.d"\nmsgstr "د"\n'
    french = 'msgid "a.b"\nmsgstr "%(nom)s"\n\nmsgid "a.c"\nmsgstr "c"\n'
    (service / "translations" / "ar.po").write_text(HEADER + arabic, encoding="utf-8")
    (service / "translations" / "fr.po").write_text(HEADER + french, encoding="utf-8")
    (service / "templates" / "page.html").write_text(
        '{{ _("a.x" if y else "a.b") }}{{ _("z." ~ n) }}', encoding="utf-8"
    )
    assert problems_of("invented_service") == [
        "ar: a.x is used and has no words",
        "ar: z.* is used and has no words",
        "fr: a.x is used and has no words",
        "fr: z.* is used and has no words",
        "ar: a.c is not translated",
        "a.b: the languages take different placeholders",
        "fr: a.d is missing",
    ]


def test_keys_are_found_in_code_that_calls_forms(service: Path) -> None:
    calls = (
        'form.text("n", missing="a.missing")',
        'form.fail("n", "a.failed")',
        'pages.word("ar", "a.word")',
    )
    (service / "pages.py").write_text("\n".join((*calls, 'NavLink("nav.x", "/")')), encoding="utf-8")
    assert set(used_in_code(service)) == {"a.missing", "a.failed", "a.word", "nav.x"}


def test_keys_are_found_in_counted_messages(service: Path) -> None:
    (service / "templates" / "mail.txt").write_text('{{ ngettext("n.one", "n.one", 3) }}', encoding="utf-8")
    assert list(used_in_templates(service / "templates")) == ["n.one"]
