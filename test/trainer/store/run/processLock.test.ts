import {execFileSync, spawn, type ChildProcessWithoutNullStreams} from 'node:child_process';
import {once} from 'node:events';
import * as fs from 'node:fs/promises';
import {chmod, mkdir, readdir, readFile, stat, symlink, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {ownIdentity} from '../../../../trainer/store/run/processIdentity.ts';
import {lockHolder, takeLock} from '../../../../trainer/store/run/processLock.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import {endedProcess} from '../../../helpers/machine/endedProcess.ts';
import {asOtherUser} from '../../../helpers/machine/otherUser.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

/** Other tests may keep the machine busy. */
const patient = {timeout: 20_000};

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof fs>();
  return {...actual, link: vi.fn(actual.link)};
});

async function lockPath(): Promise<string> {
  return join(await temporaryFolder(), 'locks', 'a.lock');
}

/** A lock whose process has ended. */
async function writeStale(path: string): Promise<void> {
  await mkdir(join(path, '..'), {recursive: true});
  await writeFile(path, JSON.stringify({...(await ownIdentity()), pid: await endedProcess()}));
}

describe('a lock', () => {
  it('is held by one, and free again when that one gives it up', async () => {
    const path = await lockPath();
    expect(await lockHolder(path)).toBeNull();
    const first = await takeLock(path);
    expect(await takeLock(path)).toEqual({held: false, holder: await ownIdentity()});
    expect(await lockHolder(path)).toEqual(await ownIdentity());
    if (first.held) await first.release();
    expect(await readdir(join(path, '..'))).toEqual([]);
    expect((await takeLock(path)).held).toBe(true);
  });

  it('is taken over from a process that is gone, with nothing left behind', async () => {
    const path = await lockPath();
    await writeStale(path);
    expect(await lockHolder(path)).toBeNull();
    expect((await takeLock(path)).held).toBe(true);
    expect(await readdir(join(path, '..'))).toEqual(['a.lock']);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(await ownIdentity());
  });

  it('is taken over where a process died while it was taking it over', async () => {
    const path = await lockPath();
    await writeStale(path);
    const right = await rightOf(path);
    await writeStale(right);
    expect((await takeLock(path)).held).toBe(true);
    expect(await readdir(join(path, '..'))).toEqual(['a.lock']);
  });

  it('is left to a process that is just taking it over', async () => {
    const path = await lockPath();
    await writeStale(path);
    await writeFile(await rightOf(path), JSON.stringify(await ownIdentity()));
    expect((await takeLock(path)).held).toBe(false);
  });

  it('is left to a process on another machine as long as that touches it', async () => {
    const path = await lockPath();
    await mkdir(join(path, '..'));
    // Its number is that of a process here, which has nothing to do with it.
    const elsewhere = {...(await ownIdentity()), host: 'another-machine'};
    await writeFile(path, JSON.stringify(elsewhere));
    expect(await takeLock(path)).toEqual({held: false, holder: elsewhere});
    expect(await lockHolder(path)).toEqual(elsewhere);
    const old = new Date(Date.now() - 90_000);
    await utimes(path, old, old);
    expect(await lockHolder(path)).toBeNull();
    expect((await takeLock(path)).held).toBe(true);
  });

  it('is touched while it is held', async () => {
    const path = await lockPath();
    vi.useFakeTimers({toFake: ['setInterval']});
    onTestFinished(() => void vi.useRealTimers());
    const lock = await takeLock(path);
    const old = new Date(Date.now() - 90_000);
    await utimes(path, old, old);
    vi.advanceTimersByTime(15_000);
    await vi.waitFor(async () => expect(Date.now() - (await stat(path)).mtimeMs).toBeLessThan(60_000), patient);
    if (lock.held) await lock.release();
    vi.advanceTimersByTime(15_000);
    expect(await readdir(join(path, '..'))).toEqual([]);
  });

  it('is not stolen by a machine whose clock is hours off', async () => {
    const path = await lockPath();
    await mkdir(join(path, '..'));
    const elsewhere = {...(await ownIdentity()), host: 'another-machine'};
    await writeFile(path, JSON.stringify(elsewhere));
    for (const hours of [-5, 5]) {
      vi.spyOn(Date, 'now').mockReturnValue(Date.now() + hours * 3_600_000);
      expect(await lockHolder(path)).toEqual(elsewhere);
      expect((await takeLock(path)).held).toBe(false);
      vi.restoreAllMocks();
    }
    expect(await readdir(join(path, '..'))).toEqual(['a.lock']);
  });

  it('of a job is believed for longer, as its scheduler says when it has died', async () => {
    const path = await lockPath();
    await mkdir(join(path, '..'));
    const elsewhere = {...(await ownIdentity()), host: 'another-machine', job: {id: '7', life: 0}};
    await writeFile(path, JSON.stringify(elsewhere));
    const silent = async (seconds: number) => {
      const old = new Date(Date.now() - 1000 * seconds);
      await utimes(path, old, old);
      return (await lockHolder(path)) === null;
    };
    expect([await silent(200), await silent(400)]).toEqual([false, true]);
  });

  it('is taken by a later life of its job, and the earlier one notices and leaves it alone', async () => {
    const path = await lockPath();
    const life = async (count: string) => {
      vi.stubEnv('SLURM_JOB_ID', '7');
      vi.stubEnv('SLURM_RESTART_COUNT', count);
      const lock = await takeLock(path);
      vi.unstubAllEnvs();
      return lock;
    };
    const first = await life('1');
    if (!first.held) throw new Error('the lock is free');
    let losses = 0;
    first.onLost(() => losses++);
    expect((await life('1')).held).toBe(false);
    expect((await life('0')).held).toBe(false);
    expect(await first.isHeld()).toBe(true);
    const second = await life('2');
    expect(second).toMatchObject({held: true, seizedFrom: {pid: process.pid, job: {id: '7', life: 1}}});
    expect([await first.isHeld(), losses]).toEqual([false, 1]);
    await first.release();
    expect(await lockHolder(path)).toMatchObject({job: {id: '7', life: 2}});
    expect(await readdir(join(path, '..'))).toEqual(['a.lock']);
  });

  it("is found lost by the touch, too, which writes nobody else's", async () => {
    const path = await lockPath();
    vi.useFakeTimers({toFake: ['setInterval']});
    onTestFinished(() => void vi.useRealTimers());
    const lock = await takeLock(path);
    const other = JSON.stringify({...(await ownIdentity()), host: 'another-machine'});
    await writeFile(path, other);
    const lost = new Promise<void>((resolve) => lock.held && lock.onLost(resolve));
    vi.advanceTimersByTime(15_000);
    await lost;
    if (lock.held) await lock.release();
    expect(await readFile(path, 'utf8')).toBe(other);
  });

  it('is not stolen while it is being written, and is when it stays cut off', async () => {
    const path = await lockPath();
    await mkdir(join(path, '..'));
    await writeFile(path, '{"pid": 1');
    expect(await takeLock(path)).toEqual({held: false, holder: null});
    const old = new Date(Date.now() - 60_000);
    await utimes(path, old, old);
    expect((await takeLock(path)).held).toBe(true);
  });
});

/** Where the right to replace the lock of a dead process lies: seen when somebody holds it. */
async function rightOf(path: string): Promise<string> {
  return `${path}.${(await hashFile(path)).slice(0, 16)}`;
}

describe('processes that race for a lock', {timeout: 120_000}, () => {
  it.each([false, true])('are one winner and losers, stale lock before: %s', async (isStale) => {
    const folder = await temporaryFolder();
    const racer = join(folder, 'racer.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('lockRacer.ts', import.meta.url))],
      outfile: racer,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    });
    for (let round = 0; round < 4; round++) {
      const path = join(folder, `${round}`, 'a.lock');
      if (isStale) await writeStale(path);
      const time = Date.now() + 1500;
      const racers = Array.from({length: 6}, () => spawn(process.execPath, [racer, path, String(time)]));
      const answers = await Promise.all(racers.map(firstLine));
      expect(answers.sort()).toEqual(['busy', 'busy', 'busy', 'busy', 'busy', 'held']);
      expect(await readdir(join(path, '..'))).toEqual(['a.lock']);
      for (const child of racers) child.stdin.end();
      await Promise.all(racers.map((child) => once(child, 'close')));
    }
  });
});

async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return chunk.toString().trim();
}

describe('a lock that the disk does not allow', () => {
  it('is refused where a link leads nowhere, instead of being tried for ever', async () => {
    const path = await lockPath();
    await mkdir(join(path, '..'));
    await symlink('gone', path);
    await expect(takeLock(path)).rejects.toMatchObject({name: 'UserError', code: 'lock-odd', where: path});
    expect(await lockHolder(path)).toBeNull();
  });

  it.each(['pipe', 'folder'])('is refused where there is a %s', async (kind) => {
    const path = await lockPath();
    await mkdir(join(path, '..'));
    if (kind === 'pipe') execFileSync('mkfifo', [path]);
    else await mkdir(path);
    await expect(takeLock(path)).rejects.toMatchObject({name: 'UserError', code: 'file-odd', where: path});
    expect(await lockHolder(path)).toBeNull();
    expect(await readdir(join(path, '..'))).toEqual(['a.lock']);
  });

  it('is refused in the folder of another user, who may be told as its holder', async () => {
    const path = await lockPath();
    await chmod(join(path, '..', '..'), 0o755);
    await expect(asOtherUser(() => takeLock(path))).rejects.toMatchObject({name: 'UserError', code: 'write-refused'});
    const own = await takeLock(path);
    expect(own.held).toBe(true);
    expect(await asOtherUser(() => lockHolder(path))).toEqual(await ownIdentity());
    await expect(asOtherUser(() => takeLock(path))).rejects.toMatchObject({name: 'UserError', code: 'write-refused'});
  });

  it('is held where a network disk has lost its answer, and says that the link is there already', async () => {
    const path = await lockPath();
    const {link} = await vi.importActual<typeof fs>('node:fs/promises');
    vi.mocked(fs.link).mockImplementationOnce(async (from, to) => {
      await link(from, to);
      throw Object.assign(new Error('EEXIST'), {code: 'EEXIST', syscall: 'link'});
    });
    const first = await takeLock(path);
    expect(first.held).toBe(true);
    expect((await takeLock(path)).held).toBe(false);
    if (first.held) await first.release();
  });
});
