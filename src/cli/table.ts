import type { CommandRow } from './command.js'

/** Every command, in the order of `flows --help`. A command is loaded only when it is called. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'init',
    summary: 'start a project: configuration, a first flow, a CI workflow',
    group: 'Definitions',
    load: async () => (await import('./commands/init.js')).init,
  },
  {
    name: 'validate',
    summary: 'check configuration and definitions, offline',
    group: 'Definitions',
    load: async () => (await import('./commands/validate.js')).validate,
  },
  {
    name: 'fmt',
    summary: 'put definitions into their standard layout',
    group: 'Definitions',
    load: async () => (await import('./commands/fmt.js')).fmt,
  },
  {
    name: 'schema',
    summary: 'print a JSON Schema',
    group: 'Definitions',
    load: async () => (await import('./commands/schema.js')).schema,
  },
  {
    name: 'plan',
    summary: 'show what apply would change; never writes',
    group: 'Flows',
    load: async () => (await import('./commands/plan.js')).plan,
  },
  {
    name: 'apply',
    summary: 'make the flows as defined, in one transaction',
    group: 'Flows',
    load: async () => (await import('./commands/apply.js')).apply,
  },
  {
    name: 'drift',
    summary: 'show what was edited outside git, by whom and when; never writes',
    group: 'Flows',
    load: async () => (await import('./commands/drift.js')).drift,
  },
  {
    name: 'history',
    summary: 'list the deployments of an environment, newest first',
    group: 'Flows',
    load: async () => (await import('./commands/history.js')).history,
  },
  {
    name: 'blame',
    summary: 'tell for each field of a flow which deployment or edit last changed it',
    group: 'Flows',
    load: async () => (await import('./commands/blame.js')).blame,
  },
  {
    name: 'events',
    summary: 'print a deployment, or those to come, as JSON lines for machines',
    group: 'Flows',
    load: async () => (await import('./commands/events.js')).events,
  },
  {
    name: 'pull',
    summary: 'write what was edited outside git into the definitions',
    group: 'Flows',
    load: async () => (await import('./commands/pull.js')).pull,
  },
  {
    name: 'import',
    summary: 'make definitions for flows that nobody manages, and adopt them',
    group: 'Flows',
    load: async () => (await import('./commands/import.js')).importFlows,
  },
  {
    name: 'adopt',
    summary: 'take over flows that nobody manages, by their definitions',
    group: 'Flows',
    load: async () => (await import('./commands/adopt.js')).adopt,
  },
  {
    name: 'diff',
    summary: 'compare the flows of two environments',
    group: 'Flows',
    load: async () => (await import('./commands/diff.js')).diff,
  },
  {
    name: 'promote',
    summary: 'edit the definitions so that one environment gets what another has',
    group: 'Flows',
    load: async () => (await import('./commands/promote.js')).promote,
  },
  {
    name: 'list',
    summary: 'list the flows of an environment',
    group: 'Flows',
    load: async () => (await import('./commands/list.js')).list,
  },
  {
    name: 'show',
    summary: 'show one flow as it is in an environment, or what a deployment did',
    group: 'Flows',
    load: async () => (await import('./commands/show.js')).show,
  },
  {
    name: 'sessions',
    summary: 'create, list, show and submit verification sessions',
    group: 'Sessions',
    load: async () => (await import('./commands/sessions.js')).sessions,
  },
  {
    name: 'serve',
    summary: 'serve the flows API, over the embedded store or PostgreSQL',
    group: 'Service',
    load: async () => (await import('./commands/serve.js')).serve,
  },
  {
    name: 'keys',
    summary: 'create, list and revoke API keys of the embedded store',
    group: 'Service',
    load: async () => (await import('./commands/keys.js')).keys,
  },
  {
    name: 'backup',
    summary: 'write all that the store holds into a file',
    group: 'Service',
    load: async () => (await import('./commands/backup.js')).backup,
  },
  {
    name: 'restore',
    summary: 'put back what a backup holds, into either store',
    group: 'Service',
    load: async () => (await import('./commands/restore.js')).restore,
  },
]
