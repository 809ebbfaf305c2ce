#!/bin/sh
# Terraform starts this and reads one line. If the start fails, people see only what was on stdout.
if ! command -v node >/dev/null 2>&1; then
  echo 'The provider verification-flows/flows runs on Node.js: put node 20.19 or newer on the PATH of terraform.'
  exit 1
fi
exec node "${0%/*}/provider.mjs" "$@"
