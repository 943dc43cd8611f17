import {fork} from 'node:child_process';
import type {EngineConfig} from '../contract/config/config.ts';
import type {EngineInfo} from '../contract/engine/engineInfo.ts';
import {fromErrorRecord} from '../contract/errors.ts';
import {ProbeReply} from '../contract/engine/probeReply.ts';
import {trainerEnvironment, type TrainerSetting} from './trainerEnvironment.ts';

/** Argument that makes the trainer entry start the engine, say what it got and end. */
export const probeArgument = '--probe';

/**
 * Which engine a config gets on this machine, found out by a process of its own: an engine that was loaded once keeps its memory,
 * on a GPU most of the device's. Rejects with the engine's own error.
 */
export function probeEngine(
  entry: string,
  config: EngineConfig,
  setting: Omit<TrainerSetting, 'engine'> = {},
): Promise<EngineInfo> {
  const child = fork(entry, [probeArgument, JSON.stringify(config)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: trainerEnvironment({engine: config, ...setting}),
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const reply = ProbeReply.parse(message);
      if ('engine' in reply) resolve(reply.engine);
      else reject(fromErrorRecord(reply.error));
    });
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`the engine probe ended with code ${code} and no answer: ${said}`)));
  });
}
