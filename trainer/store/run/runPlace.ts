import {stat} from 'node:fs/promises';
import {UserError} from '../../contract/errors.ts';

/**
 * A run folder as a process found it when it began to work there. Whoever is about to make files in it asks first whether it is still the
 * same one: renamed or deleted meanwhile, a new folder of the old name would appear with a part of the run.
 */
export class RunPlace {
  readonly #run: string;
  readonly #identity: string;

  private constructor(run: string, identity: string) {
    this.#run = run;
    this.#identity = identity;
  }

  static async open(run: string): Promise<RunPlace> {
    return new RunPlace(run, (await identityOf(run)) ?? '');
  }

  /** Whether the folder is still there. */
  async isThere(): Promise<boolean> {
    return (await identityOf(this.#run)) === this.#identity;
  }

  /** Throws a UserError where the folder was renamed, moved or deleted. */
  async check(): Promise<void> {
    if (!(await this.isThere())) throw this.gone();
  }

  gone(): UserError {
    return new UserError('run-moved', 'The folder of the run was renamed, moved or deleted while the run worked.', {
      where: this.#run,
      hint: 'Resume the run where its folder is now: `deme resume FOLDER` starts from its last checkpoints.',
    });
  }
}

/** What a folder keeps when another one takes its name; null for one that is gone. */
async function identityOf(folder: string): Promise<string | null> {
  const stats = await stat(folder, {bigint: true}).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  return stats && `${stats.dev}:${stats.ino}`;
}
