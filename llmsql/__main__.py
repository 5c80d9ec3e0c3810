"""``python -m llmsql``."""

import sys

from llmsql.cli import main

sys.exit(main())
