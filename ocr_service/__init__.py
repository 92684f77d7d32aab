"""Sees: a picture in, numbers out. It knows no database and no accounts."""

import os

# Reading one picture is one core's work; more threads only get into each other's way. NumPy's
# library looks at this once, when it is first loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
