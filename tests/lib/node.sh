# For suites that stand on Node.js packages. Source it, then call `need_packages FOLDER`.

# Installs what the folder's lock file names, unless that is installed already, and puts a Node.js
# that is new enough first on the PATH. No package may run scripts of its own; the one exception is
# Node.js itself, where the installed one is older than 22.19 (the conformance suite and MCP
# Inspector need it).
need_packages() {
  local folder=$1
  command -v npm >/dev/null || { echo '!!! FAILED: npm is not installed.' && return 1; }
  if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/installed.json"; then
    echo "Installing the packages of $folder…"
    npm --prefix "$folder" ci --silent --ignore-scripts &&
      cp "$folder/package-lock.json" "$folder/node_modules/installed.json" || return 1
  fi
  new_enough node && return
  local own=$folder/node_modules/node/bin
  [[ -x $own/node ]] || npm --prefix "$folder" rebuild --silent node || return 1
  PATH=$(cd "$own" && pwd):$PATH
  new_enough node
}

new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
    process.exit(a > 22 || (a === 22 && b >= 19) ? 0 : 1)' 2>/dev/null
}
