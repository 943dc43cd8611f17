import {AddonReport} from '../../../contract/engine/engineRecord.ts';
import {outputTail, runCommand} from '../../../launch/runCommand.ts';
import {brokenTensorflow} from './brokenTensorflow.ts';

const program = `
const addon = {exports: {}};
process.dlopen(addon, process.argv[1]);
const {TF_Version: version, isUsingGpuDevice} = addon.exports;
process.stdout.write('\\nreport ' + JSON.stringify({version, gpu: isUsingGpuDevice()}) + '\\n');
`;

/**
 * Loads the addon in a process of its own, because a library that is loaded cannot be unloaded and one for another processor ends the process.
 * TensorFlow writes notes to stderr on every start; they are no failure.
 */
export async function probeAddon(addon: string): Promise<AddonReport> {
  // The editor's own runtime is a Node only with this variable.
  const environment = {
    ...process.env,
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    ELECTRON_RUN_AS_NODE: '1',
  };
  const result = await runCommand(process.execPath, ['-e', program, addon], {environment});
  const report = result?.code === 0 ? /^report (\{.*\})$/m.exec(result.stdout)?.[1] : undefined;
  if (report !== undefined) return AddonReport.parse(JSON.parse(report));
  const reason = /^\s*(?:Error|TypeError): (.*)$/m.exec(result?.stderr ?? '')?.[1] ?? (result && outputTail(result));
  throw brokenTensorflow(addon, reason || 'its process was ended by a signal');
}
