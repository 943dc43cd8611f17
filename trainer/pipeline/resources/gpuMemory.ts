import {runCommand} from '../../launch/runCommand.ts';
import {nvidiaGpus, visibleGpus} from '../../launch/nvidiaGpus.ts';

/** A driver that hangs must not hold up the end of a stage. */
const patience = 10_000;

const mebibyte = 2 ** 20;

/** Bytes that a process has taken of all NVIDIA GPUs; undefined where the driver does not say, as in many containers. */
export async function usedGpuMemory(pid: number): Promise<number | undefined> {
  return usedBy(pid, await query('compute-apps=pid,used_gpu_memory'));
}

/** Bytes of the smallest GPU that CUDA may use; null where that cannot be told. */
export async function visibleGpuMemory(): Promise<number | null> {
  return smallestOf(visibleGpus(await nvidiaGpus()), await query('gpu=index,uuid,memory.total'));
}

/** @param rows `pid, MiB`; one for each GPU that the process uses */
export function usedBy(pid: number, rows: readonly string[][]): number | undefined {
  const own = rows.flatMap(([row, used]) => (Number(row) === pid && Number(used) > 0 ? [Number(used)] : []));
  return own.length === 0 ? undefined : own.reduce((sum, used) => sum + used * mebibyte, 0);
}

/**
 * @param visible numbers or UUIDs, as CUDA_VISIBLE_DEVICES holds them
 * @param rows `index, UUID, MiB`
 */
export function smallestOf(visible: readonly string[], rows: readonly string[][]): number | null {
  const totals = rows.flatMap(([index = '', id = '', total]) =>
    visible.includes(index) || visible.includes(id) ? [Number(total) * mebibyte] : [],
  );
  const known = totals.filter((total) => total > 0);
  return known.length === 0 ? null : Math.min(...known);
}

async function query(what: string): Promise<string[][]> {
  const result = await runCommand('nvidia-smi', [`--query-${what}`, '--format=csv,noheader,nounits'], {
    timeout: patience,
  });
  if (result?.code !== 0) return [];
  const lines = result.stdout.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.split(',').map((cell) => cell.trim()));
}
