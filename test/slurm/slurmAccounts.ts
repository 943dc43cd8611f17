import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {userInfo} from 'node:os';
import {join} from 'node:path';

const programs = ['mariadbd', 'mariadb-install-db', 'slurmdbd', 'sacctmgr'];

/** Whether a Slurm of these tests can keep accounts of its jobs: whether database and daemon are installed here. */
export const hasAccounts = programs.every((program) => {
  try {
    execFileSync('which', [program], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
});

/** A program that is to run in the foreground. */
export interface Daemon {
  readonly name: string;
  readonly program: string;
  readonly parameters: readonly string[];
}

/** Lines of slurm.conf by which jobs are accounted, with their memory, and killed where they take more than they asked for. */
export function accountLines(folder: string, port: number): string {
  return `AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=${port}
# With munge this is its socket.
AccountingStoragePass=${folder}/munge/socket
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
`;
}

/** Makes the database in a folder of its own, and returns the two daemons: that of the database, and that of the accounts. */
export function accountDaemons(folder: string, port: number): [database: Daemon, accounts: Daemon] {
  const data = join(folder, 'database');
  const user = userInfo().username;
  mkdirSync(data);
  const own = ['--no-defaults', `--user=${user}`, `--datadir=${data}`];
  execFileSync('mariadb-install-db', [...own, '--auth-root-authentication-method=normal', '--skip-test-db'], {
    stdio: 'ignore',
  });
  const config = `AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=${port}
SlurmUser=${user}
PidFile=${folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=${port + 1}
StorageUser=root
StorageLoc=slurm_acct
`;
  writeFileSync(join(folder, 'slurmdbd.conf'), config, {mode: 0o600});
  const network = ['--bind-address=127.0.0.1', `--port=${port + 1}`, `--socket=${join(data, 'socket')}`];
  const small = ['--skip-grant-tables', '--innodb-buffer-pool-size=64M', '--innodb-log-file-size=16M'];
  return [
    {name: 'mariadbd', program: 'mariadbd', parameters: [...own, ...network, ...small]},
    {name: 'slurmdbd', program: 'slurmdbd', parameters: ['-D']},
  ];
}
