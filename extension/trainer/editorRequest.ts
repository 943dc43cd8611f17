import type {EngineChoice} from '../../trainer/contract/config/config.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import type {OwnerRequest} from '../../trainer/contract/run/ownerMessages.ts';
import {parseConfig} from '../../trainer/contract/config/parseConfig.ts';
import {readConfigText} from '../../trainer/store/files/configText.ts';
import {openRun} from '../../trainer/store/run/runFolder.ts';

/** The request for a trainer in the editor's own runtime, where only wasm is sure to work. A config that leaves the engine open gets it; one that names another is refused. */
export async function requestForEditor(request: OwnerRequest): Promise<OwnerRequest> {
  const engine = await engineOf(request);
  requireEditorEngine(engine);
  return request.action === 'start' ? {...request, engine: 'wasm', ...reasonFor(engine)} : request;
}

/** Why wasm computes where an engine was left open; nothing where wasm was asked for. */
export function reasonFor(asked: EngineChoice): {readonly why?: string} {
  return asked === 'wasm' ? {} : {why: ownRuntime};
}

const ownRuntime =
  "because no Node program was found, and the editor's own runtime, which the trainer runs in instead, is sure to work with this engine only";

/** Throws a UserError for an engine that the editor's own runtime may not be able to start. */
export function requireEditorEngine(name: EngineChoice): void {
  if (name !== 'auto' && name !== 'wasm') {
    throw new UserError('node-missing', `The engine ${name} needs a Node program, and none was found.`, {
      hint: 'Install Node 20 or newer, or name it in the setting deme.nodePath; or use engine: {name: wasm}.',
    });
  }
}

async function engineOf(request: OwnerRequest): Promise<EngineChoice> {
  if (request.action === 'resume') {
    return (await openRun(request.run)).record.engine.name;
  }
  if (request.engine !== undefined) return request.engine;
  return parseConfig(await readConfigText(request.config), request.config).engine.name;
}
