import type {LaunchConfig} from '../../contract/config/launchConfig.ts';
import {shellQuote} from './shellQuote.ts';

/** What the script of a job does: one task, or one of several by its number. */
export interface JobScript extends Pick<LaunchConfig, 'setup' | 'wrap' | 'signal' | 'requeues'> {
  /** The program, its first arguments, and the verb that takes the run and the stages. */
  readonly command: readonly string[];
  /** Variables that the command needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** The run and the stages of each task. */
  readonly tasks: readonly {readonly run: string; readonly stages: readonly string[]}[];
  /** With what it was submitted, for people. */
  readonly submitted: string;
}

/**
 * The script of a job, which can be run by hand too. It stays outside of the container that `wrap` may start, since Slurm's commands are
 * there. The trap comes first: until it is set, the signal before a time limit or a preemption would end the script without a checkpoint.
 * A task that has written its checkpoint puts itself back into the queue: by ending it would count as done.
 */
export function jobScript(script: JobScript): string {
  const {command, environment, tasks, setup, wrap, signal, requeues, submitted} = script;
  const [name = 'USR2'] = signal.split('@');
  const list = (words: readonly string[]) => `(\n${words.map((word) => `  ${shellQuote(word)}\n`).join('')})`;
  const exports = Object.entries(environment).map(([key, value]) => `export ${key}=${shellQuote(value)}`);
  return `#!/bin/bash
# A job of DeMe Studio. Submitted with:
#   ${submitted.replaceAll(/[\n\r]/g, ' ')}
# By hand: bash SCRIPT 0, with the number of a task below.
child= again=
save() { again=$1; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null; }
trap 'save signal' ${name}
${name === 'TERM' ? '' : "trap 'save ended' TERM\n"}
runs=${list(tasks.map(({run}) => run))}
stages=${list(tasks.map(({stages}) => stages.join(' ')))}
task=\${1:-\${SLURM_ARRAY_TASK_ID:-0}}
run=\${runs[$task]}
read -r -a names <<<"\${stages[$task]}"
if [ -z "$run" ]; then echo "There is no task $task." >&2; exit 2; fi

${[...setup, ...exports].join('\n')}

code=130
if [ -z "$again" ]; then
  ${wrap === undefined ? '' : `${wrap} `}${command.map(shellQuote).join(' ')} "$run" "\${names[@]}" &
  child=$!
  [ -z "$again" ] || kill -TERM "$child"
  while :; do
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  # A signal may have ended the last wait, not the child.
  wait "$child" 2>/dev/null
  last=$?
  [ "$last" = 127 ] || code=$last
fi

# What somebody has cancelled does not go on; a job of several stages may have done the others.
left=
for name in "\${names[@]}"; do
  [ -e "$run/stages/$name.json" ] || [ -e "$run/stages/$name.cancel.json" ] || left=1
done
case $code in 130 | 143) [ -n "$left" ] || exit 0 ;; esac

# Stopped at a checkpoint, or before it could listen (143), and nobody has wanted that: it goes on in another life of this job.
case $code in 130 | 143) ;; *) exit "$code" ;; esac
if [ -z "$SLURM_JOB_ID" ]; then exit "$code"; fi
if grep -qsE '"(stop|kill)"' "$run/control.json"; then exit "$code"; fi
id=\${SLURM_ARRAY_JOB_ID:+\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
id=\${id:-$SLURM_JOB_ID}
# Who is cancelled gets TERM as well, but is not running any more.
if [ "$again" != signal ] && [ "$(squeue -h -j "$id" -o %T 2>/dev/null)" != RUNNING ]; then exit "$code"; fi
if [ "\${SLURM_RESTART_COUNT:-0}" -ge ${requeues} ]; then
  echo "It went on ${requeues} times (launch.requeues), and ends here." >&2
  exit 75
fi
trap 'exit 0' TERM
for attempt in 1 2 3; do
  echo "Back into the queue as $id."
  if scontrol requeue "$id"; then sleep 60 & wait $!; exit 0; fi
  sleep 5
done
echo "It could not be put back into the queue; deme resume submits it anew." >&2
exit 143
`;
}
