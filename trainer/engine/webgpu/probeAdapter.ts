import {AdapterReport} from '../../contract/engine/engineRecord.ts';
import {outputTail, runCommand} from '../../launch/runCommand.ts';
import {brokenWebgpu, findDawn} from './dawnPackage.ts';

const program = `
const {create} = await import(process.argv[1]);
const adapter = await create([]).requestAdapter({powerPreference: 'high-performance'});
const {vendor, architecture, device, description, isFallbackAdapter: isFallback = false} = adapter?.info ?? {};
const report = adapter && {vendor, architecture, device, description, isFallback};
process.stdout.write('\\nreport ' + JSON.stringify(report) + '\\n', () => process.exit(0));
`;

/**
 * The adapter that WebGPU prefers; null when there is none. Asked in a process of its own, because a bad GPU driver may end it.
 * Throws a UserError when the package is missing or does not start.
 */
export async function probeAdapter(): Promise<AdapterReport> {
  const {url} = findDawn();
  const result = await runCommand(process.execPath, ['--input-type=module', '-e', program, url]);
  const report = result?.code === 0 ? /^report (.*)$/m.exec(result.stdout)?.[1] : undefined;
  if (report !== undefined) return AdapterReport.parse(JSON.parse(report));
  const reason = /^(?:\w*Error): (.*)$/m.exec(result?.stderr ?? '')?.[1] ?? (result && outputTail(result));
  throw brokenWebgpu(reason || 'its process was ended by a signal');
}
