# For suites that stand on Python packages. Source it, then call `need_environment VENV REQUIREMENTS`.

# An environment with what a file names, unless it is there already.
need_environment() {
  local venv=$1 requirements=$2
  cmp -s "$requirements" "$venv/installed.txt" && return
  echo "Installing what $requirements names…"
  rm -rf "$venv"
  python3 -m venv "$venv" &&
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" &&
    cp "$requirements" "$venv/installed.txt"
}
