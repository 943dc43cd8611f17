/** Milliseconds of processor time that this process takes for `body`: unlike those of the clock, they do not grow where other programs are running. */
export async function processorTime(body: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await body();
  const {user, system} = process.cpuUsage(before);
  return (user + system) / 1000;
}
