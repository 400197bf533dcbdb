#!/bin/sh
# Find any Python that runs; the rest is infra/bootstrap.py, which chooses a fitting one and says what is missing.
cd "$(dirname "$0")/.." || exit 1
for candidate in python3.13 python3.12 python3.11 python3 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1; then
        exec "$candidate" infra/bootstrap.py "$@"
    fi
done
echo "error: Python is missing. Install Python 3.11, 3.12 or 3.13 and run make again." >&2
exit 1
