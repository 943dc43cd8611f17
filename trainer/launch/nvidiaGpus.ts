import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {runCommand} from './runCommand.ts';

/** A GPU, or a slice of one (MIG), as the NVIDIA driver lists it. */
export interface NvidiaGpu {
  readonly name: string;
  /** `GPU-…` or `MIG-…`; CUDA_VISIBLE_DEVICES takes it, and unlike a number it does not depend on the order of counting. */
  readonly id: string;
}

/** `nvidia-smi`, and where WSL keeps it, which is not always on the PATH. */
const programs = ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'];

const driverFolder = '/proc/driver/nvidia';

/** A driver that hangs must not hang this program. */
const patience = 15_000;

/**
 * The NVIDIA GPUs of this machine, whether CUDA may see them or not: from `nvidia-smi -L`, or, where that program is missing as in
 * some containers, from the driver's entries in /proc.
 */
export async function nvidiaGpus(driver: string = driverFolder): Promise<NvidiaGpu[]> {
  for (const program of programs) {
    const result = await runCommand(program, ['-L'], {timeout: patience});
    if (result?.code === 0) return parseList(result.stdout);
  }
  return readDriver(driver);
}

/**
 * The GPUs that CUDA may use, as values for the CUDA_VISIBLE_DEVICES of one process each.
 *
 * @param allowed CUDA_VISIBLE_DEVICES of this process. Like CUDA, it counts up to the first entry that names nothing.
 */
export function visibleGpus(gpus: readonly NvidiaGpu[], allowed = process.env.CUDA_VISIBLE_DEVICES): string[] {
  if (allowed === undefined) return gpus.map(({id}) => id);
  const entries = allowed.split(',').map((entry) => entry.trim());
  const end = entries.findIndex((entry) => !/^(\d+|(GPU|MIG)-.+)$/.test(entry));
  return end < 0 ? entries : entries.slice(0, end);
}

/** A GPU that is cut into slices is no device of its own; its slices are listed below it, indented. */
function parseList(text: string): NvidiaGpu[] {
  const gpus: NvidiaGpu[] = [];
  let whole: NvidiaGpu | undefined;
  for (const line of text.split('\n')) {
    const [, indent, name, id] = /^(\s*)(?:GPU \d+: )?(.*?)\s*\(UUID: (\S+)\)/.exec(line) ?? [];
    if (name === undefined || id === undefined) continue;
    if (indent === '') gpus.push((whole = {name, id}));
    else {
      if (whole && gpus.at(-1) === whole) gpus.pop();
      gpus.push({name: `${whole?.name ?? 'GPU'} ${name.replace(/\s*Device\s+\d+:?$/, '')}`, id});
    }
  }
  return gpus;
}

async function readDriver(driver: string): Promise<NvidiaGpu[]> {
  const folder = join(driver, 'gpus');
  const names = await readdir(folder).catch(() => []); // No NVIDIA driver.
  const texts = await Promise.all(
    names.sort().map((name) => readFile(join(folder, name, 'information'), 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => {
    const field = (key: string) => new RegExp(`^${key}:\\s*(\\S.*?)\\s*$`, 'm').exec(text)?.[1];
    const id = field('GPU UUID');
    // The driver writes question marks until the device was opened once.
    return id === undefined || id.includes('?') ? [] : [{name: field('Model') ?? 'NVIDIA GPU', id}];
  });
}
