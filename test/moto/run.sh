#!/usr/bin/env bash
# Everything that is held to an implementation that is not ours: moto, the AWS CLI, cfn-lint.
# Ends on one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

venv=.venv
passed=0
failed=0
pids=()
output=$(mktemp -d)

stop() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  wait 2>/dev/null
  rm -rf "$output"
}
trap stop EXIT

# Runs one step and returns its status.
step() {
  local name=$1 status closing
  shift
  printf '\n--- %s\n' "$name"
  "$@" </dev/null 2>&1 | tee "$output/step"
  status=${PIPESTATUS[0]}
  closing=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$output/step" | tail -n 1)
  if [[ $closing =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    if ((status != 0 && BASH_REMATCH[2] == 0)); then failed=$((failed + 1)); fi
  elif ((status == 0)); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
  return "$status"
}

install_tools() {
  [[ -x $venv/bin/python ]] || python3 -m venv "$venv" || return 1
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement test/moto/requirements.txt
}

# Starts a moto_server on a free loopback port and sets MOTO_ENDPOINT. `localhost`, not 127.0.0.1: the CDK CLI
# would otherwise address the asset bucket as a virtual host of an IP address.
start_moto() {
  local port
  port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  "$venv/bin/moto_server" --host 127.0.0.1 --port "$port" >"$output/moto-$port.log" 2>&1 &
  pids+=($!)
  export MOTO_ENDPOINT="http://localhost:$port"
  for _ in $(seq 150); do
    if "$venv/bin/python" -c "import urllib.request; urllib.request.urlopen('$MOTO_ENDPOINT/moto-api/', timeout=1)" 2>/dev/null; then
      return 0
    fi
    sleep 0.2
  done
  echo "moto_server did not answer on $MOTO_ENDPOINT within 30 seconds" >&2
  tail -n 20 "$output/moto-$port.log" >&2
  return 1
}

start_moto_or_fail() {
  start_moto && return
  failed=$((failed + 1))
  return 1
}

export PATH="$PWD/$venv/bin:$PWD/node_modules/.bin:$PATH"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
unset AWS_PROFILE AWS_SESSION_TOKEN

printf 'Installing moto, cfn-lint and the AWS CLI into %s (a minute the first time)\n' "$venv"
if ! install_tools; then
  printf '\n0 passed, 1 failed\n'
  exit 1
fi

start_moto_or_fail && step "the contract suites on moto" npx vitest run --config test/moto/vitest.config.ts
start_moto_or_fail && step "npm run seed fills moto" \
  node local/seed.ts --organization local/examples/organization.yaml --endpoint "$MOTO_ENDPOINT" &&
  step "the demo's cycle on moto's identity services" node local/demo.ts --identity-endpoint "$MOTO_ENDPOINT"
step "a second verifier of the audit trail, in Python" node test/moto/two-audit-verifiers.ts
step "the AWS CLI against the embedded AWS" node test/moto/aws-cli.ts
step "cfn-lint on every template" bash test/moto/lint-templates.sh
start_moto_or_fail && step "cdk bootstrap and cdk deploy into moto's CloudFormation" bash test/moto/deploy.sh

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
