#!/usr/bin/env bash
# A real `cdk bootstrap` and `cdk deploy --all` into the CloudFormation of a running moto_server ($MOTO_ENDPOINT),
# then a look at what is there. The endpoint's host must be `localhost`: with 127.0.0.1 the CDK CLI would address
# the asset bucket as a virtual host of an IP address.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${MOTO_ENDPOINT:?Set MOTO_ENDPOINT to a running moto_server, for instance http://localhost:5000}"
export PATH="$PWD/node_modules/.bin:$PATH"
export AWS_ENDPOINT_URL="$MOTO_ENDPOINT"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
unset AWS_PROFILE AWS_SESSION_TOKEN

# The account that moto answers for.
account=123456789012
assembly=$(mktemp -d)
trap 'rm -rf "$assembly"' EXIT

cdk bootstrap "aws://$account/$AWS_REGION"
# Directly, not by change set: moto loses a stack's exports when a change set creates it, and the access stack needs them.
# moto knows no ApiGatewayV2, topic or queue policies in CloudFormation: it warns and leaves them out.
cdk deploy --all --require-approval never --method=direct --progress events --output "$assembly"
node test/moto/verify-deployment.ts
