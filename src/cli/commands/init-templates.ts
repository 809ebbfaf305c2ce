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

export function githubWorkflow(hasLive: boolean): string {
  return `name: flows
on:
  pull_request:
  push:
    branches: [main]
${hasLive ? "  schedule:\n    - cron: '17 6 * * *' # looks for drift, in the morning (UTC)\n" : ''}permissions:
  contents: read
# Actions of others can be pinned to a commit instead of a major version; Dependabot keeps either up to date.
jobs:
  validate:
${hasLive ? "    if: github.event_name != 'schedule'\n" : ''}    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: ${FLOWS} validate --format github
      - run: ${FLOWS} fmt --check
${hasLive ? liveJobs : ''}`
}

const liveJobs = `
  # Shows the plan in the pull request and keeps it for the merge. A key that may read flows is all that it needs, and
  # all that a branch may have which nobody has approved yet:
  #   flows keys create --name ci-plan --mode live --scope flows:read --expires 90d
  # A pull request from a fork gets no secrets, so it is only validated.
  plan:
    if: github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    concurrency: { group: 'flows-plan-live-\${{ github.ref }}', cancel-in-progress: true }
    permissions: { contents: read, pull-requests: write }
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/flows
        with: { command: plan, environment: live }
        env:
          FLOWS_LIVE_KEY: \${{ secrets.FLOWS_LIVE_PLAN_KEY }}

  # Applies the plan that was reviewed, if it still does the same. Its key is a secret of the environment "live": let only
  # the main branch deploy to that (Settings, Environments), so that no pull request ever sees the key.
  #   flows keys create --name ci-apply --mode live --scope flows:read deployments:write --expires 90d
  apply:
    needs: validate
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    environment: live
    concurrency: flows-live
    permissions: { contents: read, actions: read, pull-requests: write }
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/flows
        with: { command: apply, environment: live }
        env:
          FLOWS_LIVE_KEY: \${{ secrets.FLOWS_LIVE_KEY }}

  # Opens a pull request with what somebody edited outside git. "Allow GitHub Actions to create and approve pull
  # requests" must be on (Settings, Actions); its own checks run once somebody closes and opens it again.
  drift:
    if: github.event_name == 'schedule'
    runs-on: ubuntu-latest
    concurrency: flows-drift-live
    permissions: { contents: write, pull-requests: write }
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/flows
        with: { command: drift, environment: live }
        env:
          FLOWS_LIVE_KEY: \${{ secrets.FLOWS_LIVE_PLAN_KEY }}
`

export function gitlabPipeline(hasLive: boolean): string {
  return `# FLOWS_LIVE_PLAN_KEY: flows keys create --name ci-plan --mode live --scope flows:read --expires 90d
# FLOWS_LIVE_KEY:      flows keys create --name ci-apply --mode live --scope flows:read deployments:write --expires 90d
#                      protected, so that only protected branches get it
# GITLAB_TOKEN:        a project access token with the scope "api" (the token of a job may not comment), masked; for drift
#                      with "write_repository" as well
.flows:
  image: node:22
  before_script:
    - npm install --global --no-audit --no-fund verification-flows@${version}

flows:validate:
  extends: .flows
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - flows validate
    - flows fmt --check
${hasLive ? gitlabLiveJobs : ''}`
}

const gitlabLiveJobs = `
# Shows the plan in the merge request and keeps it for the merge, with a key that can only read.
flows:plan:
  extends: .flows
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
    - |
      set -euo pipefail
      export FLOWS_LIVE_KEY="$FLOWS_LIVE_PLAN_KEY"
      code=0
      flows plan --env live --out flows-plan-live.json \${FLOWS_ALLOW:+"--allow=$FLOWS_ALLOW"} || code=$?
      # A plan that a guard blocks is shown all the same: it is what a reviewer has to see.
      if [ -s flows-plan-live.json ]; then flows comment flows-plan-live.json; fi
      exit "$code"
  artifacts: { when: always, paths: [flows-plan-live.json], expire_in: 30 days }

# Applies the plan that was reviewed, if it still does the same.
flows:apply:
  extends: .flows
  needs: [flows:validate]
  rules:
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  environment: live
  resource_group: flows-live
  script:
    - |
      set -euo pipefail
      flows comment --reviewed --env live > reviewed.env
      . ./reviewed.env
      if [ "$found" = true ]; then
        printf 'header = "Authorization: Bearer %s"' "$GITLAB_TOKEN" |
          curl --fail --silent --show-error --location --config - --output flows-plan-live.json \\
            "$CI_API_V4_URL/projects/$CI_PROJECT_ID/jobs/$run_id/artifacts/flows-plan-live.json"
        if ! echo "$file_sha256  flows-plan-live.json" | sha256sum --check --status; then
          echo 'The saved plan is not the one that the comment names. Nothing was written.'
          exit 1
        fi
      else
        code=0
        flows plan --env live --detailed-exitcode --out flows-plan-live.json || code=$?
        if [ "$code" -eq 0 ]; then exit 0; fi
        if [ "$code" -ne 2 ]; then exit "$code"; fi
        if [ "\${FLOWS_ALLOW_UNREVIEWED:-false}" != true ]; then
          echo 'There are changes that nobody reviewed as a plan: merge a merge request that has one. Nothing was written.'
          exit 1
        fi
      fi
      : > applied.env
      code=0
      FLOWS_OUTPUT=applied.env flows apply flows-plan-live.json --env live --check-definitions \${FLOWS_ALLOW:+"--allow=$FLOWS_ALLOW"} || code=$?
      if [ "$code" -eq 4 ]; then
        flows comment flows-plan-live.json --status outdated || echo 'Not commented.'
      fi
      if [ "$code" -ne 0 ]; then exit "$code"; fi
      . ./applied.env
      # It is applied, whatever becomes of the comment.
      flows comment flows-plan-live.json --status applied \${deployment:+"--deployment=$deployment"} || echo 'Not commented.'

# Opens a merge request with what somebody edited outside git; needs a pipeline schedule (Build, Pipeline schedules).
flows:drift:
  extends: .flows
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  script:
    - |
      set -euo pipefail
      export FLOWS_LIVE_KEY="$FLOWS_LIVE_PLAN_KEY"
      code=0
      flows drift --env live || code=$?
      if [ "$code" -ne 2 ]; then exit "$code"; fi
      # GitLab checks out a commit, and with a token that may not push.
      git checkout --quiet -B "$CI_COMMIT_BRANCH"
      git remote set-url --push origin "https://flows:$GITLAB_TOKEN@$CI_SERVER_HOST/$CI_PROJECT_PATH.git"
      flows pull --env live --pull-request
`
