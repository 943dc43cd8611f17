import {readdir, readFile} from 'node:fs/promises';
import {cpus, freemem, totalmem} from 'node:os';
import type {SystemUsage} from '../../trainer/contract/panel/panelViews.ts';
import {runCommand} from '../../trainer/launch/runCommand.ts';

interface CpuTimes {
  readonly busy: number;
  readonly all: number;
}

const gpuPatience = 5000;
const gpuQuery = ['--query-gpu=name,utilization.gpu,memory.used,memory.total', '--format=csv,noheader,nounits'];
const mebibyte = 1024 ** 2;

/** Measures the load of this machine, and the memory of the processes of a run where the system reports it (Linux). */
export class SystemMeter {
  #last: CpuTimes | null = null;
  #hasGpu = true;

  /** `owner` is the process that carries the run out; null if none does. */
  async measure(owner: number | null): Promise<SystemUsage> {
    const total = totalmem();
    return {
      time: Date.now(),
      cpuShare: this.#cpuShare(),
      cores: cpus().length,
      memoryUsed: total - (await availableMemory()),
      memoryTotal: total,
      runMemory: owner === null ? null : await treeMemory(owner),
      gpus: this.#hasGpu ? await this.#gpus() : [],
    };
  }

  /** Since the last call; null at the first. */
  #cpuShare(): number | null {
    const times = cpus().map(({times: {user, nice, sys, idle, irq}}) => ({
      busy: user + nice + sys + irq,
      all: user + nice + sys + irq + idle,
    }));
    const now = times.reduce((a, b) => ({busy: a.busy + b.busy, all: a.all + b.all}), {busy: 0, all: 0});
    const before = this.#last;
    this.#last = now;
    return before === null || now.all <= before.all ? null : (now.busy - before.busy) / (now.all - before.all);
  }

  /** Asked for once on a machine without the program. */
  async #gpus(): Promise<SystemUsage['gpus']> {
    const result = await runCommand('nvidia-smi', gpuQuery, {timeout: gpuPatience});
    this.#hasGpu = result?.code === 0;
    return result?.code === 0 ? parseGpus(result.stdout) : [];
  }
}

/** The lines of `nvidia-smi --query-gpu=name,utilization.gpu,memory.used,memory.total`, in MiB; `[N/A]` where it is unknown. */
export function parseGpus(text: string): SystemUsage['gpus'] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [name = '', share, used, total] = line.split(',').map((cell) => cell.trim());
    const percent = Number(share);
    return {
      name,
      share: Number.isFinite(percent) ? percent / 100 : null,
      memoryUsed: mebibytes(used),
      memoryTotal: mebibytes(total),
    };
  });
}

function mebibytes(text: string | undefined): number {
  const value = Number(text);
  return Number.isFinite(value) ? value * mebibyte : 0;
}

/** Linux counts caches that it would give back as free only in MemAvailable. */
async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}

/** Resident bytes of a process and all below it; null where /proc does not say. */
async function treeMemory(root: number): Promise<number | null> {
  const names = await readdir('/proc').catch(() => []);
  const processes = (await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readProcess))).filter(
    (process) => process !== null,
  );
  if (!processes.some(({pid}) => pid === root)) return null;
  const tree = new Set([root]);
  // Children have no smaller place in the list than they need: repeat until nobody is added.
  for (let before = 0; before !== tree.size;) {
    before = tree.size;
    for (const {pid, parent} of processes) if (tree.has(parent)) tree.add(pid);
  }
  return processes.reduce((sum, {pid, resident}) => sum + (tree.has(pid) ? resident : 0), 0);
}

async function readProcess(name: string): Promise<{pid: number; parent: number; resident: number} | null> {
  const text = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
  const field = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? NaN);
  const parent = field('PPid');
  const resident = field('VmRSS');
  return Number.isFinite(parent) ? {pid: Number(name), parent, resident: (resident || 0) * 1024} : null;
}
