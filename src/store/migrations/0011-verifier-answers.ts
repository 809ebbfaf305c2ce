import type { Migration } from './migration.js'

/**
 * What is known of a session at its remote verifier, and since when. It only adds: an older program has no such
 * verifier, so it neither reads these sessions there nor changes them.
 */
export const verifierAnswers: Migration = {
  name: '0011-verifier-answers',
  async up(tx) {
    const sessions = () => tx.schema.alterTable('verification_sessions')
    await sessions().addColumn('verifier_flow', 'text').execute()
    await sessions().addColumn('verifier_seen', 'bigint').execute()
    await sessions().addColumn('verifier_answers', 'integer').execute()
  },
}
