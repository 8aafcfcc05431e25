# Shared by bin/serve, bin/check and bin/test: find a Python, find or install uv, prepare .venv. Sourced, not run.
cd "$(dirname "$0")/.." || exit 1
# A start loads some 2,500 modules. Where the environment forbids Python to keep what it compiled (as images of containers do),
# each start compiles all of them again: three quarters of its time.
unset PYTHONDONTWRITEBYTECODE

find_python() {
  for candidate in python3 python3.13 python3.14 python3.12 python; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(not (3, 12) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; then
      # The interpreter itself, not a shim that looks at the folder it is called from.
      "$candidate" -c 'import sys; print(sys.executable)'
      return 0
    fi
  done
  return 1
}

prepare() { # extra arguments for uv sync
  PYTHON=$(find_python) || { echo "Pennypress needs Python 3.12, 3.13 or 3.14; none was found." >&2; exit 1; }
  if [ ! -x .venv/bin/python ]; then
    "$PYTHON" -m venv .venv || { echo "The environment .venv could not be made with $PYTHON." >&2; exit 1; }
  fi
  if uv --version >/dev/null 2>&1; then
    UV=uv
  else
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv || {
      echo "uv could not be installed; is the network there?" >&2; exit 1; }
    UV=.venv/bin/uv
  fi
  VIRTUAL_ENV=$PWD/.venv "$UV" sync --quiet --frozen --inexact --python .venv/bin/python "$@" || {
    echo "The packages of uv.lock could not be installed; the reason stands above." >&2; exit 1; }
}
