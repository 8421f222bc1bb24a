# Shared by the scripts in this folder: where tools live, and how to say things.
# shellcheck shell=bash

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT"

# Tools go to a folder of their own, one sub-folder a version: nothing of the user's is replaced,
# and a second clone finds what the first one installed.
TOOLS=${REQUEUE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/requeue}

TRUNK_VERSION=0.21.14
BINARYEN_VERSION=132
WASM_SPLIT_VERSION=0.2.4
# wasm-bindgen's command must be the version of its crate, to the last digit.
WASM_BINDGEN_VERSION=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock)

TRUNK_DIR=$TOOLS/trunk-$TRUNK_VERSION
WASM_BINDGEN_DIR=$TOOLS/wasm-bindgen-$WASM_BINDGEN_VERSION
BINARYEN_DIR=$TOOLS/binaryen-$BINARYEN_VERSION
WASM_SPLIT_DIR=$TOOLS/wasm-split-$WASM_SPLIT_VERSION
# The accessibility checks of the end-to-end tests.
AXE_VERSION=4.14.1
AXE_DIR=$TOOLS/axe-$AXE_VERSION

# The client library of the programs in tests/clients.
AMQPLIB_VERSION=2.3.1
AMQPLIB_DIR=$TOOLS/amqplib-$AMQPLIB_VERSION

# The driver of Firefox, for the end-to-end smoke path.
GECKODRIVER_VERSION=0.37.1
GECKODRIVER_DIR=$TOOLS/geckodriver-$GECKODRIVER_VERSION

export PATH="$GECKODRIVER_DIR/bin:$WASM_SPLIT_DIR/bin:$TRUNK_DIR/bin:$WASM_BINDGEN_DIR/bin:$BINARYEN_DIR/node_modules/.bin:$PATH"

# The name under which Debian's Rust is linked where rustup cannot fetch the wasm target.
DEBIAN_TOOLCHAIN=requeue-debian

has() { command -v "$1" >/dev/null 2>&1; }

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Whether the toolchain named (none: the default one) has the standard library for wasm.
has_wasm_target() {
  local lib
  lib=$(rustc ${1:+"+$1"} --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) || return 1
  compgen -G "$lib/libstd-*.rlib" >/dev/null
}

# Chooses the toolchain for everything that becomes wasm, and says so by `WASM_TOOLCHAIN` (a cargo argument or nothing).
use_wasm_toolchain() {
  WASM_TOOLCHAIN=
  WASM_TARGET_DIR=target
  has_wasm_target && return 0
  has_wasm_target "$DEBIAN_TOOLCHAIN" || return 1
  WASM_TOOLCHAIN=+$DEBIAN_TOOLCHAIN
  # Two compilers taking turns in one folder would rebuild everything each time.
  WASM_TARGET_DIR=target/web
}

# Runs trunk with that toolchain.
run_trunk() {
  use_wasm_toolchain || fail "The wasm target is missing: run ./scripts/setup first."
  CARGO_TARGET_DIR=$WASM_TARGET_DIR ${WASM_TOOLCHAIN:+env RUSTUP_TOOLCHAIN="${WASM_TOOLCHAIN#+}"} trunk "$@"
}

chromium_command() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if has "$name"; then
      command -v "$name"
      return 0
    fi
  done
  for name in "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -x "$name" ]; then
      printf '%s\n' "$name"
      return 0
    fi
  done
  return 1
}

firefox_command() {
  local name
  for name in firefox-esr firefox /Applications/Firefox.app/Contents/MacOS/firefox; do
    if has "$name"; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

# The browser that WebKitWebDriver drives. It is on no PATH.
minibrowser_command() {
  compgen -G "/usr/lib*/*/webkit2gtk-4.*/MiniBrowser" | sort | tail -n 1 | grep .
}

# It needs a screen; Xvfb is one in memory.
has_webkit() { has WebKitWebDriver && has Xvfb && minibrowser_command >/dev/null; }
