"""Phone numbers, by which recipients are known."""

import phonenumbers


def e164(text: str) -> str:
    """Return a number in E.164, read as French where no country is written.

    A number must have a length its country uses; whether its range is in service is not asked,
    for ranges open faster than any list of them (and 06 39 98, kept for fiction, is on none).

    >>> e164("06 39 98 00 01")
    '+33639980001'

    Raises ValueError.
    """
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"not a phone number: {text}") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"not the length of a phone number: {text}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def national(number: str) -> str:
    """Write a number in E.164 as it is dialled at home, abroad's with its country.

    >>> national("+33639980001")
    '06 39 98 00 01'
    >>> national("+442079460958")
    '+44 20 7946 0958'
    """
    parsed = phonenumbers.parse(number)
    is_french = parsed.country_code == phonenumbers.country_code_for_region("FR")
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if is_french else form.INTERNATIONAL)
