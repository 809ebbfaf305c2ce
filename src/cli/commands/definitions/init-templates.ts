import { planFile } from '../../../forge/plan-artifact.js'
import { version } from '../../program/version.js'

/** What `flows init` writes. Every file works as it is. */

export function projectConfig(project: string, api: string | undefined): string {
  const live =
    api === undefined
      ? `  # live:
  #   mode: live # a key of test mode is refused
  #   api: https://flows.example.com
  #   api_key_env: FLOWS_LIVE_KEY # the key itself comes from the environment only
  #   guards: { weaken: block, archive: block, max_change_share: 0.3 }
`
      : `  live:
    mode: live # a key of test mode is refused
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

/** @param branch the one that pull requests are merged into. */
export function githubWorkflow(project: string, hasLive: boolean, branch: string): string {
  return `name: flows
on:
  pull_request:
  merge_group: # of a merge queue; let it merge one pull request at a time, since each push applies one reviewed plan
  push:
    branches: [${branchFilter(branch)}] # the default branch
${hasLive ? "  schedule:\n    - cron: '17 6 * * *' # looks for drift, in the morning (UTC)\n" : ''}permissions:
  contents: read
# Actions of others can be pinned to a commit instead of a major version; Dependabot keeps either up to date.
jobs:
  validate:
${hasLive ? "    if: github.event_name != 'schedule'\n" : ''}    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: ${FLOWS} validate --format github
      - run: ${FLOWS} fmt --check
${hasLive ? githubLiveJobs(project) : ''}`
}

/** A filter of GitHub that fits one branch and no other: of its special characters a branch may have "+" and "!". */
function branchFilter(branch: string): string {
  if (/^[A-Za-z_][\w/-]*$/.test(branch)) return branch
  return JSON.stringify(branch.replace(/[+!]/g, '\\$&'))
}

function githubLiveJobs(project: string): string {
  return `
  # Shows the plan in the pull request and keeps it for the merge. A key that may read flows is all that it needs, and
  # all that a branch may have which nobody has approved yet:
  #   flows keys create --name ci-plan --mode live --scope flows:read --expires 90d
  # A pull request from a fork gets no secrets, so it is only validated.
  plan:
    if: github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    timeout-minutes: 15
    concurrency: { group: 'flows-plan-${project}-live-\${{ github.ref }}', cancel-in-progress: true }
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
  # No concurrency group: of the jobs that wait in one, GitHub keeps the newest and cancels the others, and with each of
  # them a reviewed plan that no later merge applies. Nor is one needed: apply does in one transaction what was reviewed, or
  # nothing. Of merges that change the same flow one is applied, in whatever order the jobs run; the others fail as stale,
  # and their changes stand in the next plan.
  apply:
    needs: validate
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    timeout-minutes: 15 # ended at any moment it has applied everything or nothing
    environment: live
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
    timeout-minutes: 15
    concurrency: flows-drift-${project}-live
    permissions: { contents: write, pull-requests: write }
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/flows
        with: { command: drift, environment: live }
        env:
          FLOWS_LIVE_KEY: \${{ secrets.FLOWS_LIVE_PLAN_KEY }}
`
}

export function gitlabPipeline(project: string, hasLive: boolean): string {
  return `${hasLive ? gitlabVariables : ''}.flows:
  image: node:22
  timeout: 15 minutes
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
${hasLive ? gitlabLiveJobs(project) : ''}`
}

const gitlabVariables = `# Variables of the project (Settings, CI/CD), all of them masked and hidden. A merge request runs code that nobody has
# approved yet, and gets those that are not protected: with them nobody changes a flow, and nobody pushes.
#
# FLOWS_LIVE_PLAN_KEY  flows keys create --name ci-plan --mode live --scope flows:read --expires 90d
# FLOWS_COMMENT_TOKEN  a project access token with the role Reporter and the scope "api": the token of a job may not
#                      comment, and a Reporter may neither push nor see variables
# FLOWS_LIVE_KEY       protected; flows keys create --name ci-apply --mode live --scope flows:read deployments:write --expires 90d
# FLOWS_DRIFT_TOKEN    protected; a project access token with the role Developer and the scopes "api", for the merge
#                      request, and "write_repository", for its branch
`

function gitlabLiveJobs(project: string): string {
  const plan = planFile({ project, environment: 'live' })
  return `
# Shows the plan in the merge request and keeps it for the merge, with a key that can only read. Not for a fork, which has
# no keys; and where a member runs the pipeline of a fork in this project, its code must not get them. Nor in a merge
# train, which tries what was reviewed already.
flows:plan:
  extends: .flows
  rules:
    - if: $CI_MERGE_REQUEST_EVENT_TYPE == "merge_train"
      when: never
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID
  script:
    - |
      set -euo pipefail
      export FLOWS_LIVE_KEY="$FLOWS_LIVE_PLAN_KEY" GITLAB_TOKEN="$FLOWS_COMMENT_TOKEN"
      code=0
      flows plan --env live --out ${plan} \${FLOWS_ALLOW:+"--allow=$FLOWS_ALLOW"} || code=$?
      # A plan that a guard blocks is shown all the same: it is what a reviewer has to see.
      if [ -s ${plan} ]; then flows comment ${plan}; fi
      exit "$code"
  artifacts: { when: always, paths: [${plan}], expire_in: 30 days }

# Applies the plan that was reviewed, if it still does the same. GitLab lets every job of a resource group wait for its
# turn, and cancels none. It refuses one that is older than the last that deployed ("Prevent outdated deployment jobs"):
# so that merges are applied in their order, let the oldest go first, by this once, after the first run:
#   curl --request PUT --header "PRIVATE-TOKEN: ..." --data process_mode=oldest_first \\
#     https://gitlab.example.com/api/v4/projects/<id>/resource_groups/flows-${project}-live
flows:apply:
  extends: .flows
  needs: [flows:validate]
  rules:
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  environment: live
  resource_group: flows-${project}-live
  script:
    - |
      set -euo pipefail
      export GITLAB_TOKEN="$FLOWS_COMMENT_TOKEN"
      flows comment --reviewed --env live > reviewed.env
      . ./reviewed.env
      if [ "$found" = true ]; then
        printf 'header = "Authorization: Bearer %s"' "$GITLAB_TOKEN" |
          curl --fail --silent --show-error --location --config - --output ${plan} \\
            "$CI_API_V4_URL/projects/$CI_PROJECT_ID/jobs/$run_id/artifacts/${plan}"
        if ! echo "$file_sha256  ${plan}" | sha256sum --check --status; then
          echo 'The saved plan is not the one that the comment names. Nothing was written.'
          exit 1
        fi
      else
        code=0
        flows plan --env live --detailed-exitcode --out ${plan} || code=$?
        # Changes nothing, and says so. Records what was edited outside git and is in git by now.
        if [ "$code" -eq 0 ]; then exec flows apply ${plan} --env live --check-definitions; fi
        if [ "$code" -ne 2 ]; then exit "$code"; fi
        if [ "\${FLOWS_ALLOW_UNREVIEWED:-false}" != true ]; then
          echo 'There are changes that nobody reviewed as a plan: merge a merge request that has one. Nothing was written.'
          exit 1
        fi
      fi
      : > applied.env
      code=0
      FLOWS_OUTPUT=applied.env flows apply ${plan} --env live --check-definitions \${FLOWS_ALLOW:+"--allow=$FLOWS_ALLOW"} || code=$?
      if [ "$code" -eq 4 ]; then
        flows comment ${plan} --status outdated || echo 'Not commented.'
      fi
      if [ "$code" -ne 0 ]; then exit "$code"; fi
      . ./applied.env
      # It is applied, whatever becomes of the comment.
      flows comment ${plan} --status applied \${deployment:+"--deployment=$deployment"} || echo 'Not commented.'

# Opens a merge request with what somebody edited outside git; needs a pipeline schedule (Build, Pipeline schedules) of
# the default branch, which has to be protected: only there is its token.
flows:drift:
  extends: .flows
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  resource_group: flows-drift-${project}-live
  script:
    - |
      set -euo pipefail
      export FLOWS_LIVE_KEY="$FLOWS_LIVE_PLAN_KEY" GITLAB_TOKEN="$FLOWS_DRIFT_TOKEN"
      code=0
      flows drift --env live || code=$?
      if [ "$code" -ne 2 ]; then exit "$code"; fi
      # The job's own token may not push. git is told by variables where to push and whom to ask for the token, this
      # shell, so that no file of the runner ever holds it, and no other address is ever given it.
      export GIT_CONFIG_COUNT=3
      export GIT_CONFIG_KEY_0=remote.origin.pushurl GIT_CONFIG_VALUE_0="$CI_PROJECT_URL.git"
      export GIT_CONFIG_KEY_1="credential.$CI_PROJECT_URL.git.helper" GIT_CONFIG_VALUE_1=
      export GIT_CONFIG_KEY_2="credential.$CI_PROJECT_URL.git.helper"
      export GIT_CONFIG_VALUE_2='!answer() { [ "$1" != get ] || printf "username=flows\\npassword=%s\\n" "$GITLAB_TOKEN"; }; answer'
      flows pull --env live --pull-request
`
}
