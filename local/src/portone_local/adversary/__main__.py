"""Play a story again under the line a failing run printed.

python -m portone_local.adversary "refund a part: drop get_payment paidAt"
"""

import sys

from portone_local.adversary.judge import faults
from portone_local.adversary.mutation import parse_line


def main() -> int:
    """Print what is wrong with it, if anything; the exit status says whether."""
    name, mutations = parse_line(" ".join(sys.argv[1:]))
    found = faults(name, mutations)
    print("\n".join(found) or "it ended as it must")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
