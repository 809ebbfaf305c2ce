import { version } from '../version.js'

/** What `flows init` writes. Every file works as it is. */

export function projectConfig(project: string, api: string | undefined): string {
  const live =
    api === undefined
      ? `  # live:
  #   api: https://flows.example.com
  #   api_key_env: FLOWS_LIVE_KEY # the key itself comes from the environment only
  #   guards: { weaken: block, archive: block, max_change_share: 0.3 }
`
      : `  live:
    api: ${JSON.stringify(api)}
    api_key_env: FLOWS_LIVE_KEY # the key itself comes from the environment only
    guards: { weaken: block, archive: block, max_change_share: 0.3 }
`
  return `# yaml-language-server: $schema=./schemas/config.schema.json
project: ${JSON.stringify(project)}
flows: flows
environments:
  local: {} # embedded store under .flows/, test mode
${live}`
}

export const firstFlow = `# yaml-language-server: $schema=../schemas/flow.schema.json
name: Sign-up
description: New customers.
type: document
options:
  document:
    allowed_types: [driving_license, id_card, passport]
    require_live_capture: true
    require_matching_selfie: true
return_url: https://example.com/verified
metadata: { team: onboarding }
`

export const firstPolicy = `# yaml-language-server: $schema=../schemas/policy.schema.json
# A rule of your own over every plan; conditions are CEL. Change it, or remove the file.
description: A picture that was taken before can be anybody's.
when: flow.type == "document" # which flows it is about
require: flow.options.document.require_live_capture # what must hold of each of them
message: documents are captured live
level: warn # block: apply refuses
`

// The version is named: a workflow with secrets runs nothing that nobody has looked at.
const FLOWS = `npx --yes --package verification-flows@${version} flows`

export function workflow(hasLive: boolean): string {
  return `name: flows
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  validate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: ${FLOWS} validate --format github
      - run: ${FLOWS} fmt --check
${hasLive ? liveSteps : ''}`
}

const liveSteps = `      # A key that may read flows is all that a plan needs:
      #   flows keys create --name ci-plan --mode live --scope flows:read --expires 90d
      - name: plan
        if: github.event.pull_request.head.repo.full_name == github.repository
        run: ${FLOWS} plan --env live --format markdown >> "$GITHUB_STEP_SUMMARY"
        env:
          FLOWS_LIVE_KEY: \${{ secrets.FLOWS_LIVE_KEY }}
  apply:
    needs: validate
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    concurrency: flows-live
    # With an environment of its own, pull requests never see the key that applies:
    #   flows keys create --name ci-apply --mode live --scope flows:read deployments:write --expires 90d
    # environment: live
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: ${FLOWS} apply --env live --yes
        env:
          FLOWS_LIVE_KEY: \${{ secrets.FLOWS_LIVE_KEY }}
`
