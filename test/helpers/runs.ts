/** How often a property is tried with values by chance: `thorough` times in the whole suite, a third of it in `npm test`. */
export function runs(thorough: number): { numRuns: number } {
  return { numRuns: process.env.FLOWS_TEST_LANE === 'quick' ? Math.ceil(thorough / 3) : thorough }
}
