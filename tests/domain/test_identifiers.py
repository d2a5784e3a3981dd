"""Legal identifiers against their standards and against an independent implementation (python-stdnum)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from domain.errors import DomainError
from domain.identifiers import (
    USCC_ALPHABET,
    id_card,
    id_card_check_digit,
    normalise,
    parse,
    reg_check_digit,
    require_entity_id,
    uscc_check_digit,
)

bodies = st.builds(
    "".join,
    st.tuples(
        st.from_regex(r"[1-9][0-9]{7}", fullmatch=True),
        st.text(USCC_ALPHABET, min_size=9, max_size=9),
    ),
)
digits = st.text("0123456789", min_size=17, max_size=17)


def refusal(code: str, identifier: str) -> str:
    """Return the message with which `parse` refuses `identifier`, which must have that code."""
    with pytest.raises(DomainError) as caught:
        parse(identifier)
    assert caught.value.code == code
    return caught.value.detail


@given(bodies)
def test_the_check_character_of_a_credit_code_is_that_of_stdnum(body: str) -> None:
    """GB 32100: both sides compute the same 18th character."""
    assert uscc_check_digit(body) == uscc.calc_check_digit(body)
    assert uscc.is_valid(parse(f"uscc:{body}{uscc_check_digit(body)}").removeprefix("uscc:"))


@given(bodies, st.sampled_from(USCC_ALPHABET))
def test_a_credit_code_is_accepted_exactly_when_stdnum_accepts_it(body: str, last: str) -> None:
    """A wrong check character is refused by both."""
    try:
        parse(f"uscc:{body}{last}")
        accepted = True
    except DomainError as error:
        accepted = False
        assert error.code == "check-digit-wrong"  # noqa: PT017 - both outcomes are right for some input
    assert accepted == uscc.is_valid(body + last)


@pytest.mark.parametrize("body", ["N2469005MF0000001", "Y1469005MF0000001", "A1100000MF0000001"])
def test_registering_bodies_with_letters_are_known(body: str) -> None:
    """Village collectives (N), others (Y) and military bodies (A) begin with a letter, which stdnum does not take."""
    code = f"uscc:{body}{uscc_check_digit(body)}"
    assert parse(code) == code


@given(st.text("0123456789", min_size=14, max_size=14))
def test_the_check_digit_of_a_registration_number_is_iso_7064(first14: str) -> None:
    """GS 15-2006 takes MOD 11,10 of ISO 7064."""
    assert reg_check_digit(first14) == mod_11_10.calc_check_digit(first14)
    assert parse(f"reg:{first14}{reg_check_digit(first14)}")


@pytest.mark.parametrize(
    "number",
    [
        "110108000000016",
        "130903000004802",
        "320483000067847",
        "340100000400528",
        "370125200024527",
        "440301103072002",
        "441900001868015",
    ],
)
def test_registration_numbers_that_other_programs_test_with_hold(number: str) -> None:
    """Independent open-source checkers of GS 15-2006 share these as good numbers."""
    assert parse(f"reg:{number}") == f"reg:{number}"


def test_the_bad_registration_number_that_other_programs_test_with_is_refused() -> None:
    """The last digit of a good one, one too high."""
    refusal("check-digit-wrong", "reg:320483000067848")


@given(digits)
def test_the_check_character_of_an_id_card_is_that_of_stdnum(first17: str) -> None:
    """GB 11643: both sides compute the same 18th character."""
    assert id_card_check_digit(first17) == ric.calc_check_digit(first17 + "0")


@given(st.dates(), st.text("0123456789", min_size=4, max_size=4))
def test_an_id_card_that_stdnum_accepts_is_accepted(born: object, rest: str) -> None:
    """Stdnum also wants a known place, so one side of the equivalence suffices here."""
    first17 = f"110101{str(born).replace('-', '')}{rest}"[:17]
    number = first17 + id_card_check_digit(first17)
    assert id_card(number.lower()) == number
    wrong = first17 + ("0" if number[-1] != "0" else "1")
    assert not ric.is_valid(wrong)
    with pytest.raises(DomainError, match="check-digit-wrong"):
        id_card(wrong)


@pytest.mark.parametrize(
    "number",
    ["", "110101199003078", "11010119900230123X", "010101199003070000", "11010119900307O00X"],
)
def test_an_id_card_of_a_wrong_form_is_refused_without_being_repeated(number: str) -> None:
    """Fifteen digits, 30 February, a leading zero, a letter O."""
    with pytest.raises(DomainError) as caught:
        id_card(number)
    assert caught.value.code == "identifier-invalid"
    assert not number or number not in str(caught.value)


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "91110000600037341L",
        "tax:91110000600037341L",
        "uscc:91110000600037341",
        "uscc:0A110000600037341L",
        "uscc:9111000060003734IO",
        "reg:11010800000001",
        "reg:11010800000001X",
        "school:123456789",
        "school:12345678901",
        "uscc:91110000600037341L\n91110000600037341L",
    ],
)
def test_a_wrong_form_is_refused(identifier: str) -> None:
    """Unknown schemes, wrong lengths and characters outside the alphabet."""
    assert "/" in refusal("identifier-invalid", identifier)


def test_a_number_is_read_as_people_write_it() -> None:
    """Full-width digits, lower case, spaces and hyphens are one number."""
    assert parse("uscc: ９1110000-6000 37341l\u3000") == "uscc:91110000600037341L"
    assert parse("school:３１46 000001") == "school:3146000001"


def test_an_override_accepts_a_wrong_check_digit_and_no_wrong_form() -> None:
    """The reason of a named person stands in for the arithmetic only."""
    wrong = "uscc:911100006000373410"
    assert "911100006000373410" not in refusal("check-digit-wrong", wrong)
    assert parse(wrong, override=True) == wrong
    with pytest.raises(DomainError, match="identifier-invalid"):
        parse("uscc:9111000060003734", override=True)


def test_an_entity_id_must_stand_in_its_one_form() -> None:
    """The domain takes no second spelling of a number, and blank is no reason."""
    require_entity_id("uscc:91110000600037341L", override_reason=None)
    require_entity_id("uscc:911100006000373410", override_reason="发证机关证明")
    with pytest.raises(DomainError, match="identifier-invalid"):
        require_entity_id("uscc:91110000600037341l", override_reason=None)
    for reason in (None, "", "  "):
        with pytest.raises(DomainError, match="check-digit-wrong"):
            require_entity_id("uscc:911100006000373410", override_reason=reason)


@given(st.text())
def test_normalising_twice_changes_nothing_for_identifiers(text: str) -> None:
    """One form means one form, at least for what can be part of a number."""
    once = normalise("".join(c for c in text if c.isascii() or "\uff10" <= c <= "\uff5a"))
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("compute", "text"),
    [
        (uscc_check_digit, "9111"),
        (reg_check_digit, "1" * 15),
        (id_card_check_digit, "1" * 16 + "X"),
    ],
)
def test_a_check_digit_needs_all_the_characters_before_it(compute: object, text: str) -> None:
    """Too few, too many or foreign characters have no check digit."""
    assert callable(compute)
    with pytest.raises(DomainError, match="identifier-invalid"):
        compute(text)
