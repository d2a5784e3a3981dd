"""Legal identifiers: read as people write them, kept in one form, checked by the arithmetic of their standards.

- `uscc:` 统一社会信用代码, 18 characters, GB 32100-2015 (weights 3^i mod 31).
- `reg:` 工商注册号, 15 digits, GS 15-2006 (ISO 7064 MOD 11,10).
- `school:` 学校（机构）标识码, 10 digits; its standard publishes no check digit.
- Chinese ID card 公民身份号码, 18 characters, GB 11643-1999 (ISO 7064 MOD 11-2). Personal: never an entity's id.

Errors name the rule and never the number, since an ID card may stand where another number was expected.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

from domain.errors import DomainError

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

REG_LENGTH = 15
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ID_CARD_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))

_FORMS = {
    # GB 32100 4.2: registering body, kind of body, six digits of GB/T 2260, nine of GB 11714, check character.
    "uscc": re.compile(rf"[1-9ANY][{USCC_ALPHABET}][0-9]{{6}}[{USCC_ALPHABET}]{{10}}"),
    "reg": re.compile(rf"[0-9]{{{REG_LENGTH}}}"),
    "school": re.compile(r"[0-9]{10}"),
}
_SHAPES = {
    "uscc": "统一社会信用代码应为 18 位 / a unified social credit code has 18 characters of its alphabet",
    "reg": "注册号应为 15 位数字 / a registration number has 15 digits",
    "school": "学校标识码应为 10 位数字 / a school code has 10 digits",
    "id-card": "身份证号码应为 18 位且出生日期真实 / an ID card number has 18 characters and a real date of birth",
}
_ID_CARD = re.compile(r"[1-9][0-9]{16}[0-9X]")
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u200b\ufeff]+")


def normalise(number: str) -> str:
    """Write a number without spaces and hyphens, in half-width capitals: ` ９１11-0000 ` → `91110000`."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", number)).upper()


def uscc_check_digit(first17: str) -> str:
    """Compute the 18th character for the first 17 of a unified social credit code (GB 32100-2015, annex A)."""
    values = [USCC_ALPHABET.find(character) for character in first17]
    if len(values) != len(_USCC_WEIGHTS) or min(values) < 0:
        raise _invalid("uscc")
    total = sum(value * weight for value, weight in zip(values, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def reg_check_digit(first14: str) -> str:
    """Compute the 15th digit for the first 14 of a registration number (GS 15-2006, annex A: ISO 7064 MOD 11,10)."""
    if not re.fullmatch(r"[0-9]{14}", first14):
        raise _invalid("reg")
    product = 10
    for digit in first14:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def id_card_check_digit(first17: str) -> str:
    """Compute the 18th character for the first 17 digits of an ID card number (GB 11643-1999: ISO 7064 MOD 11-2)."""
    if not re.fullmatch(r"[0-9]{17}", first17):
        raise _invalid("id-card")
    total = sum(
        int(digit) * weight for digit, weight in zip(first17, _ID_CARD_WEIGHTS, strict=True)
    )
    return "10X98765432"[total % 11]


@lru_cache(maxsize=1 << 15)  # an import asks for each of its rows three times
def parse(identifier: str, *, override: bool = False) -> str:
    """Read `SCHEME:NUMBER` (`uscc:`, `reg:`, `school:`) and return its one form.

    Raises DomainError `identifier-invalid` (unknown scheme or form) or `check-digit-wrong`; `override` accepts a wrong
    check digit, since real registers hold a few, but never a wrong form.
    """
    scheme, _, written = identifier.partition(":")
    form = _FORMS.get(scheme)
    if form is None:
        reason = "编号须以 uscc:、reg: 或 school: 开头 / an identifier starts with uscc:, reg: or school:"
        raise DomainError("identifier-invalid", reason)
    number = normalise(written)
    if not form.fullmatch(number):
        raise _invalid(scheme)
    if not override and not _check_digit_holds(scheme, number):
        raise _wrong_check_digit()
    return f"{scheme}:{number}"


def id_card(number: str) -> str:
    """Read an ID card number and return its one form; raises `identifier-invalid` or `check-digit-wrong`."""
    number = normalise(number)
    if not _ID_CARD.fullmatch(number) or not _is_date(number[6:14]):
        raise _invalid("id-card")
    if id_card_check_digit(number[:17]) != number[17]:
        raise _wrong_check_digit()
    return number


def require_entity_id(identifier: str, *, override_reason: str | None) -> None:
    """Refuse an id that is not in its one form; a reason, given by a named person, stands in for a right check digit."""
    override = bool(override_reason and override_reason.strip())
    if parse(identifier, override=override) != identifier:
        reason = "编号须为规范写法（半角、大写、无空格）/ write the identifier half-width, in capitals, unspaced"
        raise DomainError("identifier-invalid", reason)


def _check_digit_holds(scheme: str, number: str) -> bool:
    match scheme:
        case "uscc":
            return uscc_check_digit(number[:17]) == number[17]
        case "reg":
            return reg_check_digit(number[:14]) == number[14]
        case _:
            return True


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _invalid(scheme: str) -> DomainError:
    return DomainError("identifier-invalid", _SHAPES[scheme])


def _wrong_check_digit() -> DomainError:
    return DomainError(
        "check-digit-wrong",
        "校验位不符，请核对证照 / the check digit does not fit: look at the certificate",
    )
