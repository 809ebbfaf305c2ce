/**
 * Milliseconds of processor time that this process has used since. What work costs, however many others share the
 * machine: the time on the clock says how busy it is.
 */
export function cpuTimer(): () => number {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }
}
