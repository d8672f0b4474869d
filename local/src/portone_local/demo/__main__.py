"""Run the demo; exit code 0 only when every story ends as it should and every invariant holds."""

import sys

from portone_local.demo.show import main

sys.exit(main())
