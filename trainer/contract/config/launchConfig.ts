import * as z from 'zod';

/** Who carries out the stages of a run: a process of this machine, or the jobs of a scheduler. */
export const launcherNames = ['local', 'slurm'] as const;
export type LauncherName = (typeof launcherNames)[number];

/** Kinds of jobs, each of which may ask the scheduler for something else. */
export const jobKinds = ['train', 'search', 'merge', 'sample', 'evaluate', 'report'] as const;
export type JobKind = (typeof jobKinds)[number];

/** Options of sbatch that say what a job is to this program, and would break it if a config said otherwise. */
const ownOptions: readonly string[] = [
  ...['array', 'dependency', 'error', 'help', 'input', 'job-name', 'kill-on-invalid-dep', 'no-requeue', 'open-mode'],
  ...['output', 'parsable', 'requeue', 'signal', 'test-only', 'usage', 'version', 'wait', 'wrap'],
];

const OptionName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'the long name of an option of sbatch, as in cpus-per-task')
  // sbatch takes the beginning of a name for the whole: `arr` is `array`, and no other option is the beginning of one of these.
  .refine((name) => !ownOptions.some((own) => own.startsWith(name)), 'an option that the program does not set itself');

const line = z.string().regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'a single line');

const OptionValue = z.union([line.max(4096), z.number(), z.boolean(), z.null()]);

/** Options of sbatch by their long names; true: one without a value; false or null: left out. */
export const JobOptions = z.record(OptionName, OptionValue);
export type JobOptions = z.infer<typeof JobOptions>;

/** Signals that neither Node (USR1 starts its debugger) nor libraries of GPUs take for themselves. */
const signal = /^(?:USR2|TERM|INT|HUP|URG|WINCH)@\d{1,5}$/;

/** Where and how the stages of a run are started. */
export const LaunchConfig = z.strictObject({
  kind: z.enum(launcherNames).default('slurm').describe('local: processes of this machine; slurm: jobs of Slurm.'),
  options: JobOptions.default({}).describe(
    'Long options of sbatch for all jobs, as in {partition: gpu, gres: "gpu:1", time: "04:00:00"}; passed on as they are.',
  ),
  stages: z
    .partialRecord(z.enum(jobKinds), JobOptions)
    .default({})
    .describe(
      'Other options for some kinds of jobs: train, search, merge, sample, evaluate, report; null takes one away.',
    ),
  setup: z
    .array(line.max(4096))
    .max(100)
    .default([])
    .describe('Lines of shell before the command of a job, as in [module load cuda/12.4].'),
  wrap: line
    .max(4096)
    .optional()
    .describe(
      'Words before the command of a job, as in apptainer exec --nv image.sif; the script of the job stays outside.',
    ),
  node: line.min(1).optional().describe('Node program of the jobs; left out: the one that submits them.'),
  parallel: z.int().min(1).optional().describe('Jobs of one array that may run at once.'),
  pack: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Trainings in one job, which share its GPUs, one each, and its cores.'),
  signal: z
    .string()
    .regex(signal, 'a signal and seconds, as in USR2@180; never USR1, by which Node starts its debugger')
    .default('USR2@180')
    .describe('Signal before the time limit, and how many seconds: longer than writing a checkpoint takes.'),
  requeues: z
    .int()
    .min(0)
    .max(1000)
    .default(20)
    .describe('How often a job may go on in another one after its time limit or a preemption.'),
});
export type LaunchConfig = z.infer<typeof LaunchConfig>;
