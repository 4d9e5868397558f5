#!/usr/bin/env bash
# cfn-lint on every template: Lockstep's, with an OIDC issuer and with the user pool, and those of other accounts. Two
# rules are left out:
#   E3601 demands a number of seconds; it does not know that JSONata may compute a TimeoutSeconds.
#   W3005 calls a DependsOn redundant that the CDK writes beside a reference; it changes nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"

assemblies=$(mktemp -d)
trap 'rm -rf "$assemblies"' EXIT

cdk synth --quiet --output "$assemblies/user-pool"
node test/moto/context-with-issuer.ts >"$assemblies/context.json"
CDK_CONTEXT_JSON=$(<"$assemblies/context.json") CDK_OUTDIR="$assemblies/issuer" node bin/lockstep.ts
cdk synth --quiet -c connectors=true --output "$assemblies/connectors"

cfn-lint --ignore-checks E3601 W3005 --regions eu-west-1 -- "$assemblies"/*/*.template.json
echo "cfn-lint finds nothing in $(ls "$assemblies"/*/*.template.json | wc -l) templates"
