"""What English calls months and places in a row; not from the locale, which may speak another language."""

MONTHS = tuple("January February March April May June July August September October November December".split())
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
MONTH_NUMBERS = (
    {name.casefold(): number for number, name in enumerate(MONTHS, 1)}
    | {name[:3].casefold(): number for number, name in enumerate(MONTHS, 1)}
    | {"sept": 9}
)
"""By full names, in their order, then by the first three letters; September by four as well."""
