import {execFile, execFileSync, spawn, type ChildProcess} from 'node:child_process';
import {
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {randomBytes} from 'node:crypto';
import {createServer} from 'node:net';
import {hostname, tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {promisify} from 'node:util';
import {accountDaemons, accountLines} from './slurmAccounts.ts';

const programs = ['sbatch', 'slurmctld', 'slurmd', 'munged'];

/** Whether Slurm is installed here: its commands and its daemons. */
export const hasSlurm = programs.every((program) => {
  try {
    execFileSync('which', [program], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
});

if (!hasSlurm && process.env.DEME_REQUIRE_SLURM === '1') {
  throw new Error('DEME_REQUIRE_SLURM=1, but Slurm is not installed: apt-get install slurm-wlm munge');
}

/** Device files that stand for GPUs, so that Slurm gives them out. */
const devices = ['/dev/null', '/dev/zero'];

export interface ClusterOptions {
  /** User of all daemons and jobs; left out: that of the test. */
  readonly user?: number;
  /** Cores of each of its two nodes. */
  readonly cores?: number;
  /** Keep accounts of its jobs; left out: none. */
  readonly accounts?: boolean;
}

/** A whole Slurm in a folder of its own, with two nodes on this machine. Ends with `stop`, each daemon by its process. */
export class SlurmCluster {
  readonly folder: string;
  readonly #daemons = new Map<string, ChildProcess>();
  readonly #user: number | undefined;
  readonly #cores: number;
  readonly #keepsAccounts: boolean;

  private constructor({user, cores = 1, accounts = false}: ClusterOptions) {
    this.#keepsAccounts = accounts;
    this.#user = user;
    this.#cores = cores;
    this.folder = mkdtempSync(join(tmpdir(), 'deme-slurm-'));
    if (user !== undefined) chownSync(this.folder, user, user);
  }

  static async start(options: ClusterOptions = {}): Promise<SlurmCluster> {
    const cluster = new SlurmCluster(options);
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** What programs need to find it. */
  get environment(): Record<string, string> {
    return {SLURM_CONF: join(this.folder, 'slurm.conf')};
  }

  /** Calls a command of Slurm; its output without the newline at the end. Rejects where it fails. */
  async call(program: string, ...parameters: string[]): Promise<string> {
    const env = {...process.env, ...this.environment};
    const {stdout} = await promisify(execFile)(program, parameters, {env, ...this.#identity()});
    return stdout.trim();
  }

  async startController(): Promise<void> {
    this.#daemon('slurmctld', 'slurmctld', ['-D']);
    await this.#until('the controller', async () => (await this.call('scontrol', 'ping')).includes('UP'));
  }

  async endController(): Promise<void> {
    await this.#end('slurmctld');
  }

  async startNode(name: 'n1' | 'n2'): Promise<void> {
    this.#daemon(name, 'slurmd', ['-D', '-N', name]);
    await wait(500);
  }

  /** The daemon of a node is gone, and what it has started lives on, as behind a network that has failed. */
  killNode(name: 'n1' | 'n2'): void {
    this.#daemons.get(name)?.kill('SIGKILL');
    this.#daemons.delete(name);
  }

  /** Cancels what is left, and ends all daemons, the youngest first. */
  async stop(): Promise<void> {
    await this.call('scancel', `--user=${this.#user ?? process.getuid?.() ?? 0}`).catch(() => undefined);
    await this.#until('the end of all jobs', async () => (await this.call('squeue', '-h')) === '', 40).catch(
      () => undefined,
    );
    for (const name of [...this.#daemons.keys()].reverse()) await this.#end(name);
    rmSync(this.folder, {recursive: true, force: true});
  }

  /** The last lines of the logs of its daemons. */
  said(): string {
    const logs = readdirSync(this.folder).filter((name) => name.endsWith('.log'));
    return logs
      .map((name) => `${name}:\n${readFileSync(join(this.folder, name), 'utf8').split('\n').slice(-8).join('\n')}`)
      .join('\n');
  }

  async #start(): Promise<void> {
    const port = await freePorts(10);
    for (const name of ['state', 'spool', 'munge']) this.#makeFolder(name);
    this.#write('munge/key', randomBytes(128), 0o600);
    this.#write('slurm.conf', this.#config(port));
    this.#write('cgroup.conf', '');
    this.#write('gres.conf', devices.map((device) => `Name=gpu File=${device}\n`).join(''));
    const munge = join(this.folder, 'munge');
    const file = (name: string) => join(munge, name);
    this.#daemon('munged', 'munged', [
      ...['--foreground', '--force', `--key-file=${file('key')}`, `--socket=${file('socket')}`],
      ...[`--pid-file=${file('pid')}`, `--log-file=${file('log')}`, `--seed-file=${file('seed')}`],
    ]);
    await this.#until('munge', async () => (await this.call('munge', '-S', file('socket'), '-n')) !== '');
    if (this.#keepsAccounts) await this.#startAccounts(port + 8);
    await this.startController();
    await Promise.all([this.startNode('n1'), this.startNode('n2')]);
    await this.#until(
      'the nodes',
      async () => (await this.call('sinfo', '-h', '-N', '-p', 'batch', '-t', 'idle')).split('\n').length === 2,
    );
  }

  async #startAccounts(port: number): Promise<void> {
    const [database, accounts] = accountDaemons(this.folder, port);
    this.#daemon(database.name, database.program, database.parameters);
    await this.#until('the database', async () => {
      await promisify(execFile)('mariadb-admin', ['--no-defaults', '-h127.0.0.1', `-P${port + 1}`, 'ping']);
      return true;
    });
    this.#daemon(accounts.name, accounts.program, accounts.parameters);
    await this.#until('the accounts', async () => (await this.call('sacctmgr', '-i', 'add', 'cluster', 'deme')) !== '');
  }

  #config(port: number): string {
    const {folder} = this;
    const user = execFileSync('id', ['-un', ...(this.#user === undefined ? [] : [String(this.#user)])])
      .toString()
      .trim();
    const cores = this.#cores;
    const node = (index: number) =>
      `NodeName=n${index} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${port + 2 + index} CPUs=${cores} Boards=1 SocketsPerBoard=1 CoresPerSocket=${cores} ThreadsPerCore=1 RealMemory=8000 Gres=gpu:${devices.length} State=UNKNOWN`;
    return `ClusterName=deme
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket,cred_expire=10
CredType=cred/munge
SlurmctldPort=${port}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool/%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
${this.#keepsAccounts ? accountLines(folder, port + 8) : noAccounts}JobCompType=jobcomp/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=120
SlurmctldParameters=preempt_send_user_signal
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=0,sched_min_interval=0,max_rpc_cnt=0
MinJobAge=600
KillWait=5
MaxArraySize=1001
JobRequeue=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=2000
GresTypes=gpu
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
${node(1)}
${node(2)}
PartitionName=batch Nodes=ALL Default=YES MaxTime=1-0 DefaultTime=30 PriorityTier=1 GraceTime=20 State=UP
PartitionName=urgent Nodes=ALL MaxTime=1-0 DefaultTime=10 PriorityTier=10 PreemptMode=OFF State=UP
`;
  }

  #makeFolder(name: string): void {
    const path = join(this.folder, name);
    mkdirSync(path, {mode: 0o755});
    if (this.#user !== undefined) chownSync(path, this.#user, this.#user);
  }

  #write(name: string, content: string | Buffer, mode = 0o644): void {
    const path = join(this.folder, name);
    writeFileSync(path, content, {mode});
    if (this.#user !== undefined) chownSync(path, this.#user, this.#user);
  }

  /** In the foreground mode of each, so that its process is ours. */
  #daemon(name: string, program: string, parameters: readonly string[]): void {
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    const env = {...process.env, ...this.environment};
    const child = spawn(program, parameters, {stdio: ['ignore', log, log], env, detached: true, ...this.#identity()});
    child.on('error', () => undefined);
    closeSync(log);
    this.#daemons.set(name, child);
  }

  async #end(name: string): Promise<void> {
    const child = this.#daemons.get(name);
    this.#daemons.delete(name);
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  }

  #identity(): {uid?: number; gid?: number} {
    return this.#user === undefined ? {} : {uid: this.#user, gid: this.#user};
  }

  async #until(what: string, isSo: () => Promise<boolean>, tries = 60): Promise<void> {
    for (let i = 0; i < tries; i++) {
      if (await isSo().catch(() => false)) return;
      await wait(250);
    }
    throw new Error(`${what} did not come about:\n${this.said()}`);
  }
}

const noAccounts = `JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
`;

/** The first of some ports that nobody uses. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all(Array.from({length: count}, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
