"""Covering arrays: eight runs in which any two fields are, somewhere, both, singly and not left out.

The rows that have a field make a set of four; all sets hold row 0, no two are alike. So any two meet (in row
0), neither holds the other (equal size), and together they leave a row free (at most seven of eight). That
is Kleitman's and Spencer's construction: eight rows carry as many fields as there are threes among seven.
"""

import random
from collections.abc import Sequence
from itertools import combinations, count
from math import comb

ROWS = 8
IN_EACH = 4
MOST_IN_EIGHT = comb(ROWS - 1, IN_EACH - 1)


def covering_rows[T](fields: Sequence[T], seed: str, others: Sequence[T] = ()) -> list[list[T]]:
    """Subsets of the fields, eight for up to 35 of them and a few more beyond; `seed` says which is where.

    The `others` are spread over the same rows; two of them may always come together.
    """
    many = next(rows for rows in count(ROWS) if comb(rows - 1, IN_EACH - 1) >= len(fields))
    columns = [(0, *rest) for rest in combinations(range(1, many), IN_EACH - 1)]
    random.Random(seed).shuffle(columns)
    rows: list[list[T]] = [[] for _ in range(many)]
    for number, each in enumerate([*fields, *others]):
        for row in columns[number % len(columns)]:
            rows[row].append(each)
    return rows
